"""Until when a way that could not send a notice now is left alone; meanwhile others are tried."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042_way_rests"
down_revision = "0041_password_given"


def upgrade() -> None:
    op.add_column(
        "notice_try",
        sa.Column("rests_until", sa.Float(), nullable=False, server_default="0"),
    )
