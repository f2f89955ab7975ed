"""Teams of stewards by building unit: which team a resident belongs to, without an address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete
from sqlmodel import Session, col, select

from central import building
from central.key import KeyRing, new_id
from central.operation.role import Duty, duties_of
from central.record.people import Staff
from central.record.privacy import BlindIndex
from central.record.team import Team, TeamMember, TeamPlace
from locker.contract.failure import Failure


@dataclass(frozen=True, slots=True)
class Filled:
    """A team as it was filled in. `places`: buildings and units, 3 or 3-2, in any order."""

    name: str
    places: tuple[str, ...]
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A team with its people and places."""

    team: Team
    members: tuple[str, ...]
    places: tuple[str, ...]


def keep(
    session: Session, filled: Filled, *, team: str = "", keys: KeyRing, now: float
) -> Team | Failure:
    """Make a team, or change one. A place that another team had goes over to this one."""
    row = session.get(Team, team) if team else Team(id=new_id("t"), name="", created_at=now)
    if row is None or row.ended_at is not None:
        return Failure.NOT_FOUND
    places = [building.named(place) for place in filled.places]
    known = {person.id for person in stewards(session)}
    if not filled.name or None in places or not set(filled.members) <= known:
        return Failure.FORM_INVALID
    row.name = filled.name
    session.add(row)
    session.flush()
    session.execute(delete(TeamMember).where(col(TeamMember.team) == row.id))
    session.execute(delete(TeamPlace).where(col(TeamPlace.team) == row.id))
    session.add_all(TeamMember(team=row.id, staff=person) for person in set(filled.members))
    for field, place in sorted({found for found in places if found}):
        session.execute(delete(TeamPlace).where(col(TeamPlace.place) == place))
        digest = keys.index(field, place)
        session.add(TeamPlace(place=place, team=row.id, field=field, digest=digest))
    session.flush()
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


def of_resident(session: Session, resident: str) -> str:
    """Give the team of a resident's unit, else of the building, else nothing."""
    rows = session.exec(
        select(TeamPlace.field, TeamPlace.team)
        .join(BlindIndex, col(BlindIndex.digest) == col(TeamPlace.digest))
        .where(BlindIndex.resident == resident, BlindIndex.field == TeamPlace.field)
    )
    found = dict(rows.all())
    return found.get(building.UNIT) or found.get(building.HOUSE) or ""


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
    places = session.exec(select(TeamPlace).order_by(col(TeamPlace.place))).all()
    return [
        View(
            row,
            tuple(member.staff for member in members if member.team == row.id),
            tuple(place.place for place in places if place.team == row.id),
        )
        for row in rows
    ]
