"""What the plots show, of the last thirty days: each bar is the length of a list to be opened.

One literal table of plots; the bar of a row is an expression in the database, which counts the bars
and lists what is behind one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from central.operation.desk import ROWS_A_PAGE, Part
from central.operation.matter_state import ENDED, Trigger
from central.record.cabinet import Cabinet, DoorVisit
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
    """What a plot counts: rows, and the key of the bar to which each belongs; `keys`: all bars."""

    rows: sa.Select[Any]
    key: sa.ColumnElement[Any]
    keys: Sequence[str]


def bars(session: Session, plot: Plot, *, now: float) -> list[Bar]:
    """Count the bars of a plot."""
    if plot is Plot.DOORS:
        return _worst_doors(session, now)
    source = _SOURCES[plot](now)
    columns = source.rows.with_only_columns(source.key, sa.func.count())
    counted = session.execute(columns.order_by(None).group_by(sa.text("1")))
    count = {_key(key): n for key, n in counted}
    named = plot is not Plot.HOURS
    return [Bar(key, count.get(key, 0), "" if named else key) for key in source.keys]


def behind(
    session: Session, plot: Plot, key: str, *, now: float, page: int = 1
) -> Part[Any] | None:
    """Give the visits, or matters, that one bar counts; None where there is no such bar."""
    if plot is Plot.DOORS:
        rows, test = _slow(now), _is_door(key)
    else:
        source = _SOURCES[plot](now)
        wanted = int(key) if plot is Plot.HOURS and key.isdecimal() else key
        rows, test = source.rows, source.key == wanted if key in source.keys else None
    if test is None:
        return None
    if plot in _OF_VISITS:
        same = col(Cabinet.id) == col(DoorVisit.cabinet)
        rows = rows.join(Cabinet, same).add_columns(col(Cabinet.short))
    found = session.execute(
        rows.where(test).offset((page - 1) * ROWS_A_PAGE).limit(ROWS_A_PAGE + 1)
    ).all()
    return Part(found[:ROWS_A_PAGE], page, has_more=len(found) > ROWS_A_PAGE)


def _key(value: str | int) -> str:
    return value if isinstance(value, str) else f"{value:02d}"


def _visits(now: float) -> sa.Select[Any]:
    since = now - DAYS * DAY_S
    newest = col(DoorVisit.opened_at).desc()
    return sa.select(DoorVisit).where(col(DoorVisit.opened_at) > since).order_by(newest)


def _hours(now: float) -> _Source:
    hour = sa.cast(col(DoorVisit.opened_at) + _CHINA_S, sa.BigInteger) // 3600 % 24
    return _Source(_visits(now), hour, [f"{n:02d}" for n in range(24)])


def _tries(now: float) -> _Source:
    pulses = col(DoorVisit.pulses)
    key = sa.case(
        (~col(DoorVisit.attempt_state).in_(_OPENED), "not_opened"),
        (pulses == 1, "first"),
        (pulses == 2, "second"),
        else_="later",
    )
    rows = _visits(now).where(pulses > 0)
    return _Source(rows, key, ("first", "second", "later", "not_opened"))


def _slow(now: float) -> sa.Select[Any]:
    pulses = col(DoorVisit.pulses)
    unopened = ~col(DoorVisit.attempt_state).in_(_OPENED)
    return _visits(now).where((pulses > 1) | (unopened & (pulses > 0)))


def _worst_doors(session: Session, now: float) -> list[Bar]:
    count, door = sa.func.count(), col(DoorVisit.compartment)
    rows = session.execute(
        _slow(now)
        .join(Cabinet, col(Cabinet.id) == col(DoorVisit.cabinet))
        .with_only_columns(col(Cabinet.short), door, count)
        .group_by(col(Cabinet.short), door)
        .order_by(None)
        .order_by(count.desc(), col(Cabinet.short), door)
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
        sa.select(Matter, lay)
        .join(times, times.c.matter == Matter.id)
        .where(times.c.collected > now - DAYS * DAY_S, times.c.loaded.is_not(None))
        .order_by(lay.desc())
    )
    return _spans(rows, lay, 6 * HOUR_S, DAY_S, 3 * DAY_S, 7 * DAY_S)


def _spans(rows: sa.Select[Any], value: Any, *ends: float) -> _Source:
    """Divide at `ends`; the keys are span_0, span_1 and so on."""
    keys = [f"span_{n}" for n in range(len(ends) + 1)]
    below = [(value < end, key) for end, key in zip(ends, keys, strict=False)]
    return _Source(rows, sa.case(*below, else_=keys[-1]), keys)


def _clock(now: float) -> _Source:
    rows = (
        sa.select(Matter)
        .where(
            col(Matter.due_at).is_not(None),
            col(Matter.state).not_in([state.value for state in ENDED]),
        )
        .order_by(col(Matter.due_at))
    )
    return _spans(rows, col(Matter.due_at) - now, -3 * DAY_S, 0.0, DAY_S, 3 * DAY_S)


_SOURCES: Mapping[Plot, Callable[[float], _Source]] = MappingProxyType(
    {Plot.HOURS: _hours, Plot.DWELL: _dwell, Plot.TRIES: _tries, Plot.CLOCK: _clock}
)
PLOTS: Sequence[Plot] = tuple(Plot)
_OF_VISITS = frozenset({Plot.HOURS, Plot.TRIES, Plot.DOORS})
