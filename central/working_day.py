"""The day by which something is promised: working days with the official holidays. Pure.

The State Council publishes a year's holidays in the autumn before; the library knows them until
then. Outside those years Monday to Friday are counted, and the promise says that it is not sure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import chinese_calendar

from central.catalogue import DayKind
from locker.contract.local_time import LOCAL, local_time

CLOSING = time(18, 0, tzinfo=LOCAL)
"""A promise ends with the desk's day."""


@dataclass(frozen=True, slots=True)
class Promise:
    """The last day, until closing time. `sure`: the holidays up to then are published."""

    day: date
    sure: bool

    @property
    def at(self) -> float:
        """Give the Unix time at which the promise is broken."""
        return datetime.combine(self.day, CLOSING).timestamp()


def is_working(day: date, typed: Mapping[date, bool] | None = None) -> tuple[bool, bool]:
    """Tell whether people work that day, and whether that is sure."""
    try:
        return chinese_calendar.is_workday(day), True
    except NotImplementedError:  # a year that the library does not know
        return (typed or {}).get(day, day.isoweekday() <= 5), False


def promise(
    accepted_at: float, days: int, kind: DayKind, *, typed: Mapping[date, bool] | None = None
) -> Promise:
    """Count the days after the day of acceptance.

    Natural days that end on a day off go on to the next working day (Civil Code, article 203).
    `typed`: what staff typed into the calendar; it counts in years that are not published, for the
    community's own closing days do not lengthen what the law promises.
    """
    day, left, sure = local_time(accepted_at).date(), days, True
    while left > 0:
        day += timedelta(days=1)
        works, known = (True, True) if kind is DayKind.NATURAL else is_working(day, typed)
        left, sure = left - works, sure and known
    works, known = is_working(day, typed)
    while not works:
        day += timedelta(days=1)
        works, next_known = is_working(day, typed)
        known = known and next_known
    return Promise(day, sure and known)
