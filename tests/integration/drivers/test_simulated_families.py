"""Every family's codec, on the bus, against its simulated boards over a paced pseudo-terminal."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.boards.registry import FACTS_OF
from drivers.bus import Bus
from drivers.codec import DoorsReply, DoorState, Pulse, QueryDoors
from drivers.family import Family
from drivers.simulator.registry import SIMULATED
from tests.integration.drivers.running_simulator import RunningSimulator, running_simulator


@pytest.fixture(params=list(SIMULATED), scope="module")
def simulator(request: pytest.FixtureRequest) -> Iterator[RunningSimulator]:
    """Two boards of a family on one bus."""
    first, second = FACTS_OF[Family(request.param)].addresses[:2]
    options = ("--address", str(first), "--address", str(second))
    with running_simulator(*options, board=request.param) as running:
        yield running


def boards_of(simulator: RunningSimulator) -> tuple[int, int]:
    first, second = FACTS_OF[simulator.profile.family].addresses[:2]
    return first, second


def open_doors(bus: Bus, board: int) -> set[int]:
    """Read until there is an answer; return the locks of the open doors."""
    for _ in range(30):
        reply = bus.exchange(QueryDoors(board)).reply
        if isinstance(reply, DoorsReply):
            return {lock for lock, door in reply.doors.items() if door is DoorState.OPEN}
    raise AssertionError("the board answers no more")


def wait_for(bus: Bus, board: int, doors: set[int]) -> None:
    while open_doors(bus, board) != doors:
        pass


def test_every_family_is_simulated() -> None:
    assert set(SIMULATED) == {family.value for family in Family}


def test_a_pulse_opens_its_door_on_its_board_only(simulator: RunningSimulator) -> None:
    first, second = boards_of(simulator)
    before = simulator.client.state().pulses
    with simulator.bus() as bus:
        bus.exchange(Pulse(second, 3))
        wait_for(bus, second, {3})
        assert open_doors(bus, first) == set()
    state = simulator.client.state()
    assert [(door.board, door.lock) for door in state.doors if door.open] == [(second, 3)]
    assert state.pulses == before + 1
    came = [e.meaning for e in simulator.client.trace() if e.direction == "in"]
    assert len([said for said in came if said.startswith(f"pulse {second}:3")]) == 1
    door = state.door(second, 3)
    assert door.energised_ms == pytest.approx(simulator.profile.pulse_ms, abs=100)
    while simulator.client.state().door(second, 3).open:
        simulator.client.shut(second, 3)


@pytest.mark.parametrize("fault", ["late", "reply-lost", "garbage", "split", "echo", "corrupt"])
def test_after_every_fault_the_truth_is_read(simulator: RunningSimulator, fault: str) -> None:
    board, _ = boards_of(simulator)
    with simulator.bus() as bus:
        simulator.client.fault(fault, count=1)
        bus.exchange(QueryDoors(board))
        simulator.client.open_by_hand(board, 5)
        assert open_doors(bus, board) == {5}
        simulator.client.shut(board, 5)
        assert open_doors(bus, board) == set()
        simulator.client.clear_faults()


def test_a_jammed_door_stays_shut(simulator: RunningSimulator) -> None:
    board, _ = boards_of(simulator)
    simulator.client.fault("jammed", lock=4, count=1)
    with simulator.bus() as bus:
        bus.exchange(Pulse(board, 4))
        bus.listen(0.3)
        assert open_doors(bus, board) == set()


def test_a_pulled_cable_that_is_put_back_works_again(simulator: RunningSimulator) -> None:
    board, _ = boards_of(simulator)
    simulator.client.unplug()
    simulator.client.replug()
    with simulator.bus() as bus:
        assert open_doors(bus, board) == set()


def test_at_another_baud_rate_a_board_hears_and_sends_noise() -> None:
    with running_simulator("--baud", "9600", board="kerong-cu16") as simulator:
        with simulator.bus() as bus:
            assert bus.exchange(Pulse(0, 1)).reply is None
            assert bus.exchange(QueryDoors(0)).reply is None
        assert simulator.client.state().pulses == 0
        right = dataclasses.replace(simulator.profile, baud=9600)
        with dataclasses.replace(simulator, profile=right).bus() as bus:
            assert open_doors(bus, 0) == set()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--board", "kerong-cu16", "--packed-inverted"], "have no --packed-inverted"),
        (["--board", "kerong-cu16", "--channels", "17"], "at most 16 channels"),
        (["--board", "kerong-cu48", "--fault", "glued"], "no fault"),
        (["--board", "kecheng", "--with", "unlock=12"], "it has: unlock=33|11"),
    ],
)
def test_what_a_family_has_not_is_refused(options: list[str], told: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "drivers.simulator.command"]
    command += ["--link", str(tmp_path / "b"), "--control", str(tmp_path / "c"), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert told in " ".join(done.stderr.replace("│", " ").split())
