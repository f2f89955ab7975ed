"""What only family E does: boards from 0, reports, status and door bytes, resync on its head."""

from __future__ import annotations

import dataclasses

import pytest

from drivers.codec import (
    DoorReply,
    DoorReport,
    DoorsReply,
    DoorState,
    Pulse,
    PulseReply,
    QueryDoor,
    QueryDoors,
    Stray,
)
from drivers.profile import load_profile, make_codec
from drivers.simulator.wkly import finished
from drivers.wiring import Contact
from tests.unit.drivers.bad_line import SimulatedBus
from tests.unit.drivers.board_suite import BOARDS, events_of, heard, values

PROFILE = load_profile("wkly")
CASE = BOARDS["wkly"]
OPENED = bytes.fromhex("57 4B 4C 59 0B 00 82 00 01 00 81")
SHUT_REPORT = bytes.fromhex("57 4B 4C 59 0A 00 85 01 01 86")


def with_(**words: str) -> SimulatedBus:
    """Return a bus whose simulated boards have settings of their own."""
    own = {name.replace("_", "-"): word for name, word in words.items()}
    sample = dataclasses.replace(CASE.sample, simulated_with=own)
    return SimulatedBus(dataclasses.replace(CASE, sample=sample))


def test_the_first_board_is_zero() -> None:
    assert PROFILE.boards == (0,)
    assert make_codec(PROFILE).encode(Pulse(0, 1)) == bytes.fromhex("574B4C590900820183")
    assert make_codec(PROFILE).encode(Pulse(31, 1))[5] == 31


def test_a_head_that_begins_twice_is_found() -> None:
    assert heard(CASE.codec(), b"\x57" + OPENED)[-1:] == heard(CASE.codec(), OPENED)
    assert heard(CASE.codec(), b"\x57\x4b\x57" + OPENED)[0] == Stray(b"\x57\x4b\x57")


def test_a_frame_is_given_out_with_its_last_byte_and_needs_no_silence() -> None:
    codec = make_codec(PROFILE)
    codec.receive_data(OPENED)
    assert events_of(codec) == [PulseReply(0, 1, DoorState.OPEN, claim=True)]


def test_a_report_before_the_pulses_answer_is_a_report() -> None:
    assert heard(CASE.codec(), SHUT_REPORT + OPENED) == [
        DoorReport(0, 1, DoorState.CLOSED),
        PulseReply(0, 1, DoorState.OPEN, claim=True),
    ]


@pytest.mark.parametrize("count", [12, 24, 50])
def test_a_board_of_any_size_tells_the_doors_it_has(count: int) -> None:
    frame = finished(bytes([0, 0x84, 0, count, *(lock % 2 for lock in range(count))]))
    [event] = heard(make_codec(PROFILE), frame)
    assert isinstance(event, DoorsReply)
    for lock in range(1, 25):
        told = DoorState.OPEN if lock % 2 else DoorState.CLOSED
        assert event.doors[lock] is (told if lock <= count else DoorState.UNKNOWN)


def test_what_failed_tells_no_door() -> None:
    codec = make_codec(PROFILE)
    assert heard(codec, finished(bytes([0, 0x83, 0xFF, 1, 1]))) == [
        DoorReply(0, 1, DoorState.UNKNOWN)
    ]
    assert heard(codec, finished(bytes([0, 0x83, 0x00, 1, 0xFF]))) == [
        DoorReply(0, 1, DoorState.UNKNOWN)
    ]
    [event] = heard(codec, finished(bytes([0, 0x84, 0xFF, 2, 0, 0])))
    assert isinstance(event, DoorsReply)
    assert set(event.doors.values()) == {DoorState.UNKNOWN}


def test_the_other_kind_of_contact_turns_the_doors_round() -> None:
    codec = make_codec(dataclasses.replace(PROFILE, contact=Contact.SHORT_WHEN_OPEN))
    assert heard(codec, SHUT_REPORT) == [DoorReport(0, 1, DoorState.OPEN)]


@pytest.mark.parametrize("lock", [0, 25, 0x57])
def test_a_lock_beyond_the_channels_is_no_value(lock: int) -> None:
    for body in ([0, 0x82, 0, lock, 0], [0, 0x83, 0, lock, 0], [0, 0x85, lock, 0]):
        assert values(heard(make_codec(PROFILE), finished(bytes(body)))) == []


def test_a_length_gone_wrong_swallows_no_frame_behind_it() -> None:
    broken = OPENED[:4] + b"\x30" + OPENED[5:]
    events = heard(make_codec(PROFILE), broken + OPENED)
    assert values(events) == heard(make_codec(PROFILE), OPENED)


def test_an_answer_after_the_spring_comes_after_the_time_out_and_is_taken_for_no_reading() -> None:
    line = with_(answer="after-spring")
    exchange = line.bus.exchange(Pulse(0, 3))
    assert exchange.in_doubt
    assert exchange.expected
    line.cabinet.advance(line.clock())
    later = line.bus.exchange(QueryDoor(0, 3))
    assert later.reply == DoorReply(0, 3, DoorState.OPEN)
    assert later.stale == (PulseReply(0, 3, DoorState.OPEN, claim=True),)


@pytest.mark.parametrize(
    ("jam", "reply"),
    [
        ("told", PulseReply(0, 3, DoorState.UNKNOWN, claim=False)),
        ("unnoticed", PulseReply(0, 3, DoorState.CLOSED, claim=True)),
    ],
)
def test_a_jam_is_told_in_either_way(jam: str, reply: PulseReply) -> None:
    line = with_(jam=jam)
    line.fault("jammed:lock=3")
    assert line.bus.exchange(Pulse(0, 3)).reply == reply
    assert line.read(QueryDoors(0))


def test_what_is_refused_moves_nothing_and_tells_no_door() -> None:
    line = SimulatedBus(CASE)
    line.fault("refused:count=3")
    unknown = DoorState.UNKNOWN
    assert line.bus.exchange(Pulse(0, 4)).reply == PulseReply(0, 4, unknown, claim=False)
    assert line.bus.exchange(QueryDoor(0, 4)).reply == DoorReply(0, 4, unknown)
    assert line.bus.exchange(QueryDoors(0)).reply == DoorsReply(
        0, dict.fromkeys(range(1, 25), unknown)
    )
    assert not any(door.pulses for door in line.cabinet.doors)
    assert line.read(QueryDoors(0))
