"""Teams by building unit, who has a matter, the roster, typed days and what a shift hands over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_team"
down_revision = "0010_opening"


def upgrade() -> None:
    op.create_table(
        "team",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "team_member",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["team"], ["team.id"]),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"]),
        sa.PrimaryKeyConstraint("team", "staff"),
    )
    op.create_table(
        "team_place",
        sa.Column("place", sa.String(length=20), nullable=False),
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["team"], ["team.id"]),
        sa.PrimaryKeyConstraint("place"),
    )
    op.create_index("ix_team_place_team", "team_place", ["team"])
    op.create_index("ix_team_place_digest", "team_place", ["digest"])
    _roster()
    for name in ("team", "steward"):
        column = sa.Column(name, sa.String(length=32), nullable=False, server_default="")
        op.add_column("matter", column)
        op.create_index(f"ix_matter_{name}", "matter", [name])
    op.add_column("matter", sa.Column("taken_on_at", sa.Float(), nullable=True))


def _roster() -> None:
    op.create_table(
        "shift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.Column("deputy", sa.String(length=32), nullable=False),
        sa.Column("stands_in", sa.Boolean(), nullable=False),
        sa.Column("starts_at", sa.Float(), nullable=False),
        sa.Column("ends_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_shift_ends_at", "shift", ["ends_at"])
    op.create_table(
        "typed_day",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_table(
        "hand_over",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("text", sa.String(length=2400), nullable=False),
        sa.Column("open", sa.JSON(), nullable=False),
        sa.Column("read_at", sa.Float(), nullable=True),
        sa.Column("read_by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_hand_over_at", "hand_over", ["at"])
