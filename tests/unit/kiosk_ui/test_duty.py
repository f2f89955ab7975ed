"""Who is there to help, and when somebody is next."""

from __future__ import annotations

import pytest

from kiosk_ui.duty import NextDuty, OnDuty, on_duty
from locker.contract.kiosk import DutyHours

OFFICE = DutyHours(who="office", days=(0, 1, 2, 3, 4), begins=510, ends=1050)
EVENING = DutyHours(who="volunteer", days=(2,), begins=1140, ends=1260)


@pytest.mark.parametrize(
    ("weekday", "minute", "found"),
    [
        (0, 510, OnDuty("office", 1050)),
        (0, 1049, OnDuty("office", 1050)),
        (0, 1050, NextDuty("office", 1, 510, 1)),
        (2, 1100, NextDuty("volunteer", 2, 1140, 0)),
        (2, 1200, OnDuty("volunteer", 1260)),
        (4, 1100, NextDuty("office", 0, 510, 3)),
        (6, 0, NextDuty("office", 0, 510, 1)),
    ],
)
def test_who_is_there_now_or_next(weekday: int, minute: int, found: OnDuty | NextDuty) -> None:
    assert on_duty((OFFICE, EVENING), weekday=weekday, minute=minute) == found


def test_without_hours_only_the_telephone_is_named() -> None:
    assert on_duty((), weekday=0, minute=600) is None


def test_a_week_of_one_hour_comes_round_again() -> None:
    only = DutyHours(who="w", days=(3,), begins=600, ends=660)
    assert on_duty((only,), weekday=3, minute=700) == NextDuty("w", 3, 600, 7)
