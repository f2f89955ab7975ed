"""Who wants to be told, once, that a full cabinet has room again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032_room_wish"
down_revision = "0031_bulletin"


def upgrade() -> None:
    op.create_table(
        "room_wish",
        sa.Column("id", sa.String(length=32), primary_key=True),
        sa.Column("cabinet", sa.String(length=32), sa.ForeignKey("cabinet.id"), nullable=False),
        sa.Column("sealed", sa.String(length=120), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
    )
    op.create_index("ix_room_wish_cabinet", "room_wish", ["cabinet"])
