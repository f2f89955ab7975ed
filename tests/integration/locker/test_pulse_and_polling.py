"""A pulse while the doors are read at full rate: the wire says for how many frames it waited."""

from __future__ import annotations

import dataclasses
import itertools
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from drivers.boards.registry import FACTS_OF
from drivers.bus import Bus
from drivers.profile import BoardProfile, make_codec
from drivers.serial_port import open_serial_port
from drivers.wiring import DoorQuery
from locker.board_worker import BoardWorker, Line
from locker.contract.layout import Cell
from locker.core.effect import PulseLock
from locker.core.input import DoorsRead, Input, PulseDone, PulseResult
from locker.crew import SignOfLife
from tests.integration.drivers.running_simulator import RunningSimulator, running_simulator
from tests.integration.locker.cabinet_process import wait_for

pytestmark = pytest.mark.integration
DOORS = 12


def cells(board: int) -> list[Cell]:
    return [
        Cell(number=n, size="S", x=0, y=0, width=1, height=1, handle_mm=0, board=board, channel=n)
        for n in range(1, DOORS + 1)
    ]


@contextmanager
def working(
    simulator: RunningSimulator, profile: BoardProfile, told: list[Input]
) -> Iterator[BoardWorker]:
    def open_line() -> Line:
        port = open_serial_port(str(simulator.link), baud=profile.baud, clock=time.monotonic)
        return Line(Bus(port, make_codec(profile), profile, time.monotonic), port.close)

    worker = BoardWorker(
        cells(profile.boards[0]),
        open_line=open_line,
        clock=time.monotonic,
        tell=told.append,
        reads=profile.door_reads,
        checked=FACTS_OF[profile.family].checked,
    )
    stop = threading.Event()
    life = SignOfLife("board", limit_s=60.0, clock=time.monotonic)
    thread = threading.Thread(target=worker.run, args=(life, stop))
    thread.start()
    try:
        yield worker
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize(
    ("board", "own", "door_query"),
    [
        ("shuoming", (), DoorQuery.MASK),
        ("kerong-cu48", (), DoorQuery.MASK),
        ("winnsen", ("--with", "reads=single"), DoorQuery.SINGLE),
    ],
)
def test_a_pulse_waits_for_at_most_the_frame_in_flight(
    board: str, own: tuple[str, ...], door_query: DoorQuery
) -> None:
    told: list[Input] = []
    chance = random.Random(20_210_618)
    with running_simulator(*own, board=board) as simulator:
        profile = dataclasses.replace(simulator.profile, door_query=door_query, channels=DOORS)
        with working(simulator, profile, told) as worker:
            wait_for(lambda: any(isinstance(one, DoorsRead) for one in told))
            worker.watch(frozenset(range(1, DOORS + 1)))
            asked_s = {}
            for door in range(1, DOORS + 1):
                time.sleep(chance.uniform(0.02, 0.12))
                worker.submit(PulseLock(f"a-{door}", door, time.monotonic() + 5))
                asked_s[door] = time.monotonic()
                wait_for(partial(_told_of, told, door))
                wait_for(partial(_were_read, told, len(told)))
        trace = [line for line in simulator.client.trace() if line.direction == "in"]
        pulses = [at for at, line in enumerate(trace) if line.meaning.startswith("pulse ")]
    assert set(results(told)) == {PulseResult.ACKNOWLEDGED}
    assert len(pulses) == DOORS
    for door, at in enumerate(pulses, start=1):
        # One that was handed over in the very moment of the asking is the frame in flight.
        begun = [line for line in trace[:at] if line.first_at > asked_s[door]]
        assert len(begun) <= 1, [line.meaning for line in begun]
    between = [second - first for first, second in itertools.pairwise(pulses)]
    assert min(between) > 1, "the doors were not read at full rate between the pulses"


def _told_of(told: list[Input], count: int) -> bool:
    return len(results(told)) == count


def _were_read(told: list[Input], since: int) -> bool:
    return any(isinstance(one, DoorsRead) for one in told[since:])


def results(told: list[Input]) -> list[PulseResult]:
    return [one.result for one in told if isinstance(one, PulseDone)]
