"""When a chore is late: it is begun again soon, and whoever watches the centre is told so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044_late_at"
down_revision = "0043_password_given_at"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chore", sa.Column("late_at", sa.Float(), nullable=False, server_default="0"))
    op.execute("UPDATE chore SET late_at = due_at + 60")
