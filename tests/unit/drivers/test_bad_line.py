"""Every family on the bus with two simulated boards: late answers, faults, an hour of them.

How a family keeps a late answer from passing for the next one is in its module and in
`drivers.late`; that it does is shown here.
"""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codec import DoorsReply, DoorState, Pulse, QueryDoor, QueryDoors
from drivers.wiring import Echo, UnlockReply
from tests.unit.drivers.bad_line import Hour, SimulatedBus
from tests.unit.drivers.board_suite import BOARDS, BoardCase


@pytest.fixture(params=list(BOARDS), ids=str)
def case(request: pytest.FixtureRequest) -> BoardCase:
    return BOARDS[request.param]


def window_ms(case: BoardCase) -> int:
    """Return how long after a request its answer may come and still be known for what it is."""
    return case.profile.reply_timeout_ms + case.profile.late_ms


def test_two_boards_on_a_bus_answer_for_themselves(case: BoardCase) -> None:
    line = SimulatedBus(case)
    first, second = case.sample.boards
    line.pulse(second, 3)
    assert line.truth(second)[3] is DoorState.OPEN
    assert set(line.truth(first).values()) == {DoorState.CLOSED}
    for board in (first, second):
        assert line.read(QueryDoors(board))
    assert [door.pulses for door in line.cabinet.doors if door.pulses] == [1]


def test_every_pulse_of_every_board_opens_its_door_and_no_other(case: BoardCase) -> None:
    line = SimulatedBus(case)
    for door in line.cabinet.doors:
        line.pulse(door.board, door.lock)
        assert [d for d in line.cabinet.doors if d.open] == [door]
        assert line.read(QueryDoors(door.board))
        line.clock.now_s += 1
        line.cabinet.shut(door, line.clock())
    assert {door.pulses for door in line.cabinet.doors} == {1}


def test_a_silent_board_neither_acts_nor_answers_and_the_other_does(case: BoardCase) -> None:
    line = SimulatedBus(case)
    dead, alive = case.sample.boards
    line.fault(f"silent:board={dead}")
    for board in (dead, alive):
        line.pulse(board, 3)
        assert line.read(QueryDoors(board)) == (board == alive)
    assert [(d.board, d.lock) for d in line.cabinet.doors if d.pulses] == [(alive, 3)]


def test_a_reply_does_not_wait_for_the_timeout(case: BoardCase) -> None:
    line = SimulatedBus(case)
    board = case.sample.boards[0]
    exchange = line.bus.exchange(QueryDoors(board))
    assert exchange.replied_at is not None
    waited_s = line.clock() - exchange.replied_at
    # The all-doors reply of family A has no length: only there a silence ends the frame.
    assert waited_s <= line.profile.gap_ms / 1000 + 1e-9
    if case.sample.ends_by_length:
        assert waited_s == 0


@pytest.mark.parametrize("part", [0.1, 0.28, 0.32, 0.36, 0.5, 0.66, 0.8, 0.95])
def test_whatever_the_delay_no_reading_is_older_than_its_request(
    case: BoardCase, part: float
) -> None:
    line = SimulatedBus(case)
    board = case.sample.boards[0]
    line.fault(f"late:delay_ms={int(part * window_ms(case)) - 40},count=1")
    line.bus.exchange(QueryDoors(board))
    line.cabinet.open_by_hand(line.cabinet.door(board, 5), line.clock())
    answers = 0
    for _ in range(12):
        answers += line.read(QueryDoors(board))
    assert answers >= 3


