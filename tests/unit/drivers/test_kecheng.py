"""What only the Kecheng dialect does: its unlock byte, its polarities, what it never says."""

from __future__ import annotations

import dataclasses

import pytest

from drivers.codec import DoorReply, DoorReport, DoorsReply, DoorState, Pulse, PulseReply
from drivers.profile import ProfileError, load_profile, make_codec, profile_from_table
from drivers.wiring import Contact, PackedSense
from tests.unit.drivers.board_suite import heard, values

PROFILE = load_profile("kecheng")


def test_the_unlock_byte_of_older_firmware_is_a_setting() -> None:
    old = make_codec(dataclasses.replace(PROFILE, unlock_function=0x11))
    assert old.encode(Pulse(1, 1)) == bytes.fromhex("8A0101119B")
    assert make_codec(PROFILE).encode(Pulse(1, 1)) == bytes.fromhex("8A010133B9")


def test_the_manuals_polarity_has_a_shut_door_as_00_and_as_a_bit_of_1() -> None:
    manual = dataclasses.replace(
        PROFILE, contact=Contact.SHORT_WHEN_OPEN, packed=PackedSense.INVERTED
    )
    assert heard(make_codec(manual), bytes.fromhex("8001010080")) == [
        DoorReply(1, 1, DoorState.CLOSED)
    ]
    [doors] = heard(make_codec(manual), bytes.fromhex("8001FFFFFF334D"))
    assert isinstance(doors, DoorsReply)
    assert set(doors.doors.values()) == {DoorState.CLOSED}


def test_a_copy_of_a_pulse_is_never_a_value() -> None:
    codec = make_codec(PROFILE)
    assert values(heard(codec, codec.encode(Pulse(1, 1)))) == []
    assert heard(codec, bytes.fromhex("8A0101119B")) == [PulseReply(1, 1, DoorState.CLOSED)]


@pytest.mark.parametrize("frame", ["8101010081", "8201010082", "9E01000000 9F", "8D0101018C"])
def test_what_is_not_published_is_no_report(frame: str) -> None:
    events = heard(make_codec(PROFILE), bytes.fromhex(frame))
    assert not any(isinstance(event, DoorReport) for event in events)
    assert values(events) == []


@pytest.mark.parametrize("value", [0x10, True, "33"])
def test_another_unlock_byte_is_refused(value: object) -> None:
    with pytest.raises(ProfileError, match="0x33 or 0x11"):
        profile_from_table({"family": "kecheng", "unlock_function": value}, file="hall.toml")
