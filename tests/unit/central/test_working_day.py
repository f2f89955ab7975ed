"""Promised days, with the holidays of the State Council and beyond what it has published."""

from __future__ import annotations

from datetime import date, datetime

import chinese_calendar
import pytest

from central.catalogue import DayKind
from central.working_day import promise
from locker.contract.local_time import LOCAL


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL).timestamp()


@pytest.mark.parametrize(
    ("accepted", "days", "kind", "last"),
    [
        ("2026-11-30 09:00", 3, DayKind.WORKING, "2026-12-03"),
        ("2026-11-30 23:59", 3, DayKind.WORKING, "2026-12-03"),
        ("2026-11-27 17:00", 1, DayKind.WORKING, "2026-11-30"),
        ("2026-09-30 09:00", 1, DayKind.WORKING, "2026-10-08"),
        ("2026-02-13 09:00", 1, DayKind.WORKING, "2026-02-14"),
        ("2026-11-30 09:00", 15, DayKind.NATURAL, "2026-12-15"),
        ("2026-11-28 09:00", 15, DayKind.NATURAL, "2026-12-14"),
        ("2026-09-21 09:00", 15, DayKind.NATURAL, "2026-10-08"),
    ],
)
def test_days_are_counted_from_the_day_after_the_acceptance(
    accepted: str, days: int, kind: DayKind, last: str
) -> None:
    promised = promise(at(accepted), days, kind)
    assert promised.day == date.fromisoformat(last)
    assert promised.sure
    assert promised.at == at(f"{last} 18:00")


def test_a_make_up_saturday_counts_as_a_working_day() -> None:
    assert chinese_calendar.is_workday(date(2026, 2, 14)), "a Saturday that the library knows"


@pytest.mark.parametrize("kind", list(DayKind))
def test_beyond_the_published_holidays_the_promise_says_that_it_is_not_sure(kind: DayKind) -> None:
    last_year = max(chinese_calendar.holidays).year
    promised = promise(at(f"{last_year + 1}-03-05 09:00"), 3, kind)
    assert not promised.sure
    assert promised.day.isoweekday() <= 5


def test_a_promise_across_the_edge_of_what_is_known_is_not_sure() -> None:
    last_year = max(chinese_calendar.holidays).year
    assert promise(at(f"{last_year}-12-01 09:00"), 3, DayKind.WORKING).sure
    assert not promise(at(f"{last_year}-12-30 09:00"), 5, DayKind.WORKING).sure
