"""A demo's centre whose clock was put forward."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from fastapi.testclient import TestClient

from central.app import make_app
from central.notice_settings import Quiet
from locker.contract.demo_clock import DemoClock
from tests.unit.central.conftest import World


def test_a_demo_says_its_time_once_it_was_put_forward_and_lets_people_sleep_from_then_on(
    world: World, tmp_path: Path
) -> None:
    centre = dataclasses.replace(world.centre, clock=DemoClock(tmp_path))
    browser = TestClient(make_app(centre))
    pages = ("/", "/staff/sign-in", "/demo/notices")
    assert not any("demo-time" in browser.get(page).text for page in pages)
    assert centre.told_by.quiet is None
    DemoClock(tmp_path).put(86_400.0)
    assert all("演示时间 " in browser.get(page).text for page in pages)
    assert centre.told_by.quiet == Quiet()
