"""What the plots show, of the last thirty days: each bar is the length of a list to be opened.

One literal table of plots; each bar is a condition in the database, which counts it and lists it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from central.operation.desk import ROWS_A_PAGE, Part
from central.operation.matter_state import ENDED, Trigger
from central.record.cabinet import Cabinet, DoorAttempt, DoorVisit
from central.record.case import Matter, MatterStep
from locker.contract.vocabulary import AttemptState

DAYS = 30
DAY_S, HOUR_S = 86400.0, 3600.0
_CHINA_S = 8 * 3600
_WORST_DOORS = 12
_OPENED = (AttemptState.OPENED.value, AttemptState.COMPLETED.value)
_LOADED = (Trigger.LOADED.value, Trigger.LOADED_UNSEEN.value)


class Plot(StrEnum):
    """One plot."""

    HOURS = "hours"
    """Visits by hour of the day, as a clock on the community's wall shows it."""
    DWELL = "dwell"
    """How long certificates lay until they were collected."""
    TRIES = "tries"
    """At which pulse doors opened."""
    CLOCK = "clock"
    """Running matters against their clock."""
    DOORS = "doors"
    """Doors that did not open at the first pulse: to be replaced before they fail."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. `label`: what to call it, where the plot's texts have no name for `key`."""

    key: str
    count: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class _Source:
    """What a plot counts: a selection of whole rows, and the condition of each bar."""

    rows: sa.Select[Any]
    bars: Mapping[str, sa.ColumnElement[bool]]


def bars(session: Session, plot: Plot, *, now: float) -> list[Bar]:
    """Count the bars of a plot."""
    if plot is Plot.DOORS:
        return _worst_doors(session, now)
    source = _SOURCES[plot](now)
    sums = [sa.func.sum(sa.case((test, 1), else_=0)) for test in source.bars.values()]
    row = session.execute(source.rows.with_only_columns(*sums).order_by(None)).one()
    named = plot is not Plot.HOURS
    return [
        Bar(key, int(count or 0), "" if named else key)
        for key, count in zip(source.bars, row, strict=True)
    ]


def behind(
    session: Session, plot: Plot, key: str, *, now: float, page: int = 1
) -> Part[Any] | None:
    """Give the visits, or matters, that one bar counts; None where there is no such bar."""
    source = _slow(now) if plot is Plot.DOORS else _SOURCES[plot](now)
    test = _is_door(key) if plot is Plot.DOORS else source.bars.get(key)
    if test is None:
        return None
    found = session.execute(
        source.rows.where(test).offset((page - 1) * ROWS_A_PAGE).limit(ROWS_A_PAGE + 1)
    ).all()
    return Part(found[:ROWS_A_PAGE], page, has_more=len(found) > ROWS_A_PAGE)


def _visits(now: float) -> sa.Select[Any]:
    columns: Any = (DoorVisit, Cabinet.short)
    return (
        sa.select(*columns)
        .join(Cabinet, col(Cabinet.id) == col(DoorVisit.cabinet))
        .where(col(DoorVisit.opened_at) > now - DAYS * DAY_S)
        .order_by(col(DoorVisit.opened_at).desc())
    )


def _hours(now: float) -> _Source:
    hour = sa.cast(col(DoorVisit.opened_at) + _CHINA_S, sa.BigInteger) // 3600 % 24
    return _Source(_visits(now), {f"{n:02d}": hour == n for n in range(24)})


def _pulses() -> sa.Subquery:
    return (
        sa.select(col(DoorAttempt.cabinet), col(DoorAttempt.visit), sa.func.count().label("pulses"))
        .group_by(col(DoorAttempt.cabinet), col(DoorAttempt.visit))
        .subquery()
    )


def _tried(now: float) -> tuple[sa.Select[Any], Any, Any]:
    """Give the visits with at least one pulse, how many, and whether the door was seen open."""
    pulses = _pulses()
    same = (pulses.c.cabinet == DoorVisit.cabinet) & (pulses.c.visit == DoorVisit.visit)
    opened = col(DoorVisit.attempt_state).in_(_OPENED)
    return _visits(now).join(pulses, same), pulses.c.pulses, opened


def _tries(now: float) -> _Source:
    rows, pulses, opened = _tried(now)
    tests = {
        "first": opened & (pulses == 1),
        "second": opened & (pulses == 2),
        "later": opened & (pulses > 2),
        "not_opened": ~opened,
    }
    return _Source(rows, tests)


def _slow(now: float) -> _Source:
    rows, pulses, opened = _tried(now)
    return _Source(rows.where(~opened | (pulses > 1)), {})


def _worst_doors(session: Session, now: float) -> list[Bar]:
    count = sa.func.count()
    columns = (col(Cabinet.short), col(DoorVisit.compartment), count)
    rows = session.execute(
        _slow(now)
        .rows.with_only_columns(*columns)
        .group_by(col(Cabinet.short), col(DoorVisit.compartment))
        .order_by(None)
        .order_by(count.desc(), col(Cabinet.short), col(DoorVisit.compartment))
        .limit(_WORST_DOORS)
    )
    return [Bar(f"{short}:{door}", n, f"{short} · {door}") for short, door, n in rows]


def _is_door(key: str) -> sa.ColumnElement[bool] | None:
    short, _, door = key.rpartition(":")
    if not short or not door.isdecimal() or len(door) > 4:
        return None
    return (col(Cabinet.short) == short) & (col(DoorVisit.compartment) == int(door))


def _dwell(now: float) -> _Source:
    def last(*triggers: str) -> Any:
        return sa.func.max(sa.case((col(MatterStep.trigger).in_(triggers), col(MatterStep.at))))

    times = (
        sa.select(
            col(MatterStep.matter),
            last(*_LOADED).label("loaded"),
            last(Trigger.COLLECTED.value).label("collected"),
        )
        .where(col(MatterStep.trigger).in_((*_LOADED, Trigger.COLLECTED.value)))
        .group_by(col(MatterStep.matter))
        .subquery()
    )
    lay = times.c.collected - times.c.loaded
    rows = (
        sa.select(Matter)
        .join(times, times.c.matter == Matter.id)
        .where(times.c.collected > now - DAYS * DAY_S, times.c.loaded.is_not(None))
        .order_by(lay.desc())
    )
    return _Source(rows, _spans(lay, 6 * HOUR_S, DAY_S, 3 * DAY_S, 7 * DAY_S))


def _spans(value: Any, *ends: float) -> dict[str, sa.ColumnElement[bool]]:
    """Divide at `ends`; the keys are span_0, span_1 and so on."""
    limits = (None, *ends, None)
    found = {}
    for n, (least, most) in enumerate(pairwise(limits)):
        above = sa.true() if least is None else value >= least
        below = sa.true() if most is None else value < most
        found[f"span_{n}"] = above & below
    return found


def _clock(now: float) -> _Source:
    rows = (
        sa.select(Matter)
        .where(
            col(Matter.due_at).is_not(None),
            col(Matter.state).not_in([state.value for state in ENDED]),
        )
        .order_by(col(Matter.due_at))
    )
    left = col(Matter.due_at) - now
    return _Source(rows, _spans(left, -3 * DAY_S, 0.0, DAY_S, 3 * DAY_S))


_SOURCES: Mapping[Plot, Callable[[float], _Source]] = MappingProxyType(
    {Plot.HOURS: _hours, Plot.DWELL: _dwell, Plot.TRIES: _tries, Plot.CLOCK: _clock}
)
PLOTS: Sequence[Plot] = tuple(Plot)
