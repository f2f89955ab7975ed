"""The bus's thread: one frame a pulse, readings fast and slow, and a cable that is pulled."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Any

import pytest

from drivers.codec import (
    DoorReply,
    DoorReport,
    DoorsReply,
    DoorState,
    OutputsOff,
    Pulse,
    PulseReply,
    QueryDoor,
    QueryDoors,
    Request,
)
from drivers.exchange import Exchange, Heard, NotSentCause, NotSentError
from drivers.port import PortCause, PortLostError, PortUnavailableError
from locker.board_worker import BoardWorker, Line
from locker.contract import vocabulary
from locker.contract.layout import Cell
from locker.core.effect import PulseLock
from locker.core.input import BoardSilent, DoorsRead, Input, PulseDone, PulseResult
from tests.unit.locker.fake_clock import FakeClock

CELLS = [
    Cell(number=11, size="S", x=0, y=0, width=1, height=1, handle_mm=0, board=1, channel=1),
    Cell(number=12, size="S", x=0, y=0, width=1, height=1, handle_mm=0, board=1, channel=2),
    Cell(number=21, size="S", x=0, y=0, width=1, height=1, handle_mm=0, board=2, channel=1),
]
LOST = PortLostError("fake", detail="pulled")


class FakeBus:
    """Answers queries with all doors shut, unless told otherwise; keeps what was asked."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.asked: list[Request] = []
        self.listened: list[float] = []
        self.surprises: deque[Exchange | NotSentError] = deque()
        self.heard = Heard((), b"")
        self.closed = 0

    def exchange(
        self, request: Request, *, timeout_s: float | None = None, wake_fd: int | None = None
    ) -> Exchange:
        self.asked.append(request)
        self.clock.push(0.02)
        if self.surprises:
            surprise = self.surprises.popleft()
            if isinstance(surprise, NotSentError):
                raise surprise
            return replace(surprise, request=request)
        match request:
            case Pulse(board=board, lock=lock):
                return answered(request, PulseReply(board, lock, DoorState.CLOSED))
            case QueryDoor(board=board, lock=lock):
                return answered(request, DoorReply(board, lock, DoorState.CLOSED))
            case OutputsOff():
                return Exchange(request=request, sent_at=100.0)
            case _:
                shut = {1: DoorState.CLOSED, 2: DoorState.CLOSED, 3: DoorState.OPEN}
                return answered(request, DoorsReply(request.board, shut))

    def listen(self, duration_s: float, *, wake_fd: int | None = None) -> Heard:
        self.listened.append(duration_s)
        self.clock.push(duration_s)
        heard, self.heard = self.heard, Heard((), b"")
        return heard

    def close(self) -> None:
        self.closed += 1


def answered(request: Request, reply: PulseReply | DoorReply | DoorsReply) -> Exchange:
    return Exchange(request=request, sent_at=100.0, reply=reply, replied_at=100.01)


def silent(*, expected: bool = True, lost: PortLostError | None = None) -> Exchange:
    return Exchange(request=QueryDoors(1), sent_at=100.0, expected=expected, lost=lost)


class Bench:
    """A worker on a fake bus, with all boards read once."""

    def __init__(self, **options: Any) -> None:
        self.clock = FakeClock()
        self.bus = FakeBus(self.clock)
        self.told: list[Input] = []
        self.openings: deque[PortUnavailableError] = deque()
        self.opened = 0
        self.worker = BoardWorker(
            CELLS, open_line=self.open_line, clock=self.clock, tell=self.told.append, **options
        )

    def open_line(self) -> Line:
        if self.openings:
            raise self.openings.popleft()
        self.opened += 1
        return Line(self.bus, self.bus.close)

    def turn(self, times: int = 1) -> list[Input]:
        self.told.clear()
        for _ in range(times):
            self.worker.turn()
        return list(self.told)

    def pulse(self, compartment: int = 12, *, life_s: float = 5.0) -> None:
        self.worker.submit(PulseLock("a-1", compartment, self.clock() + life_s))


@pytest.fixture
def bench() -> Bench:
    ready = Bench()
    ready.turn(2)
    ready.bus.asked.clear()
    return ready


def test_all_boards_are_read_before_anything_else() -> None:
    bench = Bench()
    bench.pulse()
    told = bench.turn(3)
    assert bench.bus.asked == [QueryDoors(1), QueryDoors(2), Pulse(1, 2)]
    assert told[0] == DoorsRead(
        {11: vocabulary.DoorState.CLOSED, 12: vocabulary.DoorState.CLOSED}, 100.01
    )


def test_pulse_is_one_frame_and_its_moment_is_told(bench: Bench) -> None:
    bench.pulse()
    (done,) = bench.turn()
    assert bench.bus.asked == [Pulse(1, 2)]
    assert done == PulseDone("a-1", PulseResult.ACKNOWLEDGED, 100.0)


