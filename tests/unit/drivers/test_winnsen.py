"""What only family D does: no checksum, two reply offsets, a mask that no answer names."""

from __future__ import annotations

import dataclasses

import pytest

from drivers.codec import (
    DoorReply,
    DoorsReply,
    DoorState,
    Pulse,
    PulseReply,
    QueryDoor,
    QueryDoors,
    RequestUnknownError,
)
from drivers.profile import load_profile, make_codec
from drivers.wiring import Contact, DoorQuery
from tests.unit.drivers.bad_line import Hour, SimulatedBus
from tests.unit.drivers.board_suite import BOARDS, BoardCase, heard, values

PROFILE = load_profile("winnsen")
CASE = BOARDS["winnsen"]


def knowing(door_query: DoorQuery) -> BoardCase:
    """Return the family's case with boards that know other readings."""
    return dataclasses.replace(
        CASE,
        profile=dataclasses.replace(PROFILE, door_query=door_query),
        sample=dataclasses.replace(CASE.sample, simulated_with={"reads": door_query.value}),
    )


def test_a_wrong_bit_is_noticed_everywhere_but_in_station_lock_state_and_doors() -> None:
    """There is no checksum: this is all that can be held against a frame."""
    for frame, event in CASE.replies:
        unnoticed = set[int]()
        for bit in range(8 * len(frame)):
            wrong = (int.from_bytes(frame) ^ 1 << bit).to_bytes(len(frame))
            if values(heard(CASE.codec(), wrong)):
                unnoticed.add(len(frame) - 1 - bit // 8)
        if isinstance(event, DoorsReply):
            # A bit of the function turns + 80 into + A0, which both are right.
            assert unnoticed <= {2, 3, 4, 5}
        else:
            assert unnoticed <= {2, 3, 4, 5}
            assert not values(heard(CASE.codec(), frame[:5] + b"\x02" + frame[6:]))


@pytest.mark.parametrize("wrong", ["90 06", "90 08", "91 07"])
def test_a_wrong_length_or_head_is_refused_whatever_follows(wrong: str) -> None:
    frame = bytes.fromhex(wrong) + bytes.fromhex("82 01 01 00 03 03")
    assert values(heard(CASE.codec(), frame)) == []


@pytest.mark.parametrize("offset", [0x80, 0xA0])
def test_both_reply_offsets_are_taken(offset: int) -> None:
    frame = bytes([0x90, 7, 0x05 + offset, 1, 5, 1, 3])
    assert heard(CASE.codec(), frame) == [PulseReply(1, 5, DoorState.UNKNOWN, claim=True)]


def test_a_board_with_the_other_offset_works_on_the_bus() -> None:
    sample = dataclasses.replace(CASE.sample, simulated_with={"reply-offset": "A0"})
    line = SimulatedBus(dataclasses.replace(CASE, sample=sample))
    line.pulse(1, 3)
    assert line.read(QueryDoors(1))


def test_the_end_byte_inside_a_frame_ends_nothing() -> None:
    frame = bytes.fromhex("90 07 82 03 03 03 03")
    [event] = heard(CASE.codec(), frame[:4], frame[4:])
    assert isinstance(event, DoorsReply)
    assert [n for n, door in event.doors.items() if door is DoorState.OPEN] == [1, 2, 9, 10]
    assert heard(CASE.codec(), bytes.fromhex("90 07 85 03 03 01 03")) == [
        PulseReply(3, 3, DoorState.UNKNOWN, claim=True)
    ]


def test_only_the_locks_of_the_profile_are_asked_and_told() -> None:
    codec = make_codec(dataclasses.replace(PROFILE, channels=10))
    assert codec.encode(QueryDoors(7)) == bytes.fromhex("90 07 02 07 FF 03 03")
    [event] = heard(codec, bytes.fromhex("90 07 82 07 00 FC 03"))
    assert isinstance(event, DoorsReply)
    assert list(event.doors) == list(range(1, 11))
    assert set(event.doors.values()) == {DoorState.CLOSED}


def test_a_one_is_open_as_published_and_shut_where_the_contact_is_the_other_kind() -> None:
    one = bytes.fromhex("90 07 82 01 01 00 03")
    for contact, door in (
        (Contact.SHORT_WHEN_OPEN, DoorState.OPEN),
        (Contact.SHORT_WHEN_LOCKED, DoorState.CLOSED),
    ):
        [event] = heard(make_codec(dataclasses.replace(PROFILE, contact=contact)), one)
        assert isinstance(event, DoorsReply)
        assert event.doors[1] is door


def test_the_claim_of_a_pulse_reply_is_no_state_of_the_door() -> None:
    replies = heard(CASE.codec(), bytes.fromhex("90 07 85 01 03 00 03 90 07 85 01 03 01 03"))
    assert replies == [
        PulseReply(1, 3, DoorState.UNKNOWN, claim=False),
        PulseReply(1, 3, DoorState.UNKNOWN, claim=True),
    ]


def test_what_the_board_does_not_know_is_not_asked() -> None:
    mask, single = (make_codec(knowing(q).profile) for q in (DoorQuery.MASK, DoorQuery.SINGLE))
    both = make_codec(knowing(DoorQuery.BOTH).profile)
    assert mask.encode(QueryDoor(1, 5)) == mask.encode(QueryDoors(1))
    assert both.encode(QueryDoor(1, 5)) == single.encode(QueryDoor(1, 5))
    with pytest.raises(RequestUnknownError):
        single.encode(QueryDoors(1))
    answer = bytes.fromhex("90 07 92 01 05 01 03")
    assert values(heard(mask, answer)) == []
    assert heard(both, answer) == [DoorReply(1, 5, DoorState.OPEN)]
    assert values(heard(single, bytes.fromhex("90 07 82 01 01 00 03"))) == []


def test_the_reads_that_tell_all_doors_are_one_or_one_a_lock() -> None:
    assert PROFILE.door_reads(3) == (QueryDoors(3),)
    reads = knowing(DoorQuery.SINGLE).profile.door_reads(3)
    assert reads == tuple(QueryDoor(3, lock) for lock in range(1, 17))


def test_boards_that_know_both_readings_make_up_for_a_lost_answer_at_once() -> None:
    line = SimulatedBus(knowing(DoorQuery.BOTH))
    line.fault("reply-lost:count=1")
    assert not line.read(QueryDoors(1))
    lost_s = line.clock()
    assert line.read(QueryDoors(1))
    assert line.clock() - lost_s < 0.2


@pytest.mark.parametrize("seed", range(2))
def test_an_hour_of_faults_with_boards_that_know_both_readings(seed: int) -> None:
    hour = Hour(knowing(DoorQuery.BOTH), seed)
    hour.spend()
    assert hour.answered > 800
    assert sum(door.pulses for door in hour.line.cabinet.doors) == hour.pulses


@pytest.mark.parametrize("delay_ms", range(100, 2100, 190))
def test_single_readings_are_never_older_than_their_request(delay_ms: int) -> None:
    line = SimulatedBus(knowing(DoorQuery.SINGLE))
    line.fault(f"late:delay_ms={delay_ms},count=1")
    line.bus.exchange(QueryDoor(1, 5))
    line.cabinet.open_by_hand(line.cabinet.door(1, 5), line.clock())
    answers = sum(line.read(QueryDoor(1, lock)) for lock in 2 * (5, 5, 1, 2, 5, 1, 5, 16, 5))
    assert answers >= 4
    assert line.read(QueryDoor(1, 5))


def test_a_jam_that_the_board_tells_is_a_claim_and_the_door_stays_shut() -> None:
    sample = dataclasses.replace(CASE.sample, simulated_with={"jam": "told"})
    line = SimulatedBus(dataclasses.replace(CASE, sample=sample))
    line.fault("jammed:lock=4")
    assert line.bus.exchange(Pulse(1, 4)).reply == PulseReply(1, 4, DoorState.UNKNOWN, claim=False)
    assert line.read(QueryDoors(1))


@pytest.mark.parametrize("case", [CASE, BOARDS["dc02"]], ids=["winnsen", "dc02"])
def test_a_refused_pulse_is_a_failed_claim_and_moves_nothing(case: BoardCase) -> None:
    """Family F has the same words for it."""
    line = SimulatedBus(case)
    line.fault("refused:count=1")
    assert line.bus.exchange(Pulse(1, 4)).reply == PulseReply(1, 4, DoorState.UNKNOWN, claim=False)
    assert line.cabinet.door(1, 4).pulses == 0
    line.fault("refused:count=1")
    assert line.read(QueryDoors(1))
