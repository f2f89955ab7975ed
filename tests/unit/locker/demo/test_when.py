"""What `demo clock` is told."""

from __future__ import annotations

from datetime import datetime

import pytest

from locker.contract.local_time import LOCAL, local_time
from locker.demo.when import meant

NOW = datetime(2026, 11, 26, 21, 30, tzinfo=LOCAL).timestamp()


@pytest.mark.parametrize(
    ("words", "then"),
    [
        ("+3d", "2026-11-29 21:30"), ("+2h", "2026-11-26 23:30"), ("+45m", "2026-11-26 22:15"),
        ("22:00", "2026-11-26 22:00"), ("08:30", "2026-11-27 08:30"),
        ("21:30", "2026-11-27 21:30"), ("tomorrow 08:30", "2026-11-27 08:30"),
        ("明天 08:30", "2026-11-27 08:30"), ("2027-01-02 09:00", "2027-01-02 09:00"),
    ],
)  # fmt: skip
def test_how_far_or_until_when(words: str, then: str) -> None:
    assert f"{local_time(meant(words, now=NOW)):%Y-%m-%d %H:%M}" == then


@pytest.mark.parametrize(
    "words",
    [
        "", "-3d", "3d", "+3w", "+d", "+9999d", "yesterday 08:30", "25:00", "tomorrow", "later",
        "2026-11-26 21:30", "2026-11-25 23:00", "2026-02-30 08:00", "2099-01-01 08:00",
        "tomorrow 08:30 09:30",
    ],
)  # fmt: skip
def test_nothing_else_and_never_back(words: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        meant(words, now=NOW)