@pytest.mark.parametrize("part", [0.1, 0.28, 0.32, 0.36, 0.5, 0.66, 0.8, 0.95])
def test_a_late_answer_to_a_pulse_is_no_reading_and_none_to_a_read_acknowledges_a_pulse(
    case: BoardCase, part: float
) -> None:
    line = SimulatedBus(case)
    board = case.sample.boards[0]
    delay = int(part * window_ms(case)) - 40
    line.fault(f"late:delay_ms={delay},count=1,on=pulse")
    line.pulse(board, 5)
    for _ in range(12):
        line.read(QueryDoors(board))
    line.fault(f"late:delay_ms={delay},count=1,on=query")
    line.fault("no-unlock-reply:on=pulse")
    read = line.bus.exchange(QueryDoors(board))
    pulsed = line.bus.exchange(Pulse(board, 5))
    assert pulsed.reply is None
    assert read.reply is None or delay < line.profile.reply_timeout_ms


def test_a_lost_answer_is_waited_for_only_as_long_as_the_profile_says(case: BoardCase) -> None:
    line = SimulatedBus(case)
    board, other = case.sample.boards
    line.fault("reply-lost:count=1")
    assert not line.read(QueryDoors(board))
    lost_s = line.clock()
    assert line.read(QueryDoors(other))
    while not line.read(QueryDoors(board)):
        assert line.clock() - lost_s <= line.profile.late_ms / 1000
    assert line.bus.exchange(QueryDoors(board)).reply is not None


def test_a_pulse_waits_for_no_late_answer(case: BoardCase) -> None:
    line = SimulatedBus(case)
    board = case.sample.boards[0]
    line.fault("reply-lost:count=1")
    line.bus.exchange(QueryDoors(board))
    asked_s = line.clock()
    assert line.bus.exchange(Pulse(board, 2)).sent_at - asked_s <= line.profile.gap_ms / 1000 + 1e-9


def test_where_pulses_are_not_answered_reads_go_on_at_once(case: BoardCase) -> None:
    profile = dataclasses.replace(
        case.profile, boards=case.sample.boards, unlock_reply=UnlockReply.NEVER
    )
    line = SimulatedBus(case, profile=profile)
    board = case.sample.boards[0]
    line.fault("no-unlock-reply")
    begun_s = line.clock()
    assert not line.bus.exchange(Pulse(board, 2)).expected
    assert line.bus.exchange(QueryDoors(board)).reply is not None
    assert line.clock() - begun_s < 0.35


def test_an_echoing_adapter_acknowledges_no_pulse(case: BoardCase) -> None:
    profile = dataclasses.replace(case.profile, boards=case.sample.boards, echo=Echo.ON)
    line = SimulatedBus(case, profile=profile)
    board = case.sample.boards[0]
    line.fault("echo")
    line.fault("no-unlock-reply")
    assert line.read(QueryDoors(board))
    assert line.bus.exchange(Pulse(board, 2)).reply is None


def test_an_echo_is_found_out_by_a_read(case: BoardCase) -> None:
    line = SimulatedBus(case)
    line.fault("echo")
    exchange = line.bus.exchange(QueryDoors(case.sample.boards[0]))
    assert isinstance(exchange.reply, DoorsReply)
    assert exchange.echo
    assert line.bus.echoes


@pytest.mark.sweep
@pytest.mark.untraced
@pytest.mark.parametrize("seed", range(3))
def test_an_hour_of_random_faults_brings_no_stale_reading_and_no_second_pulse(
    case: BoardCase, seed: int
) -> None:
    hour = Hour(case, seed)
    hour.spend()
    assert hour.answered > 800
    assert sum(door.pulses for door in hour.line.cabinet.doors) == hour.pulses


@pytest.mark.parametrize("name", list(BOARDS))
@given(data=st.data())
def test_any_doors_come_back_through_the_simulated_board(name: str, data: st.DataObject) -> None:
    line = SimulatedBus(BOARDS[name])
    board = data.draw(st.sampled_from(line.case.sample.boards))
    locks = st.integers(1, line.profile.channels)
    for lock in data.draw(st.sets(locks)):
        line.cabinet.open_by_hand(line.cabinet.door(board, lock), line.clock())
    assert line.read(QueryDoors(board))
    if line.case.sample.reads_one_door:
        assert line.read(QueryDoor(board, data.draw(locks)))
