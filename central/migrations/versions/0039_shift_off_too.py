"""A shift says whether it is held on closing days too: one may be typed after the plan."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039_shift_off_too"
down_revision = "0038_cabinet_key"


def upgrade() -> None:
    held: sa.Column[bool] = sa.Column(
        "off_too", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("shift", held)
