"""What is asked at the door beside a code, and the digest of both together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037_last_four"
down_revision = "0036_card"

_LENGTHS = {"last_four": 10, "last_four_digest": 64}


def upgrade() -> None:
    for name, length in _LENGTHS.items():
        column = sa.Column(name, sa.String(length=length), nullable=False, server_default="")
        op.add_column("access_grant", column)
