"""What the glass shows for a community, and what a walk-in's papers are for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031_bulletin"
down_revision = "0023_building"

_TEXTS = ("theme", "activity")
_TIMES = ("theme_ends", "activity_at")


def upgrade() -> None:
    for name in _TEXTS:
        text = sa.Column(name, sa.String(length=60), nullable=False, server_default="")
        op.add_column("cabinet", text)
    for name in _TIMES:
        op.add_column("cabinet", sa.Column(name, sa.Float(), nullable=False, server_default="0"))
    wanted = sa.Column("wanted", sa.String(length=40), nullable=False, server_default="")
    op.add_column("consignment", wanted)
