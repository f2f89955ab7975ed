"""Which cabinets are near another, and which papers somebody without a phone had not with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035_nearby_missing"
down_revision = "0034_visit_pulses"


def upgrade() -> None:
    op.add_column(
        "cabinet", sa.Column("nearby", sa.String(length=60), nullable=False, server_default="")
    )
    op.add_column(
        "consignment", sa.Column("missing", sa.JSON(), nullable=False, server_default="[]")
    )
