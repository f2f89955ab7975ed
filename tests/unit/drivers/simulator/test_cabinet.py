"""Doors as they really are."""

from __future__ import annotations

import pytest

from drivers.simulator.cabinet import SPRING_S, Cabinet, CabinetError, DoorMoved


def cabinet() -> Cabinet:
    return Cabinet({1: 24}, seed=1)


def test_a_pulsed_door_springs_open_within_its_time() -> None:
    doors = cabinet()
    for door in doors.doors:
        doors.pulse(door, at_s=10.0, for_s=0.3, jammed=False)
    assert doors.advance(10.0 + SPRING_S[0] - 0.001) == []
    moved = doors.advance(10.0 + SPRING_S[1] + 0.001)
    assert len(moved) == 24
    assert all(SPRING_S[0] <= move.at_s - 10.0 <= SPRING_S[1] for move in moved)
    assert len({move.at_s for move in moved}) == 24


def test_the_same_seed_gives_the_same_springs() -> None:
    def springs(seed: int) -> list[float | None]:
        doors = Cabinet({1: 3}, seed=seed)
        for door in doors.doors:
            doors.pulse(door, at_s=0, for_s=0.3, jammed=False)
        return [door.springs_at_s for door in doors.doors]

    assert springs(1) == springs(1) != springs(2)


def test_a_jammed_door_stays_shut_though_its_coil_is_energised() -> None:
    doors = cabinet()
    door = doors.door(1, 3)
    doors.pulse(door, at_s=0, for_s=0.3, jammed=True)
    assert doors.advance(10) == []
    assert (door.open, door.pulses) == (False, 1)
    assert door.energised_s == pytest.approx(0.3)


def test_pulses_on_top_of_each_other_energise_no_longer_than_they_last() -> None:
    doors = cabinet()
    door = doors.door(1, 3)
    doors.pulse(door, at_s=0.0, for_s=0.3, jammed=False)
    doors.pulse(door, at_s=0.1, for_s=0.3, jammed=False)
    assert door.energised_s == pytest.approx(0.4)
    assert door.pulses == 2


def test_a_door_pushed_shut_while_energised_springs_again() -> None:
    doors = cabinet()
    door = doors.door(1, 3)
    doors.pulse(door, at_s=0.0, for_s=0.3, jammed=False)
    doors.advance(0.15)
    doors.shut(door, 0.2)
    doors.advance(0.4)
    assert door.open
    doors.shut(door, 0.5)
    doors.advance(1.0)
    assert not door.open


def test_things_go_in_and_out_of_open_boxes_only() -> None:
    doors = cabinet()
    door = doors.door(1, 3)
    with pytest.raises(CabinetError) as caught:
        doors.put(door, "papers")
    assert caught.value.code == "door-shut"
    doors.open_by_hand(door, 1.0)
    doors.put(door, "papers")
    with pytest.raises(CabinetError, match="'keys' is not in box 1:3, which holds: papers"):
        doors.take(door, "keys")
    doors.take(door, "papers")
    assert door.contents == []
    doors.shut(door, 2.0)
    with pytest.raises(CabinetError):
        doors.take(door, "papers")


def test_moves_are_told_once_and_only_when_something_moved() -> None:
    doors = cabinet()
    door = doors.door(1, 3)
    doors.open_by_hand(door, 1.0)
    doors.open_by_hand(door, 1.5)
    doors.shut(door, 2.0)
    assert doors.advance(3.0) == [DoorMoved(1, 3, True, 1.0), DoorMoved(1, 3, False, 2.0)]
    assert doors.advance(3.0) == []


def test_there_is_no_other_door() -> None:
    with pytest.raises(CabinetError) as caught:
        cabinet().door(1, 25)
    assert caught.value.code == "no-such-door"


def test_a_lock_that_is_held_is_energised_until_it_is_released() -> None:
    cabinet = Cabinet({1: 1}, seed=1)
    door = cabinet.door(1, 1)
    cabinet.hold(door, at_s=10.0, jammed=False)
    cabinet.hold(door, at_s=20.0, jammed=False)
    cabinet.advance(11.0)
    assert door.open
    assert door.energised_for_s(40.0) == pytest.approx(30.0)
    cabinet.shut(door, 50.0)
    assert cabinet.next_move_s() is not None
    cabinet.advance(51.0)
    cabinet.release(door, 60.0)
    cabinet.release(door, 70.0)
    cabinet.shut(door, 80.0)
    assert cabinet.next_move_s() is None
    assert door.energised_for_s(99.0) == pytest.approx(50.0)
    assert door.pulses == 1
