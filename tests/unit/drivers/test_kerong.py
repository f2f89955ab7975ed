"""What only KERONG's boards do: one form of answer for all, board 15, the inferred code 77."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.bus import Bus
from drivers.codec import DoorsReply, DoorState, Pulse, PulseReply, QueryDoors
from drivers.profile import ProfileError, load_profile, make_codec, profile_from_table
from drivers.wiring import UnlockReply
from tests.unit.drivers.bad_line import SimulatedBus
from tests.unit.drivers.board_suite import BOARDS, heard, values
from tests.unit.drivers.fake_port import FakeClock, FakePort, FakeScript
from tests.unit.drivers.families import kerong_cu16

CU16 = load_profile("kerong-cu16")
CU48 = load_profile("kerong-cu48")


def with_sum(*body: int) -> bytes:
    return bytes((*body, sum(body) % 256))


@given(bits=st.integers(0, 2**16 - 1), board=st.integers(0, 15))
def test_sixteen_locks_come_back(bits: int, board: int) -> None:
    frame = with_sum(0x02, board << 4, 0x35, bits % 256, bits >> 8, 0xA5, 0x5A, 0x03)
    [event] = heard(make_codec(CU16), frame)
    assert isinstance(event, DoorsReply)
    assert event.board == board
    closed = {lock for lock, door in event.doors.items() if door is DoorState.CLOSED}
    assert closed == {lock for lock in range(1, 17) if bits >> (lock - 1) & 1}


@given(bits=st.integers(0, 2**48 - 1))
def test_forty_eight_locks_come_back(bits: int) -> None:
    frame = with_sum(0x02, 3, 0, 0x75, *bits.to_bytes(6, "little"), *[0xFF] * 6, 0x03)
    [event] = heard(make_codec(CU48), frame)
    assert isinstance(event, DoorsReply)
    closed = {lock for lock, door in event.doors.items() if door is DoorState.CLOSED}
    assert closed == {lock for lock in range(1, 49) if bits >> (lock - 1) & 1}


def test_a_board_of_twelve_tells_twelve() -> None:
    [event] = heard(
        make_codec(dataclasses.replace(CU16, channels=12)),
        with_sum(0x02, 0x00, 0x35, 0xFF, 0xFF, 0, 0, 0x03),
    )
    assert isinstance(event, DoorsReply)
    assert list(event.doors) == list(range(1, 13))


def test_a_status_ends_with_its_last_byte_and_not_with_a_silence() -> None:
    for name in ("kerong-cu16", "kerong-cu48"):
        frame, event = BOARDS[name].replies[0]
        codec = BOARDS[name].codec()
        codec.receive_data(frame)
        assert codec.next_event() == event


def test_a_75_that_names_a_lock_answers_nothing_of_ours() -> None:
    frame = with_sum(0x02, 0, 5, 0x75, *[0] * 12, 0x03)
    assert values(heard(make_codec(CU48), frame)) == []


def test_an_answer_of_two_stx_in_a_row_is_found() -> None:
    frame, event = BOARDS["kerong-cu16"].replies[0]
    assert values(heard(BOARDS["kerong-cu16"].codec(), b"\x02" + frame)) == [event]


@pytest.mark.parametrize(("boards", "allowed"), [([15], True), ([0, 14], True), ([0, 15], False)])
def test_the_address_that_means_all_boards_stands_alone(boards: list[int], allowed: bool) -> None:  # noqa: FBT001  # a table
    table = {"family": "kerong-cu16", "boards": boards}
    if allowed:
        assert profile_from_table(table, file="hall.toml").boards == tuple(boards)
    else:
        with pytest.raises(ProfileError, match="15 only as the one board of its bus"):
            profile_from_table(table, file="hall.toml")


def test_a_status_acknowledges_a_pulse_and_is_no_reading() -> None:
    line = SimulatedBus(BOARDS["kerong-cu16"])
    exchange = line.bus.exchange(Pulse(0, 3))
    assert isinstance(exchange.reply, DoorsReply)
    assert exchange.request == Pulse(0, 3)


def test_an_answer_that_names_the_lock_acknowledges_its_pulse_only() -> None:
    named = dataclasses.replace(kerong_cu16.SAMPLE, simulated_with={"unlock-answer": "names-lock"})
    line = SimulatedBus(dataclasses.replace(BOARDS["kerong-cu16"], sample=named))
    assert line.bus.exchange(Pulse(0, 3)).reply == PulseReply(0, 3, DoorState.CLOSED)
    codec = make_codec(CU16)
    assert not codec.answers(Pulse(0, 4), PulseReply(0, 3, DoorState.CLOSED))
    assert not codec.answers(QueryDoors(0), PulseReply(0, 3, DoorState.CLOSED))


def cu16_bus(*answers: list[tuple[float, bytes]], reply: UnlockReply) -> tuple[Bus, FakePort]:
    profile = dataclasses.replace(CU16, unlock_reply=reply)
    clock = FakeClock()
    port = FakePort(clock, FakeScript(*answers), byte_s=profile.byte_s)
    return Bus(port, make_codec(profile), profile, clock), port


SHUT = with_sum(0x02, 0, 0x35, 0xFF, 0xFF, 0, 0, 0x03)
DOOR_1_OPEN = with_sum(0x02, 0, 0x35, 0xFE, 0xFF, 0, 0, 0x03)


def test_the_late_answer_to_a_pulse_is_not_read_as_a_shut_door() -> None:
    """It was made before the spring, and looks like the answer to the read that follows."""
    bus, port = cu16_bus([(0.3, SHUT)], [(0.02, DOOR_1_OPEN)], reply=UnlockReply.MAYBE)
    assert bus.exchange(Pulse(0, 1)).reply is None
    exchange = bus.exchange(QueryDoors(0))
    assert isinstance(exchange.reply, DoorsReply)
    assert exchange.reply.doors[1] is DoorState.OPEN
    assert len(exchange.stale) == 1
    assert port.clock() < 1000.4


def test_an_unanswered_pulse_keeps_readings_back_for_long_only_where_an_answer_may_come() -> None:
    for reply, asked in ((UnlockReply.MAYBE, False), (UnlockReply.NEVER, True)):
        bus, port = cu16_bus([], [(0.02, DOOR_1_OPEN)], reply=reply)
        bus.exchange(Pulse(0, 1))
        assert bus.exchange(QueryDoors(0)).asked is asked
        assert port.clock() < 1000.55


def test_an_answer_where_the_profile_expects_none_is_no_reading_either() -> None:
    bus, _ = cu16_bus([(0.1, SHUT)], [(0.02, DOOR_1_OPEN)], reply=UnlockReply.NEVER)
    assert not bus.exchange(Pulse(0, 1)).expected
    exchange = bus.exchange(QueryDoors(0))
    assert isinstance(exchange.reply, DoorsReply)
    assert exchange.reply.doors[1] is DoorState.OPEN


def test_the_late_answer_to_a_read_does_not_acknowledge_a_pulse() -> None:
    bus, _ = cu16_bus([(0.3, SHUT)], [], reply=UnlockReply.MAYBE)
    assert bus.exchange(QueryDoors(0)).reply is None
    exchange = bus.exchange(Pulse(0, 1))
    assert exchange.reply is None
    assert len(exchange.stale) == 1
