"""The rule that finds contact, packed sense and byte order, on frames written by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.codec import DoorState, QueryDoor, QueryDoors
from drivers.family import BoardProfile, Family
from drivers.profile import load_profile
from drivers.wiring import ByteOrder, Contact, PackedSense
from locker.diag.reading_rule import Answer, Contacts, DoorCycle, Look, find_settings
from tests.unit.locker.diag.shuoming_wire import door_frame, doors_frame

PAPER = load_profile("shuoming")
ODD = (1, 7, 9, 17)


def _wire(real: BoardProfile, lock: int, *, is_open: bool, contact_of: int | None = None) -> Look:
    """All other doors are closed. `contact_of`: another channel that this contact hangs on."""
    open_contacts = {contact_of or lock} if is_open else set()
    return Look(
        DoorState.OPEN if is_open else DoorState.CLOSED,
        (
            Answer(QueryDoor(1, lock), door_frame(real, lock, open_contacts)),
            Answer(QueryDoors(1), doors_frame(real, open_contacts)),
        ),
    )


def _cycle(real: BoardProfile, lock: int, *, contact_of: int | None = None) -> DoorCycle:
    looks = [_wire(real, lock, is_open=o, contact_of=contact_of) for o in (False, True, False)]
    return DoorCycle(1, lock, tuple(looks))


@pytest.mark.parametrize("contact", Contact)
@pytest.mark.parametrize("packed", PackedSense)
@pytest.mark.parametrize("byte_order", ByteOrder)
def test_every_wiring_of_family_a_is_found_from_closed_open_closed(
    contact: Contact, packed: PackedSense, byte_order: ByteOrder
) -> None:
    real = replace(PAPER, contact=contact, packed=packed, byte_order=byte_order)
    finding = find_settings(PAPER, [_cycle(real, lock) for lock in ODD])
    assert finding.profile == real
    assert finding.certain


def test_a_profile_that_was_right_is_left_alone() -> None:
    finding = find_settings(PAPER, [_cycle(PAPER, 1)])
    assert finding.profile == PAPER
    assert not finding.changed


def test_a_door_in_the_middle_byte_cannot_tell_the_byte_order() -> None:
    real = replace(PAPER, contact=Contact.SHORT_WHEN_OPEN)
    finding = find_settings(PAPER, [_cycle(real, 12)])
    assert finding.undecided == ("byte_order",)
    assert finding.profile.byte_order is PAPER.byte_order
    assert finding.changed == {"contact": ("short-when-locked", "short-when-open")}


def test_a_contact_that_never_changes_is_called_dead_and_decides_nothing() -> None:
    shut = _wire(PAPER, 3, is_open=False)
    dead = DoorCycle(1, 3, (shut, replace(shut, truth=DoorState.OPEN), shut))
    finding = find_settings(PAPER, [dead, _cycle(PAPER, 1)])
    assert [door.contacts for door in finding.doors] == [Contacts.DEAD, Contacts.TRUE]
    assert finding.profile == PAPER


def test_two_crossed_feedback_cables_are_named() -> None:
    crossed = _cycle(PAPER, 3, contact_of=5)
    finding = find_settings(PAPER, [_cycle(PAPER, 1), _cycle(PAPER, 9), crossed])
    assert finding.doors[2].contacts is Contacts.CROSSED
    assert finding.doors[2].crossed_with == (5,)


def test_one_lock_of_the_other_kind_is_named_and_does_not_turn_the_rest() -> None:
    other = replace(PAPER, contact=Contact.SHORT_WHEN_OPEN)
    cycles = [_cycle(PAPER, 1), _cycle(other, 2), _cycle(PAPER, 17)]
    finding = find_settings(PAPER, cycles)
    assert finding.profile == PAPER
    assert finding.doors[1].contacts is Contacts.OTHERWISE
    assert not finding.certain


def test_silence_is_called_silence_and_settles_nothing() -> None:
    quiet = Look(DoorState.CLOSED, (Answer(QueryDoor(1, 1), b""),))
    cycle = DoorCycle(1, 1, (quiet, replace(quiet, truth=DoorState.OPEN), quiet))
    finding = find_settings(PAPER, [cycle])
    assert finding.doors[0].contacts is Contacts.SILENT
    assert finding.profile == PAPER
    assert finding.undecided == ("contact", "packed", "byte_order")


def test_where_only_packed_bits_answer_a_setting_that_reads_right_is_found() -> None:
    real = replace(PAPER, contact=Contact.SHORT_WHEN_OPEN)
    cycles = [
        DoorCycle(
            1, lock, tuple(replace(k, answers=k.answers[1:]) for k in _cycle(real, lock).looks)
        )
        for lock in ODD
    ]
    finding = find_settings(PAPER, cycles)
    assert all(door.contacts is Contacts.TRUE for door in finding.doors)
    assert set(finding.undecided) == {"contact", "packed"}


def test_an_echo_before_the_answer_changes_nothing() -> None:
    cycle = _cycle(PAPER, 1)
    query = bytes.fromhex("80 01 01 33 B3")
    looks = tuple(
        replace(k, answers=(Answer(QueryDoor(1, 1), query + k.answers[0].data), k.answers[1]))
        for k in cycle.looks
    )
    finding = find_settings(PAPER, [DoorCycle(1, 1, looks)])
    assert finding.doors[0].contacts is Contacts.TRUE


def test_families_without_such_settings_are_judged_as_they_are() -> None:
    profile = load_profile("wkly")
    assert profile.family is Family.WKLY
    finding = find_settings(profile, [])
    assert finding.profile == profile
    assert not finding.certain
