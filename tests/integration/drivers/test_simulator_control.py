"""The control socket: its client, its errors, and strangers."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.simulator.control import SimulatorClient, SimulatorError
from tests.integration.drivers.running_simulator import RunningSimulator, running_simulator


@pytest.fixture(scope="module")
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator() as running:
        yield running


def code_of(caught: pytest.ExceptionInfo[SimulatorError]) -> str:
    return caught.value.code


def test_a_shut_box_takes_and_gives_nothing(simulator: RunningSimulator) -> None:
    with pytest.raises(SimulatorError, match="is shut") as caught:
        simulator.client.put(1, 9, "papers")
    assert code_of(caught) == "door-shut"


def test_what_is_not_in_the_box_cannot_be_taken(simulator: RunningSimulator) -> None:
    simulator.client.open_by_hand(1, 9)
    with pytest.raises(SimulatorError) as caught:
        simulator.client.take(1, 9, "papers")
    assert code_of(caught) == "not-in-box"


def test_an_unknown_door_and_an_unknown_fault_are_told(simulator: RunningSimulator) -> None:
    with pytest.raises(SimulatorError) as caught:
        simulator.client.shut(1, 99)
    assert code_of(caught) == "no-such-door"
    with pytest.raises(SimulatorError, match="there are: silent") as caught:
        simulator.client.fault("broken")
    assert code_of(caught) == "bad-fault"
    with pytest.raises(SimulatorError, match="no cable") as caught:
        simulator.client.unplug("mouse")
    assert code_of(caught) == "bad-request"


def test_a_scan_with_the_cable_out_is_refused(simulator: RunningSimulator) -> None:
    simulator.client.unplug("scanner")
    with pytest.raises(SimulatorError) as caught:
        simulator.client.scan(b"12345678\r")
    assert code_of(caught) == "unplugged"
    simulator.client.replug("scanner")


def test_a_watcher_sees_every_move_after_it_began(simulator: RunningSimulator) -> None:
    watch = simulator.client.watch()
    simulator.client.open_by_hand(1, 12)
    simulator.client.shut(1, 12)
    changes = [next(watch), next(watch)]
    watch.close()
    assert [(change.lock, change.open) for change in changes] == [(12, True), (12, False)]
    assert changes[0].at_monotonic_s < changes[1].at_monotonic_s < time.monotonic()


def test_a_watch_is_ended_from_another_thread(simulator: RunningSimulator) -> None:
    watch = simulator.client.watch()
    threading.Timer(0.05, watch.close).start()
    assert list(watch) == []


def test_a_watcher_is_told_when_the_simulator_ends() -> None:
    with running_simulator() as running:
        watch = running.client.watch()
        running.terminate()
        with pytest.raises(SimulatorError) as caught:
            next(watch)
    assert code_of(caught) == "gone"


def test_lines_that_are_no_requests_are_refused_and_the_next_is_served(
    simulator: RunningSimulator,
) -> None:
    stranger = socket.socket(socket.AF_UNIX)
    stranger.connect(str(simulator.control))
    reader = stranger.makefile("rb")
    for line in (b"hello", b"[1]", b'{"do": "dance"}', b'{"do": "shut"}', b'{"do":"trace"}'):
        stranger.sendall(line + b"\n")
        answer = json.loads(reader.readline())
        assert answer["ok"] is False
        assert answer["code"] == "bad-request"
    stranger.sendall(b'{"id": 7, "do": "state"}\n')
    assert json.loads(reader.readline())["id"] == 7
    reader.close()
    stranger.close()


def test_an_endless_line_is_cut_off_and_others_go_on(simulator: RunningSimulator) -> None:
    stranger = socket.socket(socket.AF_UNIX)
    stranger.connect(str(simulator.control))
    with pytest.raises(OSError, match=r"reset|roken"):
        stranger.sendall(b"x" * 50_000_000)
    stranger.close()
    assert simulator.client.state().doors


def test_no_simulator_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(SimulatorError) as caught:
        SimulatorClient(tmp_path / "nothing")
    assert code_of(caught) == "not-running"


def test_a_simulator_that_went_away_is_told_as_such() -> None:
    with running_simulator() as running:
        running.terminate()
        with pytest.raises(SimulatorError) as caught:
            running.client.state()
    assert code_of(caught) == "gone"
