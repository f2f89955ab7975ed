"""What only family F does: two heads, a sum without them, a polarity that nobody published."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codec import (
    DoorReply,
    DoorsReply,
    DoorState,
    PulseReply,
    QueryDoor,
    QueryDoors,
)
from drivers.profile import load_profile, make_codec
from drivers.simulator.dc02 import summed
from tests.unit.drivers.board_suite import BOARDS, heard, values

PROFILE = load_profile("dc02")
CASE = BOARDS["dc02"]


@given(bits=st.integers(0, 0xFFFF))
def test_packed_doors_are_high_byte_first_and_those_of_no_lock_are_ignored(bits: int) -> None:
    [event] = heard(make_codec(PROFILE), summed(0xFE, bytes([3, 0x12, bits >> 8, bits & 0xFF])))
    assert isinstance(event, DoorsReply)
    assert list(event.doors) == list(range(1, 13))
    for lock, door in event.doors.items():
        assert door is PROFILE.contact.door(shorted=bool(bits >> (lock - 1) & 1))


def test_a_status_that_no_paper_names_tells_nothing() -> None:
    frame = summed(0xFE, bytes([1, 0x11, 2, 0x02]))
    assert heard(make_codec(PROFILE), frame) == [DoorReply(1, 2, DoorState.UNKNOWN)]


@pytest.mark.parametrize(("told", "claim"), [(0, False), (1, True), (2, False)])
def test_a_pulse_reply_is_only_a_claim(told: int, claim: bool) -> None:  # noqa: FBT001
    frame = summed(0xFE, bytes([1, 0x10, 2, told]))
    assert heard(make_codec(PROFILE), frame) == [PulseReply(1, 2, DoorState.UNKNOWN, claim=claim)]


def test_a_request_with_a_replys_head_or_the_reverse_is_no_value() -> None:
    for board, command in itertools.product((1, 15), (0x10, 0x11, 0x12)):
        assert values(heard(make_codec(PROFILE), summed(0x02, bytes([board, command, 1, 1])))) == []


def test_an_answer_names_lock_and_kind_so_each_read_fences_the_other() -> None:
    codec = make_codec(PROFILE)
    assert codec.fence(QueryDoors(4)) == QueryDoor(4, 1)
    assert codec.fence(QueryDoor(4, 7)) == QueryDoors(4)
    assert not codec.answers(QueryDoor(4, 7), DoorReply(4, 1, DoorState.OPEN))
