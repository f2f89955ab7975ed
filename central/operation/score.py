"""红管家成绩单: what was done, by month; every figure is the length of a list to be opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, case, func
from sqlmodel import Session, col

from central.operation.matter_state import ENDED, Outcome
from central.record.case import Matter
from central.record.team import Team
from locker.contract.local_time import LOCAL, local_time

MONTHS = 12
ROWS_A_PAGE = 80


def _ended(outcome: Outcome) -> ColumnElement[bool]:
    ended = [state.value for state in ENDED]
    return col(Matter.state).in_(ended) & (col(Matter.outcome) == outcome.value)


_DONE = _ended(Outcome.DONE)
_LATE = col(Matter.state_since) > col(Matter.due_at)

MEASURES: Mapping[str, ColumnElement[bool]] = MappingProxyType(
    {
        "done": _DONE,
        "on_time": _DONE & ~_LATE,
        "late": _DONE & _LATE,
        "refused": _ended(Outcome.REFUSED),
        "withdrawn": _ended(Outcome.WITHDRAWN),
        "satisfied": col(Matter.rating) == "satisfied",
        "fair": col(Matter.rating) == "fair",
        "dissatisfied": col(Matter.rating) == "dissatisfied",
    }
)
"""Each counts matters that ended in a month. `on_time`, `late`: against the promised day; a matter
that was never promised a day is in neither, for SQL's NULL is neither."""


@dataclass(frozen=True, slots=True)
class TeamMonth:
    """One team's figures of a month. `team`: empty for matters of no team."""

    month: str
    team: str
    name: str
    figures: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Month:
    """One month's figures, by measure."""

    name: str
    figures: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Behind:
    """A page of the matters that a figure counts; `total` is the figure."""

    rows: Sequence[Matter]
    total: int
    page: int
    has_more: bool


def months(session: Session, *, now: float) -> Sequence[Month]:
    """Give the figures of the last twelve months, the newest first; one query, one row a month."""
    names = _names(now)
    in_month, since, until = _twelve_months(now)
    counted = [func.count(case((test, 1))) for test in MEASURES.values()]
    rows = session.execute(_between(since, until, in_month, *counted).group_by(in_month))
    by_month = {name: figures for name, *figures in rows}
    none = [0] * len(MEASURES)
    return [
        Month(name, dict(zip(MEASURES, by_month.get(name, none), strict=True))) for name in names
    ]


def by_team(session: Session, *, now: float) -> Sequence[TeamMonth]:
    """Give the last twelve months by team, the newest first; a team that ended nothing has no row.

    A matter counts for the team that had it at the end; teams of before keep their names.
    """
    in_month, since, until = _twelve_months(now)
    counted = [func.count(case((test, 1))) for test in MEASURES.values()]
    name = func.coalesce(Team.name, "")
    rows = session.execute(
        _between(since, until, in_month, Matter.team, name, *counted)
        .outerjoin(Team, col(Team.id) == col(Matter.team))
        .group_by(in_month, col(Matter.team), name)
    ).all()
    found = [
        TeamMonth(month, team, named, dict(zip(MEASURES, figures, strict=True)))
        for month, team, named, *figures in rows
    ]
    by_name = sorted(found, key=lambda row: (row.team == "", row.name))
    return sorted(by_name, key=lambda row: row.month, reverse=True)


def behind(
    session: Session, month: str, measure: str, *, page: int = 1, rows_a_page: int = ROWS_A_PAGE,
    team: str | None = None,
) -> Behind | None:  # fmt: skip
    """Give a page of the matters that a figure counts; None where there is no such figure.

    `team`: only of this team, or of none where it is empty.
    """
    test = MEASURES.get(measure)
    found = span(month)
    if test is None or found is None:
        return None
    if team is not None:
        test = test & (col(Matter.team) == team)
    listed = _between(*found, Matter).where(test).order_by(col(Matter.state_since), col(Matter.id))
    rows = session.scalars(listed.offset((page - 1) * rows_a_page).limit(rows_a_page)).all()
    total = session.scalar(_between(*found, func.count()).where(test)) or 0
    return Behind(rows, total, page, has_more=page * rows_a_page < total)


def span(month: str) -> tuple[float, float] | None:
    """Give the first second of a month, 2026-11 for example, and of the next."""
    try:
        first = datetime.strptime(month, "%Y-%m").replace(tzinfo=LOCAL)
    except ValueError:
        return None
    year, number = (first.year + 1, 1) if first.month == 12 else (first.year, first.month + 1)
    if year > 9999:
        return None
    return first.timestamp(), first.replace(year=year, month=number).timestamp()


def _twelve_months(now: float) -> tuple[Any, float, float]:
    """Give the month of a matter as SQL, and the first and the last second of all twelve."""
    names = _names(now)
    spans = {name: found for name in names if (found := span(name)) is not None}
    in_month = case(*((col(Matter.state_since) >= spans[name][0], name) for name in names))
    return in_month, spans[names[-1]][0], now + 1


def _names(now: float) -> list[str]:
    today = local_time(now)
    count = today.year * 12 + today.month - 1
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(count, count - MONTHS, -1)]


def _between(since: float, until: float, *what: Any) -> Any:
    """Select of the matters that ended in a time."""
    return (
        sqlalchemy.select(*what)
        .select_from(Matter)
        .where(
            col(Matter.state).in_([state.value for state in ENDED]),
            col(Matter.state_since) >= since,
            col(Matter.state_since) < until,
        )
    )
