"""The list of buildings that residents choose from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023_building"
down_revision = "0022_phone_proof"


def upgrade() -> None:
    op.create_table(
        "building",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("estate", sa.String(length=40), nullable=False),
        sa.Column("house", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("estate", "house", "unit"),
    )
