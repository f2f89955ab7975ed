"""红管家成绩单: what was done, by month; every figure is the length of a list to be opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy
from sqlmodel import Session, col

from central.operation.matter_state import ENDED, MatterState, Outcome
from central.record.case import Matter
from locker.contract.local_time import LOCAL, local_time

MONTHS = 12


_JUDGED = (Matter.state, Matter.outcome, Matter.state_since, Matter.due_at, Matter.rating)
"""What the measures look at: a month's figures need no more of a matter."""


def _ended(matter: Matter, outcome: Outcome) -> bool:
    return MatterState(matter.state) in ENDED and matter.outcome == outcome.value


def _late(matter: Matter) -> bool:
    return matter.due_at is not None and matter.state_since > matter.due_at


MEASURES: Mapping[str, Callable[[Matter], bool]] = MappingProxyType(
    {
        "done": lambda m: _ended(m, Outcome.DONE),
        "on_time": lambda m: _ended(m, Outcome.DONE) and m.due_at is not None and not _late(m),
        "late": lambda m: _ended(m, Outcome.DONE) and _late(m),
        "refused": lambda m: _ended(m, Outcome.REFUSED),
        "withdrawn": lambda m: _ended(m, Outcome.WITHDRAWN),
        "satisfied": lambda m: m.rating == "satisfied",
        "fair": lambda m: m.rating == "fair",
        "dissatisfied": lambda m: m.rating == "dissatisfied",
    }
)
"""Each counts matters that ended in a month. `on_time`, `late`: against the promised day; a matter
that was never promised a day is in neither."""


@dataclass(frozen=True, slots=True)
class Month:
    """One month's figures, by measure."""

    name: str
    figures: Mapping[str, int]


def months(session: Session, *, now: float) -> Sequence[Month]:
    """Give the figures of the last twelve months, the newest first; one query."""
    names = _names(now)
    found = span(names[-1])
    since = found[0] if found else now
    by_month: dict[str, list[Any]] = {name: [] for name in names}
    for row in session.execute(_ended_between(since, now + 1, *_JUDGED)):
        by_month[f"{local_time(row.state_since):%Y-%m}"].append(row)
    return [
        Month(name, {key: sum(map(test, by_month[name])) for key, test in MEASURES.items()})
        for name in names
    ]


def behind(session: Session, month: str, measure: str) -> list[Matter] | None:
    """Give the matters that a figure counts; None where there is no such figure."""
    test = MEASURES.get(measure)
    found = span(month)
    if test is None or found is None:
        return None
    rows = session.scalars(_ended_between(*found, Matter)).all()
    return [matter for matter in rows if test(matter)]


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


def _names(now: float) -> list[str]:
    today = local_time(now)
    count = today.year * 12 + today.month - 1
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(count, count - MONTHS, -1)]


def _ended_between(since: float, until: float, *what: Any) -> Any:
    return (
        sqlalchemy.select(*what)
        .where(
            col(Matter.state).in_([state.value for state in ENDED]),
            col(Matter.state_since) >= since,
            col(Matter.state_since) < until,
        )
        .order_by(col(Matter.state_since))
    )
