"""Delegates with codes of their own, and when somebody next comes to a cabinet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_delegate"
down_revision = "0008_cabinet_outage"


def upgrade() -> None:
    op.create_table(
        "delegate",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("matter", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=12), nullable=False),
        sa.Column("made_at", sa.Float(), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.Column("revoked_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["matter"], ["matter.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_delegate_matter", "delegate", ["matter"], unique=False)
    named = sa.Column("delegate", sa.String(length=32), nullable=False, server_default="")
    op.add_column("access_grant", named)
    op.add_column("cabinet", sa.Column("visit_at", sa.Float(), nullable=True))
