"""A cabinet's key of badges and cards is sealed: with it the forms of cards could be tried out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038_cabinet_key"
down_revision = "0037_last_four"


def upgrade() -> None:
    sealed = sa.Column("sealed_key", sa.String(length=200), nullable=False, server_default="")
    op.add_column("cabinet", sealed)
