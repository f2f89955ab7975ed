"""A visit knows how many pulses it had: plots count thirty days without the attempts' table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034_visit_pulses"
down_revision = "0033_team_building"


def upgrade() -> None:
    op.add_column(
        "door_visit", sa.Column("pulses", sa.Integer(), nullable=False, server_default="0")
    )
    op.execute(
        "UPDATE door_visit SET pulses = (SELECT count(*) FROM door_attempt AS a"
        " WHERE a.cabinet = door_visit.cabinet AND a.visit = door_visit.visit)"
    )
    op.create_index("ix_door_visit_opened_at", "door_visit", ["opened_at"])
