"""The clock that people read."""

from __future__ import annotations

import time

import pytest

from locker.contract.local_time import local_time


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
def test_people_read_the_same_clock_whatever_zone_the_machine_is_left_on(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert f"{local_time(1_782_849_600.0):%Y-%m-%d %H:%M}" == "2026-07-01 04:00"
    finally:
        monkeypatch.undo()
        time.tzset()
