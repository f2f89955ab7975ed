"""Who is there to help now, and when somebody is next, by the hours of the settings: pure.

They hold where the centre has no roster; weeks know no holidays.
"""

from __future__ import annotations

from dataclasses import dataclass

from locker.contract.kiosk import DutyHours

WEEK = 7


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody is there until this minute of the day."""

    who: str
    until: int


@dataclass(frozen=True, slots=True)
class NextDuty:
    """Nobody is there; the next is, in so many days (0: today), from this minute on."""

    who: str
    weekday: int
    begins: int
    days: int


def on_duty(hours: tuple[DutyHours, ...], *, weekday: int, minute: int) -> OnDuty | NextDuty | None:
    """Give who is on duty or will be next; None where no hours are set."""
    for each in hours:
        if weekday in each.days and each.begins <= minute < each.ends:
            return OnDuty(each.who, each.ends)
    for days in range(WEEK + 1):
        day = (weekday + days) % WEEK
        coming = [h for h in hours if day in h.days and (days > 0 or h.begins > minute)]
        if coming:
            first = min(coming, key=lambda h: h.begins)
            return NextDuty(first.who, day, first.begins, days)
    return None
