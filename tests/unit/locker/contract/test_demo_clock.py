"""The demo's clock goes forward for all of its parts, and for nobody who is no demo."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import pytest

from central.clock import clock_of
from central.settings import read_settings
from locker.clock import Clock
from locker.contract.demo_clock import DemoClock
from locker.settings import load_settings

SHIPPED = Path("config/settings.toml")
DAY_S = 86_400.0


@pytest.mark.parametrize("demo", [True, False])
def test_only_what_says_that_it_is_a_demo_can_be_put_forward(tmp_path: Path, *, demo: bool) -> None:
    cabinet = dataclasses.replace(load_settings(SHIPPED), state_dir=tmp_path, demo=demo)
    centre = read_settings(
        database="sqlite:///none", data=tmp_path, public_url="http://here", demo=demo
    )
    clocks = Clock(ahead=cabinet.ahead_s), clock_of(centre)
    DemoClock(tmp_path).put(3 * DAY_S)
    ahead_s = 3 * DAY_S if demo else 0.0
    assert clocks[0].wall() - time.time() == pytest.approx(ahead_s, abs=60)
    assert clocks[1].now() - time.time() == pytest.approx(ahead_s, abs=60)
    assert clocks[0].ahead_s() == ahead_s


def test_a_shipped_cabinet_is_no_demo() -> None:
    settings = load_settings(SHIPPED)
    assert (settings.demo, settings.core.jumps_are_meant) == (False, False)
