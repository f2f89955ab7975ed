"""A password that somebody else chose is to be changed at the first sign-in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041_password_given"
down_revision = "0040_cabinet_salt"


def upgrade() -> None:
    op.add_column(
        "staff",
        sa.Column("password_given", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
