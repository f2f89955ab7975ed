"""Photos of a matter, sealed with the resident's key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021_photo"
down_revision = "0011_team"


def upgrade() -> None:
    op.create_table(
        "photo",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("resident", sa.String(length=32), nullable=False),
        sa.Column("matter", sa.String(length=32), nullable=False),
        sa.Column("paper", sa.String(length=40), nullable=False),
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("keep_until", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["resident"], ["resident.id"]),
        sa.ForeignKeyConstraint(["matter"], ["matter.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for name in ("resident", "matter", "keep_until"):
        op.create_index(f"ix_photo_{name}", "photo", [name])
