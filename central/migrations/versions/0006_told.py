"""How residents are told: each try, the way they chose, and who agreed to a WeChat message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_told"
down_revision = "0005_catalogue"


def upgrade() -> None:
    op.add_column("notice", sa.Column("not_before", sa.Float(), nullable=False, server_default="0"))
    op.add_column(
        "notice", sa.Column("channel", sa.String(length=20), nullable=False, server_default="")
    )
    op.add_column(
        "notice",
        sa.Column("may_be_double", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index("ix_notice_state", "notice", ["state"])
    op.add_column(
        "resident", sa.Column("told_by", sa.String(length=20), nullable=False, server_default="")
    )
    op.create_table(
        "notice_try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("ticket", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["notice"], ["notice.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_notice_try_notice", "notice_try", ["notice"])
    op.create_table(
        "subscription",
        sa.Column("matter", sa.String(length=32), nullable=False),
        sa.Column("resident", sa.String(length=32), nullable=False),
        sa.Column("scene", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.String(length=300), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("used_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["matter"], ["matter.id"]),
        sa.ForeignKeyConstraint(["resident"], ["resident.id"]),
        sa.PrimaryKeyConstraint("matter"),
    )
    op.create_index("ix_subscription_resident", "subscription", ["resident"])
