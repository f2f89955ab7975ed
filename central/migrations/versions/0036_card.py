"""A person's own card, as sealed slow hashes; its form on grants; cabinets that read cards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036_card"
down_revision = "0035_nearby_missing"


def upgrade() -> None:
    op.create_table(
        "card",
        sa.Column("resident", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.String(length=300), nullable=False),
        sa.Column("bound_at", sa.Float(), nullable=False),
        sa.Column("bound_by", sa.String(length=32), nullable=False),
        sa.Column("used_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["resident"], ["resident.id"]),
        sa.PrimaryKeyConstraint("resident"),
    )
    op.create_index("ix_card_digest", "card", ["digest"], unique=True)
    for name in ("card_lookup", "card_digest"):
        column = sa.Column(name, sa.String(length=64), nullable=False, server_default="")
        op.add_column("access_grant", column)
    op.add_column(
        "cabinet",
        sa.Column("reads_cards", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
