"""The fourth box without a grant of its own needs a second person, however it is asked for."""

from __future__ import annotations

import pytest

from locker.contract import event as e
from locker.contract.failure import Failure
from locker.contract.vocabulary import Capability, Choice, Condition, Purpose
from locker.core import input as i
from locker.core.audit import current
from tests.unit.locker.core.bench_cabinet import ALL_STAFF, YEAR_S, BenchCabinet

ASKED_BY = ("staff", "audit", "technician", "command", "others_codes_by_command")


def filled(count: int = 4) -> tuple[BenchCabinet, list[int]]:
    """Give a cabinet with papers in some boxes, and a colleague's badge that it knows."""
    cabinet = BenchCabinet()
    boxes = [cabinet.deposit(f"g{n}", f"c{n}") for n in range(count)]
    know_colleague(cabinet)
    cabinet.sign_in()
    return cabinet, boxes


def know_colleague(cabinet: BenchCabinet, capabilities: tuple[Capability, ...] = ALL_STAFF) -> None:
    ends = cabinet.clock.wall + YEAR_S
    cabinet.news(e.StaffPut("s2", "badge2", "badge2+pin", capabilities, ends))


def colleague_vouches(cabinet: BenchCabinet, *, pin: str = "badge2+pin") -> None:
    cabinet.tell(i.BadgeShown("badge2"))
    cabinet.tell(i.PinTyped("badge2", pin))


def ask(cabinet: BenchCabinet, way: str, box: int, n: int) -> None:
    """Ask for a door in one of the ways there are."""
    match way:
        case "staff":
            cabinet.tell(i.StaffDoorAsked(box))
        case "audit":
            cabinet.tell(i.AuditAsked(everything=True))
            while _audited(cabinet) != box:
                cabinet.tell(i.AuditSkipped())
            cabinet.tell(i.AuditOpened())
        case "technician":
            cabinet.tell(i.TechnicianAsked(f"t{n}", box, "lin", "soak"))
        case "command":
            cabinet.put_grant(f"m{n}", Purpose.MAINTAIN, f"c{n}")
            cabinet.tell(i.OpenCommanded(f"k{n}", f"m{n}", 20.0, by="staff"))
        case _:
            cabinet.put_grant(f"col{n}", Purpose.COLLECT, f"c{n}")
            cabinet.tell(i.OpenCommanded(f"k{n}", f"col{n}", 20.0, by="staff"))


def _audited(cabinet: BenchCabinet) -> int:
    audit = current(cabinet.engine.docket(cabinet.clock.moment()))
    assert audit is not None
    return audit.left[0]


def look(cabinet: BenchCabinet, way: str, box: int, n: int) -> bool:
    """Ask for a door; look in, shut it, say that it holds something. Whether it opened."""
    committed = len(cabinet.events(e.AttemptCommitted))
    ask(cabinet, way, box, n)
    if len(cabinet.events(e.AttemptCommitted)) == committed:
        return False
    shut_again(cabinet)
    return True


def shut_again(cabinet: BenchCabinet) -> None:
    cabinet.wait(0.3)
    cabinet.shut(then=Choice.NOTHING)
    cabinet.wait(2.1)


@pytest.mark.parametrize("way", ASKED_BY)
def test_three_open_and_the_fourth_does_not(way: str) -> None:
    cabinet, boxes = filled()
    if way not in {"audit", "staff"}:
        cabinet.tell(i.StaffLeft())
    opened = [look(cabinet, way, box, n) for n, box in enumerate(sorted(boxes))]
    assert opened == [True, True, True, False]
    assert not cabinet.wire
    assert [visit.counted for visit in cabinet.events(e.VisitOpened)[4:]] == [True] * 3


def test_ways_are_counted_together() -> None:
    cabinet, boxes = filled()
    assert look(cabinet, "staff", boxes[0], 0)
    assert look(cabinet, "technician", boxes[1], 1)
    assert look(cabinet, "command", boxes[2], 2)
    cabinet.tell(i.StaffLeft())
    assert not look(cabinet, "technician", boxes[3], 3)


def test_a_colleague_s_badge_and_pin_open_the_fourth_at_once_and_are_recorded() -> None:
    cabinet, boxes = filled()
    for n, box in enumerate(boxes[:3]):
        look(cabinet, "staff", box, n)
    cabinet.tell(i.StaffDoorAsked(boxes[3]))
    assert cabinet.refusal() == "NEEDS_SECOND_PERSON"
    colleague_vouches(cabinet)
    opened = cabinet.events(e.VisitOpened)[-1]
    assert (opened.compartment, opened.staff, opened.second) == (boxes[3], "s1", "s2")
    assert cabinet.events(e.StaffVouched) == [e.StaffVouched("s1", "s2")]
    session = cabinet.engine.memory.staff
    assert session is not None
    assert session.staff == "s1", "the colleague only stood by"


def test_vouching_lasts_a_minute_from_the_last_opening_it_was_for() -> None:
    cabinet, boxes = filled(6)
    for n, box in enumerate(boxes[:3]):
        look(cabinet, "staff", box, n)
    cabinet.tell(i.StaffDoorAsked(boxes[3]))
    colleague_vouches(cabinet)
    shut_again(cabinet)
    cabinet.wait(40.0, step_s=0.5)
    assert look(cabinet, "staff", boxes[4], 4)
    cabinet.wait(60.0, step_s=0.5)
    assert not look(cabinet, "staff", boxes[5], 5)


