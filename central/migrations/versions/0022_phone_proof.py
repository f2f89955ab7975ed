"""Telephone numbers proven by a code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022_phone_proof"
down_revision = "0021_photo"


def upgrade() -> None:
    op.add_column("resident", sa.Column("phone_proven_at", sa.Float(), nullable=True))
    op.create_table(
        "phone_proof",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.String(length=64), nullable=False),
        sa.Column("resident", sa.String(length=32), nullable=False),
        sa.Column("use", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
