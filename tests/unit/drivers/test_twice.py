"""Doors of boards whose frames carry no check."""

from __future__ import annotations

from drivers.boards.registry import FACTS_OF
from drivers.codec import DoorState
from drivers.family import Family
from drivers.twice import ReadTwice
from tests.unit.drivers.families import SAMPLES

SHUT, OPEN = DoorState.CLOSED, DoorState.OPEN


def read_before() -> ReadTwice:
    twice = ReadTwice()
    twice.counted(1, {1: SHUT, 2: SHUT})
    assert twice.counted(1, {1: SHUT, 2: SHUT}) == {1: SHUT, 2: SHUT}
    return twice


def test_the_first_reading_of_all_counts_for_nothing() -> None:
    assert ReadTwice().counted(1, {1: SHUT, 2: OPEN}) == {}


def test_a_door_that_reads_as_before_counts_at_once() -> None:
    assert read_before().counted(1, {1: SHUT, 2: SHUT}) == {1: SHUT, 2: SHUT}


def test_a_changed_door_counts_when_it_was_read_twice_and_the_others_go_on_counting() -> None:
    twice = read_before()
    assert twice.counted(1, {1: SHUT, 2: OPEN}) == {1: SHUT}
    assert twice.counted(1, {1: SHUT, 2: OPEN}) == {1: SHUT, 2: OPEN}
    assert twice.counted(1, {1: SHUT, 2: OPEN}) == {1: SHUT, 2: OPEN}


def test_one_damaged_reading_is_never_told() -> None:
    twice = read_before()
    assert twice.counted(1, {1: OPEN, 2: OPEN}) == {}
    assert twice.counted(1, {1: SHUT, 2: SHUT}) == {1: SHUT, 2: SHUT}
    assert twice.counted(1, {1: OPEN, 2: SHUT}) == {2: SHUT}, "the first damage is forgotten"


def test_boards_are_counted_apart() -> None:
    assert read_before().counted(2, {1: SHUT}) == {}


def test_after_the_line_was_lost_nothing_counts_as_read_before() -> None:
    twice = read_before()
    twice.forget()
    assert twice.doubts(1, {1: SHUT})
    assert twice.counted(1, {1: SHUT}) == {}


def test_the_families_without_a_check_are_those_whose_samples_say_so() -> None:
    unchecked = {family.value for family in Family if not FACTS_OF[family].checked}
    assert unchecked == {sample.name for sample in SAMPLES if not sample.has_checksum}
    assert unchecked == {"winnsen"}