@pytest.mark.parametrize("late_s", [59.0, 61.0])
def test_the_colleague_comes_within_a_minute_or_signs_in_for_themselves(late_s: float) -> None:
    cabinet, boxes = filled()
    for n, box in enumerate(boxes[:3]):
        look(cabinet, "staff", box, n)
    cabinet.tell(i.StaffDoorAsked(boxes[3]))
    cabinet.wait(late_s, step_s=0.5)
    colleague_vouches(cabinet)
    session = cabinet.engine.memory.staff
    assert session is not None
    assert session.staff == ("s1" if late_s < 60 else "s2")
    assert bool(cabinet.events(e.StaffVouched)) is (late_s < 60)


def test_one_person_is_not_two() -> None:
    cabinet, boxes = filled()
    for n, box in enumerate(boxes[:3]):
        look(cabinet, "staff", box, n)
    cabinet.tell(i.StaffDoorAsked(boxes[3]))
    cabinet.tell(i.BadgeShown("badge"))
    cabinet.tell(i.PinTyped("badge", "badge+pin"))
    assert not look(cabinet, "staff", boxes[3], 3)
    assert not cabinet.events(e.StaffVouched)


def test_a_wrong_pin_and_a_missing_capability_vouch_for_nothing() -> None:
    cabinet, boxes = filled()
    for n, box in enumerate(boxes[:3]):
        look(cabinet, "staff", box, n)
    cabinet.tell(i.StaffDoorAsked(boxes[3]))
    colleague_vouches(cabinet, pin="wrong")
    assert cabinet.refusal() == "BADGE_OR_PIN_WRONG"
    cabinet.tell(i.StaffLeft())
    know_colleague(cabinet, (Capability.LOAD,))
    cabinet.tell(i.StaffDoorAsked(boxes[3]))
    colleague_vouches(cabinet)
    assert cabinet.refusal() == "NEEDS_SECOND_PERSON"
    assert len(cabinet.events(e.VisitOpened)) == 4 + 3


def test_a_second_session_at_the_centre_vouches_for_a_command() -> None:
    cabinet, boxes = filled()
    cabinet.tell(i.StaffLeft())
    for n, box in enumerate(boxes[:3]):
        look(cabinet, "command", box, n)
    cabinet.put_grant("m3", Purpose.MAINTAIN, "c3")
    cabinet.tell(i.OpenCommanded("k3", "m3", 20.0, by="staff"))
    assert cabinet.events(e.CommandTaken)[-1].failure == Failure.NEEDS_SECOND_PERSON
    cabinet.tell(i.OpenCommanded("k4", "m3", 20.0, by="staff", second="s9"))
    assert cabinet.events(e.VisitOpened)[-1].second == "s9"


def test_a_restart_forgets_no_opening_and_no_vouching_outlives_it() -> None:
    cabinet, boxes = filled(5)
    for n, box in enumerate(boxes[:3]):
        look(cabinet, "staff", box, n)
    cabinet.tell(i.StaffDoorAsked(boxes[3]))
    colleague_vouches(cabinet)
    shut_again(cabinet)
    cabinet.plug()
    cabinet.wait(0.3)
    cabinet.sign_in()
    assert not look(cabinet, "staff", boxes[4], 4)


def test_a_restart_forgets_no_opening_of_a_box_that_was_emptied_and_opened_again() -> None:
    cabinet, boxes = filled(4)
    for n, box in enumerate(boxes[:3]):
        look(cabinet, "staff", box, n)
    cabinet.ask(i.StaffDoorAsked(boxes[2]))
    cabinet.doors[boxes[2]].content = None
    cabinet.shut(then=Choice.CONFIRM)
    cabinet.wait(2.1)
    cabinet.tell(i.TechnicianAsked("t1", boxes[2], "lin", "test"))
    assert not cabinet.events(e.VisitOpened)[-1].counted, "it is free by now"
    shut_again(cabinet)
    cabinet.plug()
    cabinet.wait(0.3)
    cabinet.sign_in()
    assert not look(cabinet, "staff", boxes[3], 3)


@pytest.mark.parametrize("believed_at_the_start", [False, True])
def test_a_restart_forgets_no_opening_on_an_empty_clock_chip(
    *, believed_at_the_start: bool
) -> None:
    cabinet, boxes = filled(5)
    good, cabinet.clock.wall, cabinet.clock.trusted = cabinet.clock.wall, 1_600_000_000.0, False
    for n, box in enumerate(boxes[:3]):
        look(cabinet, "staff", box, n)
    if believed_at_the_start:
        # The power had been off for a day before: what is certain is far behind what is true.
        cabinet.clock.wall, cabinet.clock.trusted = good + 86_400.0, True
    cabinet.plug()
    cabinet.wait(70.0, step_s=0.5)  # the coils' rest, on such a clock
    cabinet.sign_in()
    assert not look(cabinet, "staff", boxes[3], 3)
    assert cabinet.refusal() == Failure.NEEDS_SECOND_PERSON.name


def test_residents_and_own_grants_are_never_counted() -> None:
    cabinet, boxes = filled(5)
    for n, box in enumerate(boxes):
        cabinet.put_grant(f"out{n}", Purpose.TAKE_OUT, f"c{n}")
        cabinet.ask(i.StaffDoorAsked(box))
        cabinet.take_all()
        cabinet.wait(2.1)
        assert cabinet.condition(box) is Condition.FREE
    assert not any(visit.counted for visit in cabinet.events(e.VisitOpened))
