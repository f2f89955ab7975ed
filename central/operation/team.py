"""Teams of stewards by building unit, and which team a resident belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete
from sqlmodel import Session, col, select

from central.key import KeyRing, new_id
from central.operation import buildings
from central.operation import resident as residents
from central.operation.matter_state import ENDED
from central.operation.role import Duty, duties_of
from central.record.case import Matter
from central.record.people import Building, Staff
from central.record.team import Team, TeamMember, TeamPlace
from locker.contract.failure import Failure


@dataclass(frozen=True, slots=True)
class Filled:
    """A team as it was filled in. `places`: listed buildings, in any order."""

    name: str
    places: tuple[str, ...]
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A team with its people and places, by id, and the places in words."""

    team: Team
    members: tuple[str, ...]
    places: tuple[str, ...]
    words: tuple[str, ...]


def keep(
    session: Session, filled: Filled, *, team: str = "", keys: KeyRing, now: float
) -> Team | Failure:
    """Make a team, or change one. A place that another team had goes over to this one."""
    row = session.get(Team, team) if team else Team(id=new_id("t"), name="", created_at=now)
    if row is None or row.ended_at is not None:
        return Failure.NOT_FOUND
    known = {person.id for person in stewards(session)}
    listed = {place.id for place in buildings.listed(session)}
    if not (filled.name and known >= set(filled.members) and listed >= set(filled.places)):
        return Failure.FORM_INVALID
    row.name = filled.name
    session.add(row)
    session.flush()
    session.execute(delete(TeamMember).where(col(TeamMember.team) == row.id))
    taken = (col(TeamPlace.team) == row.id) | col(TeamPlace.building).in_(filled.places)
    session.execute(delete(TeamPlace).where(taken))
    session.add_all(TeamMember(team=row.id, staff=person) for person in set(filled.members))
    session.add_all(TeamPlace(building=place, team=row.id) for place in set(filled.places))
    session.flush()
    _place_waiting(session, keys=keys)
    return row


def end(session: Session, team: str, *, now: float) -> bool:
    """End a team: its places belong to nobody. False where there is none."""
    row = session.get(Team, team)
    if row is None or row.ended_at is not None:
        return False
    row.ended_at = now
    for table in (TeamMember, TeamPlace):
        session.execute(delete(table).where(col(table.team) == team))
    return True


def of_resident(session: Session, resident: str, *, keys: KeyRing) -> str:
    """Give the team of a resident's unit; nothing where the list cannot tell.

    The address is read by the centre alone: nobody sees it, and no hash of it is kept.
    """
    places = dict(session.exec(select(TeamPlace.building, TeamPlace.team)).all())
    return _team(places, buildings.listed(session), _address(session, resident, keys=keys))


def _place_waiting(session: Session, *, keys: KeyRing) -> None:
    """Give running matters that no team has to the team that now has their resident's unit."""
    places = dict(session.exec(select(TeamPlace.building, TeamPlace.team)).all())
    listed = buildings.listed(session)
    waiting = select(Matter).where(Matter.team == "", col(Matter.state).not_in(ENDED))
    for case in session.exec(waiting):
        case.team = _team(places, listed, _address(session, case.resident, keys=keys))


def _address(session: Session, resident: str, *, keys: KeyRing) -> str:
    known = residents.of(session, resident, keys=keys)
    return "" if known is None else known.building


def _team(places: Mapping[str, str], listed: Sequence[Building], address: str) -> str:
    teams = {places.get(row.id, "") for row in buildings.named(listed, address)}
    return teams.pop() if len(teams) == 1 else ""


def of_staff(session: Session, staff: str) -> Sequence[str]:
    """Give the teams that somebody belongs to."""
    return session.exec(select(TeamMember.team).where(TeamMember.staff == staff)).all()


def names(session: Session) -> Mapping[str, str]:
    """Give the teams there are by id, in the order of their names."""
    rows = session.exec(
        select(Team.id, Team.name).where(col(Team.ended_at).is_(None)).order_by(Team.name)
    )
    return dict(rows.all())


def stewards(session: Session) -> list[Staff]:
    """Give who may have matters, by name."""
    rows = session.exec(select(Staff).where(col(Staff.left_at).is_(None)).order_by(Staff.name))
    return [row for row in rows if Duty.MATTERS in duties_of(row.role)]


def views(session: Session) -> list[View]:
    """Give every team with its people and places."""
    rows = session.exec(select(Team).where(col(Team.ended_at).is_(None)).order_by(Team.name)).all()
    members = session.exec(select(TeamMember)).all()
    places = session.exec(select(TeamPlace)).all()
    listed = buildings.listed(session)
    return [_view(row, members, places, listed) for row in rows]


def _view(
    team: Team, members: Sequence[TeamMember], places: Sequence[TeamPlace],
    listed: Sequence[Building],
) -> View:  # fmt: skip
    mine = tuple(place.building for place in places if place.team == team.id)
    people = tuple(member.staff for member in members if member.team == team.id)
    return View(team, people, mine, tuple(buildings.in_words(listed, mine)))
