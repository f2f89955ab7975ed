"""What only family A does: its settings, its frames without a length, its dangerous look-alikes."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codec import (
    DoorReply,
    DoorReport,
    DoorsReply,
    DoorState,
    Pulse,
    PulseReply,
    QueryDoors,
)
from drivers.profile import BoardProfile, load_profile, make_codec
from drivers.wiring import ByteOrder, Contact
from tests.unit.drivers.board_suite import events_of, heard, values

PROFILE = load_profile("shuoming")


def with_checksum(*body: int) -> bytes:
    total = 0
    for byte in body:
        total ^= byte
    return bytes([*body, total])


def test_eleven_is_shut_where_the_contact_is_short_when_locked() -> None:
    codec = make_codec(dataclasses.replace(PROFILE, contact=Contact.SHORT_WHEN_LOCKED))
    assert heard(codec, bytes.fromhex("8001011191")) == [DoorReply(1, 1, DoorState.CLOSED)]
    codec = make_codec(dataclasses.replace(PROFILE, contact=Contact.SHORT_WHEN_OPEN))
    assert heard(codec, bytes.fromhex("8001011191")) == [DoorReply(1, 1, DoorState.OPEN)]


@pytest.mark.parametrize(
    ("order", "lock"),
    [(ByteOrder.LAST_IS_FIRST_CHANNELS, 17), (ByteOrder.FIRST_IS_FIRST_CHANNELS, 1)],
)
def test_the_byte_order_of_packed_doors_is_a_setting(order: ByteOrder, lock: int) -> None:
    codec = make_codec(dataclasses.replace(PROFILE, byte_order=order))
    [event] = heard(codec, with_checksum(0x80, 1, 0x01, 0, 0, 0x33))
    assert isinstance(event, DoorsReply)
    closed = [n for n, door in event.doors.items() if door is DoorState.CLOSED]
    assert closed == [lock]


@pytest.mark.parametrize("count", [3, 4, 5, 6, 7])
@given(bits=st.data())
def test_packed_doors_of_every_length_come_back(count: int, bits: st.DataObject) -> None:
    packed = bits.draw(st.integers(0, 2 ** (8 * count) - 1))
    codec = make_codec(dataclasses.replace(PROFILE, channels=50))
    frame = with_checksum(0x80, 7, *packed.to_bytes(count), 0x33)
    [event] = heard(codec, frame)
    assert isinstance(event, DoorsReply)
    for lock, door in event.doors.items():
        if lock > 8 * count:
            assert door is DoorState.UNKNOWN
        else:
            shorted = bool(packed >> (lock - 1) & 1)
            assert door is PROFILE.contact.door(shorted=shorted)


def test_doors_whose_first_bytes_look_like_one_door_wait_for_the_silence() -> None:
    """`80 01 01 00 80` is a whole frame, and the beginning of one."""
    codec = make_codec(PROFILE)
    codec.receive_data(bytes.fromhex("8001010080"))
    assert events_of(codec) == []
    codec.receive_data(bytes.fromhex("3333"))
    assert events_of(codec) == []
    codec.receive_silence()
    [event] = events_of(codec)
    assert isinstance(event, DoorsReply)


def test_one_door_is_given_out_at_the_silence() -> None:
    assert heard(make_codec(PROFILE), bytes.fromhex("8001010080")) == [
        DoorReply(1, 1, DoorState.OPEN)
    ]


def test_pulse_replies_and_reports_need_no_silence() -> None:
    codec = make_codec(PROFILE)
    codec.receive_data(bytes.fromhex("8A0101008A 8101011190 8201010082"))
    assert events_of(codec) == [
        PulseReply(1, 1, DoorState.OPEN),
        DoorReport(1, 1, DoorState.CLOSED),
        DoorReport(1, 1, DoorState.OPEN),
    ]


@pytest.mark.parametrize("heads", [frozenset({0x81}), frozenset({0x82}), frozenset[int]()])
def test_only_the_report_heads_of_the_profile_are_reports(heads: frozenset[int]) -> None:
    codec = make_codec(dataclasses.replace(PROFILE, report_heads=heads))
    events = heard(codec, bytes.fromhex("8101011190 8201011193"))
    assert len(values(events)) == len(heads)


def test_a_pulse_reply_of_eleven_is_the_request_itself() -> None:
    codec = make_codec(PROFILE)
    frame = codec.encode(Pulse(1, 1))
    assert heard(codec, frame) == [PulseReply(1, 1, DoorState.CLOSED)]


def test_an_open_all_is_never_a_value_nor_a_request() -> None:
    assert values(heard(make_codec(PROFILE), bytes.fromhex("8A0100119A"))) == []


@pytest.mark.parametrize("head", [0x80, 0x81, 0x8A])
def test_a_door_beyond_the_channels_is_no_value(head: int) -> None:
    assert values(heard(make_codec(PROFILE), with_checksum(head, 1, 25, 0x11))) == []


def test_answers_come_from_the_board_and_lock_that_were_asked() -> None:
    codec = make_codec(PROFILE)
    shut = DoorState.CLOSED
    assert codec.answers(Pulse(1, 3), PulseReply(1, 3, shut))
    assert not codec.answers(Pulse(1, 3), PulseReply(2, 3, shut))
    assert not codec.answers(Pulse(1, 3), PulseReply(1, 4, shut))
    assert not codec.answers(Pulse(1, 3), DoorReply(1, 3, shut))
    assert codec.answers(QueryDoors(2), DoorsReply(2, {}))
    assert not codec.answers(QueryDoors(2), DoorsReply(1, {}))


def test_an_eight_channel_board_answers_with_three_bytes() -> None:
    profile: BoardProfile = dataclasses.replace(PROFILE, channels=8)
    [event] = heard(make_codec(profile), bytes.fromhex("800100000033B2"))
    assert isinstance(event, DoorsReply)
    assert list(event.doors) == list(range(1, 9))
