"""What only family G does: flash-on, exceptions, outputs that stay on until they are put off."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.boards.modbus_relay import crc
from drivers.codec import (
    DoorsReply,
    DoorState,
    OutputsOff,
    OutputsOffReply,
    OutputsReply,
    Pulse,
    PulseReply,
    QueryDoor,
    QueryDoors,
    QueryOutputs,
    Refusal,
    Request,
)
from drivers.profile import load_profile, make_codec
from drivers.simulator.modbus_relay import crc16, finished
from drivers.wiring import Contact, Echo
from tests.unit.drivers.bad_line import SimulatedBus
from tests.unit.drivers.board_suite import BOARDS, heard, values

PROFILE = load_profile("modbus-relay")
CASE = BOARDS["modbus-relay"]
TWO = dataclasses.replace(PROFILE, boards=(1, 2))


def with_(**words: str) -> SimulatedBus:
    """Return a bus whose simulated boards have settings of their own."""
    own = {name.replace("_", "-"): word for name, word in words.items()}
    sample = dataclasses.replace(CASE.sample, simulated_with=own)
    return SimulatedBus(dataclasses.replace(CASE, sample=sample))


@given(st.binary(max_size=40))
def test_our_crc_is_that_of_the_simulators_table(data: bytes) -> None:
    assert crc(data) == crc16(data)


def test_the_crc_is_the_published_one() -> None:
    for published in CASE.published:
        assert crc(published.frame[:-2]) == published.frame[-2:]


@pytest.mark.parametrize(
    ("pulse_ms", "steps"), [(10, 1), (100, 1), (101, 2), (200, 2), (750, 8), (60_000, 600)]
)
def test_a_pulse_is_a_flash_in_steps_of_100_ms_rounded_up(pulse_ms: int, steps: int) -> None:
    codec = make_codec(dataclasses.replace(PROFILE, pulse_ms=pulse_ms))
    frame = codec.encode(Pulse(1, 3))
    assert frame[:4] == bytes.fromhex("01 05 02 02")
    assert int.from_bytes(frame[4:6]) == steps


def test_no_request_leaves_an_output_on() -> None:
    """Of all we send, only the flash energises a coil, and the board ends it."""
    codec = make_codec(PROFILE)
    for lock in range(1, 9):
        frame = codec.encode(Pulse(1, lock))
        assert frame[1] == 5
        assert frame[2] == 2
        assert int.from_bytes(frame[4:6]) == 2
    assert codec.encode(OutputsOff(1)) == bytes.fromhex("01 05 00 FF 00 00 FD FA")


@pytest.mark.parametrize(
    "hex_",
    [
        "01 05 00 00 FF 00",
        "01 05 00 00 00 00",
        "01 05 02 08 00 02",
        "01 05 02 00 00 00",
        "01 05 02 00 80 00",
        "01 05 04 00 00 02",
        "00 05 02 00 00 02",
        "01 03 02 00 01",
        "01 83 02",
    ],
)
def test_what_answers_no_request_of_ours_is_no_value(hex_: str) -> None:
    assert values(heard(make_codec(PROFILE), finished(bytes.fromhex(hex_)))) == []


@pytest.mark.parametrize("channels", [1, 4, 8, 12, 16, 32])
def test_inputs_of_any_number_come_back(channels: int) -> None:
    profile = dataclasses.replace(PROFILE, channels=channels, contact=Contact.SHORT_WHEN_OPEN)
    codec = make_codec(profile)
    count = -(-channels // 8)
    [event] = heard(codec, finished(bytes([1, 2, count, *[0x81] * count])))
    assert isinstance(event, DoorsReply)
    opened = [lock for lock, door in event.doors.items() if door is DoorState.OPEN]
    assert opened == [lock for lock in range(1, channels + 1) if lock % 8 in {0, 1}]


def test_inputs_that_are_not_told_are_unknown() -> None:
    codec = make_codec(dataclasses.replace(PROFILE, channels=12))
    [event] = heard(codec, bytes.fromhex("01 02 01 00 A1 88"))
    assert isinstance(event, DoorsReply)
    unknown = [lock for lock, door in event.doors.items() if door is DoorState.UNKNOWN]
    assert unknown == [9, 10, 11, 12]


@pytest.mark.parametrize("count", [0, 5, 255])
def test_more_inputs_than_any_board_has_are_no_value(count: int) -> None:
    frame = finished(bytes([1, 2, count, *[0] * count]))
    assert values(heard(make_codec(PROFILE), frame)) == []


@pytest.mark.parametrize(
    ("request_", "function"),
    [
        (QueryDoors(1), 0x82),
        (QueryDoor(1, 2), 0x82),
        (QueryOutputs(1), 0x81),
        (Pulse(1, 2), 0x85),
        (OutputsOff(1), 0x85),
    ],
)
def test_an_exception_is_a_value_and_answers_the_request_of_its_function(
    request_: Request, function: int
) -> None:
    codec = make_codec(PROFILE)
    [event] = heard(codec, finished(bytes([1, function, 6])))
    assert event == Refusal(1, function, 6)
    assert codec.answers(request_, event)
    assert not codec.answers(request_, Refusal(2, function, 6))
    assert not codec.answers(request_, Refusal(1, function ^ 3, 6))


def test_a_board_with_fewer_inputs_refuses_and_that_is_no_time_out() -> None:
    line = SimulatedBus(CASE)
    line.bus = type(line.bus)(
        line.port, make_codec(dataclasses.replace(TWO, channels=16)), TWO, line.clock
    )
    begun_s = line.clock()
    exchange = line.bus.exchange(QueryDoors(1))
    assert exchange.reply == Refusal(1, 0x82, 2)
    assert line.clock() - begun_s < 0.1
    assert line.bus.exchange(Pulse(1, 12)).reply == Refusal(1, 0x85, 2)


def test_outputs_that_were_left_on_are_found_and_put_off() -> None:
    line = with_(left_on="1")
    assert line.bus.exchange(QueryOutputs(1)).reply == OutputsReply(1, frozenset({1}))
    assert line.bus.exchange(OutputsOff(1)).reply == OutputsOffReply(1)
    assert line.bus.exchange(QueryOutputs(1)).reply == OutputsReply(1, frozenset())
    assert line.bus.exchange(QueryOutputs(2)).reply == OutputsReply(2, frozenset({1}))


def test_putting_off_is_acknowledged_by_no_echo() -> None:
    line = SimulatedBus(CASE, profile=dataclasses.replace(TWO, echo=Echo.ON))
    line.fault("echo")
    line.fault("no-unlock-reply")
    assert line.bus.exchange(OutputsOff(1)).reply is None


def test_a_flash_ends_by_itself_when_the_host_is_gone() -> None:
    line = SimulatedBus(CASE)
    line.bus.exchange(Pulse(1, 3))
    door = line.cabinet.door(1, 3)
    assert line.bus.exchange(QueryOutputs(1)).reply == OutputsReply(1, frozenset({3}))
    line.clock.now_s += 3600
    assert door.energised_for_s(line.clock()) == pytest.approx(0.2)
    assert line.bus.exchange(QueryOutputs(1)).reply == OutputsReply(1, frozenset())


def test_a_lost_answer_costs_one_more_read() -> None:
    line = SimulatedBus(CASE)
    line.fault("reply-lost:count=1")
    assert not line.read(QueryDoors(1))
    lost_s = line.clock()
    assert line.read(QueryDoors(1))
    assert line.clock() - lost_s < 0.1
    assert [frame[1] for _, frame in line.port.written] == [2, 1, 2]


def test_every_request_is_one_write() -> None:
    line = SimulatedBus(CASE)
    for request in (QueryDoors(1), Pulse(2, 8), QueryOutputs(2), OutputsOff(1)):
        line.bus.exchange(request)
    assert [len(frame) for _, frame in line.port.written] == [8, 8, 8, 8]


def test_a_pulses_answer_is_the_request_itself() -> None:
    codec = make_codec(PROFILE)
    assert heard(codec, codec.encode(Pulse(1, 3))) == [PulseReply(1, 3, DoorState.UNKNOWN)]


def test_a_busy_board_answers_with_an_exception_and_moves_nothing() -> None:
    line = SimulatedBus(CASE)
    line.fault("refused:count=4")
    requests = (Pulse(1, 3), QueryDoors(1), QueryOutputs(1), OutputsOff(1))
    replies = [line.bus.exchange(request).reply for request in requests]
    assert replies == [Refusal(1, function, 6) for function in (0x85, 0x82, 0x81, 0x85)]
    assert not any(door.pulses for door in line.cabinet.doors)
    assert line.read(QueryDoors(1))
