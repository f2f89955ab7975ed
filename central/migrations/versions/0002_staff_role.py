"""What a member of staff is. Who has an account already could do everything, and still can."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_staff_role"
down_revision = "0001"


def upgrade() -> None:
    column = sa.Column("role", sa.String(length=20), nullable=False, server_default="administrator")
    op.add_column("staff", column)
