"""When a cabinet, or one compartment, could be opened for nobody: what deadlines stand still for.

Outages of before are not reckoned anew: their grants have ended by now or are issued again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_cabinet_outage"
down_revision = "0007_second_factor"


def upgrade() -> None:
    op.create_table(
        "cabinet_outage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cabinet", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("compartment", sa.Integer(), nullable=False),
        sa.Column("began", sa.Float(), nullable=False),
        sa.Column("ended", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["cabinet"], ["cabinet.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_cabinet_outage_cabinet", "cabinet_outage", ["cabinet"])
