"""What is said to `demo clock`: how far to go on, or until when."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from locker.contract.local_time import LOCAL, local_time

_STEP = re.compile(r"\+([0-9]{1,3})([dhm])")
_UNIT_S = {"d": 86_400, "h": 3600, "m": 60}
_FARTHEST = timedelta(days=1000)


def meant(words: str, *, now: float) -> float:
    """Give the Unix second that is meant at `now`.

    "+3d", "+2h", "+30m"; "08:30" is the next one; "tomorrow 08:30"; "2026-12-01 08:30". Raises
    ValueError for other words, for what is past and for what is too far away.
    """
    if step := _STEP.fullmatch(words):
        return now + int(step[1]) * _UNIT_S[step[2]]
    here = local_time(now)
    match words.split():
        case [clock]:
            at = _at(here.date(), clock)
            at += timedelta(days=at <= here)
        case ["tomorrow" | "明天", clock]:
            at = _at(here.date() + timedelta(days=1), clock)
        case [day, clock]:
            at = _at(date.fromisoformat(day), clock)
        case _:
            raise ValueError(words)
    if not here < at < here + _FARTHEST:
        raise ValueError(words)
    return at.timestamp()


def _at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock).replace(tzinfo=None), LOCAL)
