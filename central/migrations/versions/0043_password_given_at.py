"""When a password was given that somebody else chose: it is good for a few days only."""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

revision = "0043_password_given_at"
down_revision = "0042_way_rests"


def upgrade() -> None:
    op.add_column("staff", sa.Column("password_given_at", sa.Float()))
    staff = sa.table(
        "staff", sa.column("password_given", sa.Boolean()), sa.column("password_given_at")
    )
    # Those of before have their days from now on.
    op.execute(staff.update().where(staff.c.password_given).values(password_given_at=time.time()))
    op.drop_column("staff", "password_given")
