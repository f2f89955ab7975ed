"""A door that stays open: who is told, when, and only once."""

from __future__ import annotations

import pytest

from locker.contract import event as e
from locker.contract.vocabulary import Choice, Condition, DoorState, Purpose
from locker.core import input as i
from tests.unit.locker.core.bench_cabinet import BenchCabinet


@pytest.fixture
def cabinet() -> BenchCabinet:
    """Give a cabinet with a door that was opened for a deposit."""
    bench = BenchCabinet()
    bench.put_grant("g", Purpose.DEPOSIT, "c")
    bench.command("g")
    bench.wait(0.3)
    return bench


def stay(cabinet: BenchCabinet, seconds: float) -> None:
    """Stand before the open door and touch the glass now and then."""
    for _ in range(int(seconds // 60)):
        cabinet.wait(60.0, step_s=1.0)
        cabinet.tell(i.PersonPresent(cabinet.visit.visit))


def told(cabinet: BenchCabinet) -> list[int]:
    return [event.compartment for event in cabinet.events(e.DoorLeftOpen)]


def test_in_a_live_visit_staff_are_told_after_five_minutes_and_once(cabinet: BenchCabinet) -> None:
    stay(cabinet, 240.0)
    cabinet.wait(55.0, step_s=1.0)
    assert not told(cabinet)
    cabinet.wait(6.0, step_s=1.0)
    assert told(cabinet) == [cabinet.visit.compartment]
    assert cabinet.visit.outcome is None, "the person is still there"
    cabinet.tell(i.PersonPresent(cabinet.visit.visit))
    stay(cabinet, 300.0)
    assert len(told(cabinet)) == 1


def test_a_door_that_is_pushed_shut_in_time_worries_nobody(cabinet: BenchCabinet) -> None:
    box = cabinet.visit.compartment
    cabinet.choose(Choice.LEAVE)
    cabinet.wait(50.0, step_s=1.0)
    cabinet.shut(box)
    cabinet.wait(400.0, step_s=1.0)
    assert not told(cabinet)
    assert [m.how for m in cabinet.events(e.ConsignmentMoved)] == ["deposited"]


def test_a_restart_still_tells_and_records(cabinet: BenchCabinet) -> None:
    box = cabinet.visit.compartment
    cabinet.choose(Choice.LEAVE)
    cabinet.wait(5.0)
    cabinet.plug(off_s=300.0)
    cabinet.wait(55.0, step_s=1.0)
    assert not told(cabinet)
    cabinet.wait(6.0, step_s=1.0)
    assert told(cabinet) == [box]
    assert cabinet.condition(box) is Condition.OCCUPIED
    assert not cabinet.box(box).confirmed
    cabinet.plug()
    cabinet.wait(120.0, step_s=1.0)
    assert told(cabinet) == [box]


def test_of_a_contact_that_is_not_believed_nobody_says_that_a_door_stands_open() -> None:
    cabinet = BenchCabinet()
    box = cabinet.deposit("g1", "c1")
    cabinet.doors[box].stuck = DoorState.OPEN
    for n in range(2):
        cabinet.put_grant(f"g-{n}", Purpose.COLLECT, "c1", code=f"d{n}")
        cabinet.tell(i.CodeTyped(f"d{n}"))
        cabinet.wait(3.2)
        cabinet.choose(Choice.LEAVE)
        cabinet.wait(2.0)
    cabinet.wait(400.0, step_s=1.0)
    assert not told(cabinet)
    docket = cabinet.engine.docket(cabinet.clock.moment())
    assert docket.door(box) is DoorState.OPEN


def test_what_lies_behind_a_contact_that_went_bad_is_recorded_all_the_same(
    cabinet: BenchCabinet,
) -> None:
    box = cabinet.visit.compartment
    cabinet.doors[box].content = "c"
    for _ in range(7):
        for state in (DoorState.CLOSED, DoorState.OPEN):
            cabinet.doors[box].stuck = state
            cabinet.wait(0.2)
    cabinet.doors[box].open = False
    cabinet.doors[box].stuck = DoorState.CLOSED
    cabinet.choose(Choice.LEAVE)
    cabinet.wait(62.0, step_s=0.5)
    assert (cabinet.condition(box), cabinet.box(box).consignment) == (Condition.OCCUPIED, "c")
    assert not cabinet.box(box).confirmed
    assert told(cabinet) == [box]


def test_after_half_a_minute_a_person_may_say_that_the_door_is_shut(cabinet: BenchCabinet) -> None:
    box = cabinet.visit.compartment
    cabinet.doors[box].stuck = DoorState.OPEN
    cabinet.doors[box].content = "c"
    cabinet.doors[box].open = False
    cabinet.wait(25.0, step_s=1.0)
    cabinet.choose(Choice.SAW_SHUT)
    assert cabinet.visit.outcome is None, "too early to know better than the contact"
    cabinet.wait(6.0, step_s=1.0)
    cabinet.choose(Choice.SAW_SHUT)
    assert cabinet.events(e.PersonAnswered)[-1].choice == Choice.SAW_SHUT
    assert [doubt.why for doubt in cabinet.events(e.ContactDoubted)] == ["said_shut"]
    assert not cabinet.events(e.AttemptCompleted), "a person's word is no sensor's"
    cabinet.wait(61.0, step_s=1.0)
    assert cabinet.condition(box) is Condition.OCCUPIED
    assert not cabinet.box(box).confirmed