def test_a_read_that_waits_for_a_late_answer_is_no_silence_of_the_board(bench: Bench) -> None:
    bench.worker.watch(frozenset({11}))
    bench.bus.surprises.append(replace(silent(), asked=False))
    assert bench.turn() == []
    assert bench.bus.asked == [QueryDoors(1)]


@pytest.mark.logs_may_warn("too late")
def test_pulse_whose_time_is_over_is_refused_without_a_byte(bench: Bench) -> None:
    bench.pulse(life_s=0.0)
    (done,) = bench.turn()
    assert isinstance(done, PulseDone)
    assert done.result is PulseResult.NOT_SENT
    assert bench.bus.asked == []


@pytest.mark.logs_may_warn("board port", "silent")
@pytest.mark.parametrize(
    ("exchange", "result"),
    [
        (silent(), PulseResult.SILENT),
        (silent(expected=False), PulseResult.UNANSWERED),
        (silent(lost=LOST), PulseResult.BROKEN),
    ],
)
def test_what_became_of_a_pulse_without_a_reply(
    bench: Bench, exchange: Exchange, result: PulseResult
) -> None:
    bench.bus.surprises.append(exchange)
    bench.pulse()
    done = bench.turn()[0]
    assert isinstance(done, PulseDone)
    assert done.result is result


@pytest.mark.logs_may_warn("not sent")
def test_busy_line_proves_that_nothing_was_sent(bench: Bench) -> None:
    bench.bus.surprises.append(NotSentError(Pulse(1, 2), NotSentCause.LINE_BUSY))
    bench.pulse()
    (done,) = bench.turn()
    assert isinstance(done, PulseDone)
    assert done.result is PulseResult.NOT_SENT


def test_idle_boards_are_read_slowly_and_listened_to_between(bench: Bench) -> None:
    bench.turn(10)
    assert bench.bus.asked.count(QueryDoors(1)) <= 3
    assert bench.bus.listened


def test_watched_board_is_read_as_fast_as_the_bus_allows_and_others_still(bench: Bench) -> None:
    bench.worker.watch(frozenset({11}))
    bench.turn(60)
    assert bench.bus.listened == []
    assert bench.bus.asked.count(QueryDoors(1)) > 50
    assert bench.bus.asked.count(QueryDoors(2)) >= 2


def test_pulse_waits_for_no_poll_while_a_door_is_watched(bench: Bench) -> None:
    bench.worker.watch(frozenset({11}))
    bench.turn(3)
    bench.bus.asked.clear()
    bench.pulse()
    bench.turn()
    assert bench.bus.asked == [Pulse(1, 2)]


def test_a_code_being_read_puts_idle_readings_off_but_never_for_long(bench: Bench) -> None:
    began_s = bench.clock()
    while bench.clock() - began_s < 0.9:  # a code that never ends
        bench.worker.hold_off()
        bench.turn()
        bench.clock.push(0.01)
    assert bench.bus.asked == []
    bench.clock.push(0.2)
    bench.worker.hold_off()
    bench.turn(2)
    assert bench.bus.asked == [QueryDoors(1), QueryDoors(2)]


def test_a_watched_door_is_read_whatever_is_scanned(bench: Bench) -> None:
    bench.worker.watch(frozenset({11}))
    bench.worker.hold_off()
    bench.turn(2)
    assert bench.bus.asked == [QueryDoors(1), QueryDoors(1)]


def test_report_that_a_board_sends_unasked_counts_as_a_reading(bench: Bench) -> None:
    bench.bus.heard = Heard(
        (DoorReport(1, 2, DoorState.OPEN), DoorReport(9, 9, DoorState.OPEN)), b"", (77.0, 78.0)
    )
    told = bench.turn()
    assert told == [DoorsRead({12: vocabulary.DoorState.OPEN}, 77.0)]


def test_a_board_that_tells_one_door_at_a_time_is_read_door_by_door() -> None:
    bench = Bench(reads=lambda board: (QueryDoor(board, 1), QueryDoor(board, 2)))
    bench.turn(3)
    bench.pulse()
    bench.turn(2)
    first, second = [QueryDoor(1, 1), QueryDoor(1, 2)], [QueryDoor(2, 1), QueryDoor(2, 2)]
    assert bench.bus.asked == [*first, second[0], Pulse(1, 2), second[1]]


