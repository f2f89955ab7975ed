"""Doors that staff open from afar: who asked, why, and who asked first where two must."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_opening"
down_revision = "0009_delegate"

_LENGTHS = {"staff": 32, "reason": 20, "second": 32}


def upgrade() -> None:
    for name, length in _LENGTHS.items():
        column = sa.Column(name, sa.String(length=length), nullable=False, server_default="")
        op.add_column("turn", column)
