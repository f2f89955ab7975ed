"""A technician at the command line: one door at a time, recorded, under the rule of two people."""

from __future__ import annotations

from locker.contract import event as e
from locker.contract.failure import Failure
from locker.contract.vocabulary import Capability, Condition, Purpose
from locker.core import input as i
from tests.unit.locker.core.bench_cabinet import BenchCabinet


def ask(cabinet: BenchCabinet, door: int, by: str = "lin") -> e.TechnicianAsked:
    cabinet.tell(i.TechnicianAsked(f"t{door}", door, by, "hinge"))
    return cabinet.events(e.TechnicianAsked)[-1]


def fill(cabinet: BenchCabinet, count: int) -> list[int]:
    return [cabinet.deposit(f"g{n}", f"c{n}") for n in range(count)]


def open_and_shut(cabinet: BenchCabinet, door: int) -> e.TechnicianAsked:
    told = ask(cabinet, door)
    cabinet.wait(0.3)
    if not told.failure:
        cabinet.shut(door)
    return told


def test_an_opening_is_one_pulse_with_reason_login_and_evidence() -> None:
    cabinet = BenchCabinet()
    told = ask(cabinet, 7)
    cabinet.wait(0.3)
    assert (told.by, told.reason, told.failure) == ("lin", "hinge", "")
    opened = cabinet.events(e.VisitOpened)[-1]
    assert (opened.visit, opened.staff, opened.purpose) == (
        told.visit, "tech:lin", Purpose.MAINTAIN,
    )  # fmt: skip
    assert len(cabinet.events(e.AttemptCommitted)) == len(cabinet.events(e.AttemptOpened)) == 1


def test_a_free_box_that_was_looked_into_is_free_again() -> None:
    cabinet = BenchCabinet()
    ask(cabinet, 7)
    cabinet.wait(0.3)
    cabinet.tell(i.TechnicianSawEmpty(7, "lin"))
    assert cabinet.condition(7) is Condition.RESERVED, "the door is still open"
    cabinet.shut(7)
    cabinet.tell(i.TechnicianSawEmpty(7, "somebody else"))
    assert cabinet.condition(7) is Condition.RESERVED
    cabinet.tell(i.TechnicianSawEmpty(7, "lin"))
    assert cabinet.condition(7) is Condition.FREE
    assert cabinet.events(e.PersonAnswered)[-1].source == "person"


def test_a_box_that_nobody_spoke_for_is_withheld() -> None:
    cabinet = BenchCabinet()
    open_and_shut(cabinet, 7)
    cabinet.wait(61.0)
    assert cabinet.condition(7) is Condition.WITHHELD


def test_a_word_that_it_is_empty_does_not_empty_a_filled_box() -> None:
    cabinet = BenchCabinet()
    (box,) = fill(cabinet, 1)
    open_and_shut(cabinet, box)
    cabinet.tell(i.TechnicianSawEmpty(box, "lin"))
    assert not cabinet.events(e.ConsignmentMoved)[1:]
    cabinet.wait(61.0)
    assert cabinet.condition(box) is Condition.WITHHELD
    assert cabinet.box(box).consignment == "c0"


def test_the_fourth_filled_box_needs_a_second_person() -> None:
    cabinet = BenchCabinet()
    *three, fourth = fill(cabinet, 4)
    for box in three:
        assert not open_and_shut(cabinet, box).failure
        cabinet.wait(2.0)
    assert open_and_shut(cabinet, fourth).failure == Failure.NEEDS_SECOND_PERSON
    assert cabinet.refusal() is None, "the glass is not the technician's"
    cabinet.plug()
    assert open_and_shut(cabinet, fourth).failure == Failure.NEEDS_SECOND_PERSON
    cabinet.wait(70.0)
    cabinet.sign_in((Capability.LOAD,))
    assert open_and_shut(cabinet, fourth).failure == Failure.NEEDS_SECOND_PERSON
    cabinet.sign_in((Capability.MAINTAIN,))
    cabinet.wait(61.0)
    assert open_and_shut(cabinet, fourth).failure == Failure.NEEDS_SECOND_PERSON
    cabinet.tell(i.StaffLeft())
    cabinet.sign_in((Capability.MAINTAIN,))
    told = open_and_shut(cabinet, fourth)
    assert (told.failure, told.second) == ("", "s1")


def test_free_boxes_are_not_counted() -> None:
    cabinet = BenchCabinet()
    for door in range(1, 9):
        told = open_and_shut(cabinet, door)
        assert not told.failure
        cabinet.tell(i.TechnicianSawEmpty(door, "lin"))


def test_somebody_at_the_glass_is_not_disturbed() -> None:
    cabinet = BenchCabinet()
    cabinet.put_grant("g", Purpose.DEPOSIT, "c")
    cabinet.command("g")
    cabinet.wait(0.3)
    mine = cabinet.visit.compartment
    assert ask(cabinet, 20).failure == Failure.BUSY
    cabinet.shut(mine)
    assert ask(cabinet, 20).failure == Failure.BUSY
    assert cabinet.visit.compartment == mine


def test_one_technician_goes_on_with_a_door_left_open() -> None:
    cabinet = BenchCabinet()
    assert not ask(cabinet, 1).failure
    cabinet.wait(0.3)
    assert not ask(cabinet, 2).failure
    cabinet.wait(0.3)
    assert len(cabinet.events(e.AttemptOpened)) == 2


def test_an_unknown_door_and_a_silent_board_are_refused() -> None:
    cabinet = BenchCabinet()
    assert ask(cabinet, 99).failure == Failure.NOT_FOUND
    cabinet.bus_silent = True
    cabinet.wait(2.5)
    assert ask(cabinet, 1).failure == Failure.BOARD_SILENT
    assert not cabinet.events(e.AttemptCommitted)
