"""Teams look after listed buildings; no hash of a resident's building is kept any more."""

from __future__ import annotations

import re
import secrets

import sqlalchemy as sa
from alembic import op

revision = "0033_team_building"
down_revision = "0032_room_wish"

_BUILDING = sa.table("building", *map(sa.column, ("id", "estate", "house", "unit")))
_PLACE = sa.table("team_place", *map(sa.column, ("building", "team")))


def upgrade() -> None:
    typed = op.get_bind().execute(sa.text("SELECT place, team FROM team_place"))
    teams = {row.place: row.team for row in typed}
    op.drop_table("team_place")
    op.create_table(
        "team_place",
        sa.Column("building", sa.String(length=32), nullable=False),
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["building"], ["building.id"]),
        sa.ForeignKeyConstraint(["team"], ["team.id"]),
        sa.PrimaryKeyConstraint("building"),
    )
    op.create_index("ix_team_place_team", "team_place", ["team"])
    _list_missing(sorted(teams))
    for row in op.get_bind().execute(sa.select(_BUILDING)).all():
        house = _number(row.house)
        team = teams.get(f"{house}-{_number(row.unit)}") or teams.get(house)
        if team:
            op.execute(_PLACE.insert().values(building=row.id, team=team))
    op.execute("DELETE FROM blind_index WHERE field IN ('house', 'house_unit')")


def _list_missing(places: list[str]) -> None:
    """List what teams had and no list names, in the community of the first cabinet."""
    bind = op.get_bind()
    community = bind.execute(sa.text("SELECT community FROM cabinet ORDER BY short")).scalar()
    rows = bind.execute(sa.select(_BUILDING)).all()
    listed = {(_number(row.house), _number(row.unit)) for row in rows}
    estates = {_number(row.house): row.estate for row in rows}
    for place in places:
        house, _, unit = place.partition("-")
        if ((house, unit) in listed) if unit else (house in estates):
            continue
        estate = estates.get(house) or (community or "本社区")[:40]
        op.execute(
            _BUILDING.insert().values(
                id="h" + secrets.token_hex(5), estate=estate,
                house=f"{house} 号楼", unit=f"{unit} 单元" if unit else "",
            )
        )  # fmt: skip


def _number(text: str) -> str:
    found = re.search(r"\d+", text)
    return str(int(found[0])) if found else ""
