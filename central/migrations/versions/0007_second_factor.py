"""The second factor of staff, and sessions that wait for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_second_factor"
down_revision = "0006_told"


def upgrade() -> None:
    op.add_column(
        "staff",
        sa.Column("second_factor", sa.String(length=200), nullable=False, server_default=""),
    )
    op.add_column(
        "staff", sa.Column("second_step", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("staff", sa.Column("recovery", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column(
        "staff_session", sa.Column("waits", sa.Boolean(), nullable=False, server_default=sa.false())
    )
