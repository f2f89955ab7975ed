"""Who is on duty, until when, and who stands in; on which days nobody works.

A shift is a row of its own: a plan writes one for each of its days, leaving out days off. One that
begins on a closing day that was typed later is not held, until the day is taken away again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, case, false, not_, or_
from sqlmodel import Session, col, select

from central import working_day
from central.operation import team as teams
from central.record.people import Staff
from central.record.team import Shift, TypedDay
from locker.contract.bulletin import MOST_TURNS
from locker.contract.failure import Failure
from locker.contract.local_time import LOCAL

LONGEST_DAYS = 92
_DAY_S = 86400.0 - 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Shifts of one person, repeated. `weekdays`: 0 is Monday; `ends` before `begins`: next day."""

    staff: str
    deputy: str
    team: str
    first: date
    last: date
    weekdays: frozenset[int]
    begins: time
    ends: time
    off_too: bool = False
    """On holidays and closing days as well."""


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody who is on duty now."""

    staff: str
    name: str
    until: float


def plan(session: Session, wanted: Plan) -> int | Failure:
    """Write the shifts of a plan, in place of what stood there for that team; give how many."""
    known = {person.id for person in teams.stewards(session)}
    is_team = not wanted.team or wanted.team in teams.names(session)
    is_span = 0 <= (wanted.last - wanted.first).days < LONGEST_DAYS
    people = {wanted.staff, wanted.deputy or wanted.staff}
    if not (is_team and is_span and people <= known) or wanted.deputy == wanted.staff:
        return Failure.FORM_INVALID
    typed, made = typed_days(session), 0
    for n in range((wanted.last - wanted.first).days + 1):
        day = wanted.first + timedelta(days=n)
        off = not typed.get(day, working_day.is_working(day)[0])
        if day.weekday() in wanted.weekdays and (wanted.off_too or not off):
            _put(session, wanted, day)
            made += 1
    return made or Failure.FORM_INVALID


def remove(session: Session, shift: int) -> bool:
    """Take one shift out. False where there is none."""
    row = session.get(Shift, shift)
    if row is not None:
        session.delete(row)
    return row is not None


def stand_in(session: Session, shift: int) -> bool:
    """Let the deputy stand in, or the person come back. False where there is no deputy."""
    row = session.get(Shift, shift, with_for_update=True)
    if row is None or not row.deputy:
        return False
    row.stands_in = not row.stands_in
    return True


def on_duty(session: Session, *, now: float, team: str = "") -> OnDuty | None:
    """Give who is on duty for a team, or else for the whole community; None: nobody is."""
    covering = select(Shift).where(
        _is_held(session),
        col(Shift.starts_at) <= now,
        col(Shift.ends_at) > now,
        col(Shift.team).in_((team, "")),
    )
    rows = session.exec(covering.order_by(col(Shift.team) == "", col(Shift.ends_at).desc())).all()
    for row in rows:
        person = session.get(Staff, row.deputy if row.stands_in else row.staff)
        if person is not None and person.left_at is None:
            return OnDuty(person.id, person.name, row.ends_at)
    return None


def duty_turns(session: Session, *, now: float) -> tuple[float, ...]:
    """Give when duty for the whole community ends and begins, in turn, from now on; nobody's name.

    The last is an end: an odd number of turns means that somebody is on duty until the first.
    """
    ahead = (
        select(Shift.starts_at, Shift.ends_at)
        .join(
            Staff,
            col(Staff.id) == case((col(Shift.stands_in), col(Shift.deputy)), else_=Shift.staff),
        )
        .where(col(Shift.ends_at) > now, Shift.team == "", col(Staff.left_at).is_(None))
        .where(_is_held(session))
        .order_by(col(Shift.starts_at))
    )
    spans: list[tuple[float, float]] = []
    for starts_at, ends_at in session.exec(ahead):
        if spans and starts_at <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(ends_at, spans[-1][1]))
        else:
            spans.append((starts_at, ends_at))
    return tuple(turn for span in spans[: MOST_TURNS // 2] for turn in span if turn > now)


def coming(session: Session, *, now: float) -> Sequence[Shift]:
    """Give the shifts that run now and all that are planned."""
    return session.exec(
        select(Shift)
        .where(_is_held(session), col(Shift.ends_at) > now)
        .order_by(col(Shift.starts_at), col(Shift.team))
    ).all()


def type_day(session: Session, day: date, works: bool | None, *, staff: str) -> None:  # noqa: FBT001
    """Say that people work on a day, or do not; None takes what was typed away."""
    row = session.get(TypedDay, day.isoformat())
    if works is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(TypedDay(day=day.isoformat(), works=works, made_by=staff))
    else:
        row.works, row.made_by = works, staff


def typed_days(session: Session) -> Mapping[date, bool]:
    """Give the days that staff typed, and whether people work on them."""
    rows = session.exec(select(TypedDay).order_by(TypedDay.day))
    return {date.fromisoformat(row.day): row.works for row in rows}


def _is_held(session: Session) -> ColumnElement[bool]:
    """Let through what begins on no closing day, or is held on those too."""
    closed = [day for day, works in typed_days(session).items() if not works]
    days = [datetime.combine(day, time(), LOCAL).timestamp() for day in closed]
    begins = col(Shift.starts_at)
    return or_(
        col(Shift.off_too), not_(or_(false(), *(begins.between(at, at + _DAY_S) for at in days)))
    )


def _put(session: Session, wanted: Plan, day: date) -> None:
    begins = datetime.combine(day, wanted.begins, LOCAL)
    later = day + timedelta(days=1) if wanted.ends <= wanted.begins else day
    starts_at, ends_at = begins.timestamp(), datetime.combine(later, wanted.ends, LOCAL).timestamp()
    before = select(Shift).where(
        Shift.team == wanted.team, col(Shift.starts_at) < ends_at, col(Shift.ends_at) > starts_at
    )
    for row in session.exec(before):
        session.delete(row)
    session.add(
        Shift(
            team=wanted.team, staff=wanted.staff, deputy=wanted.deputy, starts_at=starts_at,
            ends_at=ends_at, off_too=wanted.off_too,
        )
    )  # fmt: skip
    session.flush()
