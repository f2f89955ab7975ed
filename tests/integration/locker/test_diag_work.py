"""Commissioning and soaking a simulated board over its pseudo-terminal, a hand at its doors."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.codec import DoorState
from drivers.profile import load_profile
from drivers.simulator.control import SimulatorClient
from drivers.wiring import Contact
from locker.contract.layout import Layout
from locker.contract.text import Catalogue
from locker.diag.bare_bench import BareBench
from locker.diag.bench import Channel, Outcome
from locker.diag.commission import Ended, Walk, WalkPlan, judge_walk
from locker.diag.pace import RealPace
from locker.diag.reading_rule import DoorCycle, Look, find_settings
from locker.diag.soak import Ended as SoakEnded
from locker.diag.soak import Pulsed, Soak, SoakPlan, Stop
from locker.diag.wiring_map import MapFile
from tests.integration.drivers.running_simulator import RunningSimulator, running_simulator
from tests.unit.locker.diag.fake_bench import FakePerson

pytestmark = pytest.mark.integration

PATIENT_MS = 10_000
"""For boards that answer everything: no stall of this machine is a lost reply."""
PROFILE = replace(
    load_profile("shuoming"), channels=2, coil_rest_ms=500, reply_timeout_ms=PATIENT_MS
)
WATCH_S = 1.0
"""A simulated door springs open within 0.2 s; the rule is the same for any time."""
PRINTED = {1: 12, 2: 11}
TEXTS = Catalogue.load("locker.diag", "technician", "en")


def _layout() -> Layout:
    cells = [
        {
            "number": n, "size": "S", "x": 200, "y": 10 * n, "width": 10, "height": 10,
            "handle_mm": 10 * n, "board": 1, "channel": n,
        }
        for n in PRINTED.values()
    ]  # fmt: skip
    console = {"x": 0, "y": 0, "width": 100, "height": 100}
    table = {"name": "two", "width": 500, "height": 2000, "console": console, "cells": cells}
    return Layout.model_validate(table)


def _shut_all(client: SimulatorClient) -> None:
    for door in client.state().doors:
        if door.open:
            client.shut(door.board, door.lock)


def _eyes_and_hands(client: SimulatorClient) -> FakePerson:
    def answer(question: str) -> str:
        if question.startswith("Which door"):
            (moved,) = [door.lock for door in client.state().doors if door.open]
            return str(PRINTED[moved])
        if re.match(r"Shut door", question):
            _shut_all(client)
        return ""

    return FakePerson(answer=answer)


@contextmanager
def _hand(simulator: RunningSimulator) -> Iterator[None]:
    """Shut every door soon after it opened."""
    done = threading.Event()

    def work() -> None:
        with SimulatorClient(simulator.control) as client:
            while not done.wait(0.2):
                _shut_all(client)

    hand = threading.Thread(target=work)
    hand.start()
    try:
        yield
    finally:
        done.set()
        hand.join()


def test_a_board_wired_the_other_way_round_is_commissioned(tmp_path: Path) -> None:
    with running_simulator("--channels", "2", "--short-when-open") as simulator:
        bench = BareBench(str(simulator.link), PROFILE, folder=tmp_path, watch_s=WATCH_S)
        try:
            plan = WalkPlan(layout=_layout(), bus=1, by="tester")
            person = _eyes_and_hands(simulator.client)
            walk = Walk(bench, person, TEXTS, plan=plan, file=MapFile(tmp_path / "map.json"))
            assert walk.run() is Ended.DONE
        finally:
            bench.close()
    assert walk.wiring.channel_of(12) == Channel(1, 1, 1)
    assert walk.wiring.channel_of(11) == Channel(1, 1, 2)
    report = judge_walk(
        walk.wiring, layout=_layout(), bus=1, profile=PROFILE, ended=Ended.DONE
    )  # fmt: skip
    assert report.good
    assert report.finding.profile == replace(PROFILE, contact=Contact.SHORT_WHEN_OPEN)


def test_a_soak_opens_for_real_and_stops_at_a_jam(tmp_path: Path) -> None:
    with running_simulator("--channels", "2") as simulator:
        simulator.client.fault("jammed", board=1, lock=2)
        bench = BareBench(str(simulator.link), PROFILE, folder=tmp_path, watch_s=WATCH_S)
        plan = SoakPlan(
            channels=bench.channels(), rounds=1, coil_pause_s=1.0, between_s=0.1,
            shut_within_s=30.0, reason="test", by="tester",
        )  # fmt: skip
        try:
            with _hand(simulator):
                steps = list(Soak(bench, plan, RealPace()).steps())
        finally:
            bench.close()
        pulses = [simulator.client.state().door(1, lock).pulses for lock in (1, 2)]
    openings = [step.opening for step in steps if isinstance(step, Pulsed)]
    assert openings[0].outcome is Outcome.OPENED
    assert openings[0].time_to_open_ms is not None
    assert [opening.outcome for opening in openings[1:]] == [Outcome.NOT_OPENED] * 3
    assert steps[-1] == SoakEnded(Stop.JAMMED, Channel(1, 1, 2))
    assert pulses == [1, 3]


@pytest.mark.parametrize(
    "name",
    ["shuoming", "kecheng", "kerong-cu16", "kerong-cu48", "wkly", "dc02", "modbus-relay"],
)
def test_every_family_that_may_be_wired_the_other_way_round_is_found_out(
    tmp_path: Path, name: str
) -> None:
    profile = replace(load_profile(name), reply_timeout_ms=PATIENT_MS)
    with running_simulator("--short-when-open", board=name) as simulator:
        bench = BareBench(str(simulator.link), profile, folder=tmp_path)
        try:
            last = bench.channels()[-1]
            shut = Look(DoorState.CLOSED, bench.answers(last))
            simulator.client.open_by_hand(last.board, last.number)
            stands_open = Look(DoorState.OPEN, bench.answers(last))
            simulator.client.shut(last.board, last.number)
            shut_again = Look(DoorState.CLOSED, bench.answers(last))
        finally:
            bench.close()
    cycle = DoorCycle(last.board, last.number, (shut, stands_open, shut_again))
    finding = find_settings(profile, [cycle])
    assert finding.changed == {"contact": ("short-when-locked", "short-when-open")}
    assert finding.certain