def test_where_frames_carry_no_check_a_changed_door_is_told_when_it_was_read_twice() -> None:
    bench = Bench(checked=False)
    bench.turn(4)
    bench.bus.asked.clear()
    bench.clock.push(1)
    opened = answered(QueryDoors(1), DoorsReply(1, {1: DoorState.OPEN, 2: DoorState.CLOSED}))
    bench.bus.surprises += [opened, opened]
    assert bench.turn() == [DoorsRead({12: vocabulary.DoorState.CLOSED}, 100.01)]
    assert bench.turn()[-1] == DoorsRead(
        {11: vocabulary.DoorState.OPEN, 12: vocabulary.DoorState.CLOSED}, 100.01
    )
    assert bench.bus.asked == [QueryDoors(1), QueryDoors(1)], "the second reading comes at once"


def test_a_single_damaged_reading_moves_no_door() -> None:
    bench = Bench(checked=False)
    bench.turn(4)
    bench.clock.push(1)
    bench.bus.surprises.append(
        answered(QueryDoors(1), DoorsReply(1, {1: DoorState.OPEN, 2: DoorState.OPEN}))
    )
    told = [door for reading in bench.turn(20) if isinstance(reading, DoorsRead)
            for door in reading.doors.items()]  # fmt: skip
    assert vocabulary.DoorState.OPEN not in {state for number, state in told if number < 20}


def test_a_pulse_comes_before_the_second_reading() -> None:
    bench = Bench(checked=False)
    bench.turn(4)
    bench.clock.push(1)
    bench.bus.surprises.append(answered(QueryDoors(1), DoorsReply(1, {1: DoorState.OPEN})))
    bench.turn()
    bench.bus.asked.clear()
    bench.pulse()
    bench.turn(2)
    assert bench.bus.asked == [Pulse(1, 2), QueryDoors(1)]


def test_outputs_that_hold_are_put_off_when_the_port_was_opened() -> None:
    bench = Bench(held_outputs=True)
    bench.turn()
    assert bench.bus.asked == [OutputsOff(1), OutputsOff(2), QueryDoors(1)]


def test_outputs_of_other_boards_are_never_touched() -> None:
    bench = Bench()
    bench.turn(5)
    assert not [request for request in bench.bus.asked if isinstance(request, OutputsOff)]


@pytest.mark.logs_may_warn("board 1: silent")
def test_board_that_does_not_reply_is_told_as_silent(bench: Bench) -> None:
    bench.clock.push(1)
    bench.bus.surprises.append(silent())
    (told,) = bench.turn()
    assert isinstance(told, BoardSilent)
    assert told.compartments == {11, 12}


@pytest.mark.logs_may_warn("board port", "silent", "not sent")
def test_pulled_cable_refuses_pulses_and_is_reopened_by_itself(bench: Bench) -> None:
    error = NotSentError(QueryDoors(1), NotSentCause.PORT_LOST)
    error.__cause__ = LOST
    bench.clock.push(1)
    bench.bus.surprises.append(error)
    bench.openings.append(PortUnavailableError("fake", cause=PortCause.MISSING, detail=""))
    assert {type(told) for told in bench.turn()} == {BoardSilent}
    assert bench.bus.closed == 1
    bench.pulse()
    (refused,) = [told for told in bench.turn() if isinstance(told, PulseDone)]
    assert refused.result is PulseResult.NOT_SENT
    bench.clock.push(0.3)
    assert {type(told) for told in bench.turn()} == {BoardSilent}
    bench.clock.push(0.6)
    bench.bus.asked.clear()
    bench.turn(2)
    assert bench.opened == 2
    assert bench.bus.asked == [QueryDoors(1), QueryDoors(2)]


@pytest.mark.logs_may_warn("board port", "silent")
def test_a_port_that_was_away_fifty_times_is_tried_again(bench: Bench) -> None:
    error = NotSentError(QueryDoors(1), NotSentCause.PORT_LOST)
    error.__cause__ = LOST
    bench.clock.push(1)
    bench.bus.surprises.append(error)
    bench.turn()
    bench.clock.pace_s = 3.0  # longer than any pause, so no pause is slept
    for _ in range(50):
        bench.openings.append(PortUnavailableError("fake", cause=PortCause.MISSING, detail=""))
        bench.turn()
    assert bench.opened == 1
    assert not bench.openings
    assert any(isinstance(told, DoorsRead) for told in bench.turn(2))


@pytest.mark.logs_may_warn("board port", "silent")
@pytest.mark.parametrize("exchange", [silent(), silent(expected=False), silent(lost=LOST)])
def test_after_silence_doors_are_read_and_never_a_second_pulse_is_sent(
    bench: Bench, exchange: Exchange
) -> None:
    bench.bus.surprises.append(exchange)
    bench.pulse()
    for _ in range(5):
        bench.turn()
        bench.clock.push(1)
    assert [request for request in bench.bus.asked if isinstance(request, Pulse)] == [Pulse(1, 2)]
