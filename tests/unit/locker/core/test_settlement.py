"""What the books say after a visit: each purpose with each way a visit can end."""

from __future__ import annotations

import pytest

from locker.contract import event as e
from locker.contract.vocabulary import (
    Choice,
    Condition,
    DoorState,
    GrantState,
    Purpose,
    VisitOutcome,
)
from locker.core import input as i
from locker.core.settlement import RULINGS
from locker.core.staff_round import take_out_boxes
from tests.unit.locker.core.bench_cabinet import BenchCabinet

C, O, P = Condition, VisitOutcome, Purpose  # noqa: E741 - a table is read by its columns

# purpose, how it ended → condition, consignment kept, movement, confirmed, state of the grant
ENDS = [
    (P.DEPOSIT, O.CONFIRMED, C.OCCUPIED, True, "deposited", True, GrantState.USED),
    (P.DEPOSIT, O.PRESUMED, C.OCCUPIED, True, "deposited", False, GrantState.USED),
    (P.DEPOSIT, O.LEFT_OPEN, C.OCCUPIED, True, "deposited", False, GrantState.USED),
    (P.DEPOSIT, O.NOTHING, C.WITHHELD, True, None, False, GrantState.USED),
    (P.LOAD, O.CONFIRMED, C.OCCUPIED, True, "loaded", True, GrantState.USED),
    (P.LOAD, O.PRESUMED, C.OCCUPIED, True, "loaded", False, GrantState.USED),
    (P.LOAD, O.LEFT_OPEN, C.OCCUPIED, True, "loaded", False, GrantState.USED),
    (P.LOAD, O.NOTHING, C.FREE, False, None, False, GrantState.LIVE),
    (P.COLLECT, O.CONFIRMED, C.FREE, False, "collected", True, GrantState.USED),
    (P.COLLECT, O.PRESUMED, C.WITHHELD, True, "collected", False, GrantState.USED),
    (P.COLLECT, O.LEFT_OPEN, C.WITHHELD, True, "collected", False, GrantState.USED),
    (P.COLLECT, O.NOTHING, C.OCCUPIED, True, None, False, GrantState.LIVE),
    (P.TAKE_OUT, O.CONFIRMED, C.FREE, False, "taken_out", True, GrantState.USED),
    (P.TAKE_OUT, O.PRESUMED, C.WITHHELD, True, "taken_out", False, GrantState.USED),
    (P.TAKE_OUT, O.LEFT_OPEN, C.WITHHELD, True, "taken_out", False, GrantState.USED),
    (P.TAKE_OUT, O.NOTHING, C.OCCUPIED, True, None, False, GrantState.LIVE),
    (P.RECALL, O.CONFIRMED, C.FREE, False, "taken_out", True, GrantState.USED),
    (P.RECALL, O.PRESUMED, C.WITHHELD, True, "taken_out", False, GrantState.USED),
    (P.RECALL, O.LEFT_OPEN, C.WITHHELD, True, "taken_out", False, GrantState.USED),
    (P.RECALL, O.NOTHING, C.OCCUPIED, True, None, False, GrantState.LIVE),
    (P.MAINTAIN, O.CONFIRMED, C.FREE, False, "taken_out", True, GrantState.USED),
    (P.MAINTAIN, O.PRESUMED, C.WITHHELD, True, None, False, GrantState.USED),
    (P.MAINTAIN, O.LEFT_OPEN, C.WITHHELD, True, None, False, GrantState.USED),
    (P.MAINTAIN, O.NOTHING, C.OCCUPIED, True, None, False, GrantState.USED),
]


def open_for(cabinet: BenchCabinet, purpose: Purpose) -> int:
    """Bring a visit with this purpose to its open door."""
    cabinet.witness.honest = False
    if purpose not in {P.DEPOSIT, P.LOAD}:
        cabinet.deposit("g1", "c1")
        cabinet.put_grant("g", purpose, "c1")
        cabinet.command("g") if purpose is P.COLLECT else cabinet.tell(
            i.OpenCommanded("k", "g", 20.0, by="staff")
        )
    elif purpose is P.DEPOSIT:
        cabinet.put_grant("g", purpose, "c1")
        cabinet.command("g")
    else:
        cabinet.sign_in()
        cabinet.put_grant("g", purpose, "c1")
        cabinet.tell(i.LabelShown("c1"))
    cabinet.wait(0.3)
    assert cabinet.phase().value == "open"
    return cabinet.visit.compartment


def end_as(cabinet: BenchCabinet, outcome: VisitOutcome) -> None:
    if outcome is O.LEFT_OPEN:
        cabinet.choose(Choice.LEAVE)
        box = cabinet.visit.compartment
        cabinet.wait(15.0)
        cabinet.shut(box)
        return
    cabinet.shut()
    match outcome:
        case O.CONFIRMED:
            cabinet.choose(Choice.CONFIRM)
        case O.NOTHING:
            cabinet.choose(Choice.NOTHING)
        case _:
            cabinet.wait(60.1)


def test_every_way_a_visit_with_an_open_door_can_end_has_a_ruling() -> None:
    assert {(row[0], row[1]) for row in ENDS} == set(RULINGS)
    assert {purpose for purpose, _ in RULINGS} == set(Purpose)


@pytest.mark.parametrize(
    ("purpose", "outcome", "condition", "kept", "how", "confirmed", "grant"), ENDS
)
def test_after_an_open_door_the_books_say_what_is_known(
    *,
    purpose: Purpose,
    outcome: VisitOutcome,
    condition: Condition,
    kept: bool,
    how: str | None,
    confirmed: bool,
    grant: GrantState,
) -> None:
    cabinet = BenchCabinet()
    box = open_for(cabinet, purpose)
    moved_before = len(cabinet.events(e.ConsignmentMoved))
    end_as(cabinet, outcome)
    assert cabinet.events(e.VisitEnded)[-1].outcome is outcome
    assert cabinet.condition(box) is condition
    assert cabinet.box(box).consignment == ("c1" if kept else None)
    moved = cabinet.events(e.ConsignmentMoved)[moved_before:]
    assert [(m.how, m.confirmed, m.shut_in_visit) for m in moved] == (
        [(how, confirmed, outcome is not O.LEFT_OPEN)] if how else []
    )
    assert cabinet.grant_state("g") is grant


@pytest.mark.parametrize("purpose", Purpose)
def test_a_door_that_nobody_shuts_is_recorded_all_the_same_when_staff_are_told(
    purpose: Purpose,
) -> None:
    cabinet = BenchCabinet()
    box = open_for(cabinet, purpose)
    before, moved = cabinet.condition(box), len(cabinet.events(e.ConsignmentMoved))
    cabinet.choose(Choice.LEAVE)
    cabinet.wait(59.0, step_s=0.5)
    assert cabinet.condition(box) is before
    assert len(cabinet.events(e.ConsignmentMoved)) == moved
    assert not cabinet.events(e.DoorLeftOpen)
    cabinet.wait(2.0)
    told = cabinet.events(e.ConsignmentMoved)[moved:]
    assert [event.compartment for event in cabinet.events(e.DoorLeftOpen)] == [box]
    assert [(m.how, m.confirmed, m.shut_in_visit) for m in told] == (
        [] if purpose is P.MAINTAIN else [(RULINGS[purpose, O.LEFT_OPEN].how, False, False)]
    )
    assert cabinet.condition(box) is RULINGS[purpose, O.LEFT_OPEN].condition
    cabinet.shut(box)
    assert len(cabinet.events(e.ConsignmentMoved)) == moved + len(told)
    assert len(cabinet.events(e.DoorLeftOpen)) == 1


def test_a_door_pulled_open_again_and_left_is_settled_when_it_is_shut() -> None:
    cabinet = BenchCabinet()
    box = open_for(cabinet, P.DEPOSIT)
    cabinet.shut()
    cabinet.doors[box].open = True
    cabinet.wait(130.0, step_s=0.5)
    assert cabinet.events(e.VisitEnded)[-1].outcome is O.LEFT_OPEN
    assert cabinet.condition(box) is C.RESERVED
    cabinet.shut(box)
    assert cabinet.condition(box) is C.OCCUPIED
    cabinet.doors[box].open = True
    cabinet.wait(0.3)
    cabinet.shut(box)
    assert len(cabinet.events(e.ConsignmentMoved)) == 1


@pytest.mark.parametrize("purpose", [P.DEPOSIT, P.LOAD])
@pytest.mark.parametrize("fault", ["not_sent", "jammed", "silent"])
def test_a_box_that_may_have_been_filled_is_withheld(purpose: Purpose, fault: str) -> None:
    cabinet = BenchCabinet()
    cabinet.sign_in()
    cabinet.put_grant("g", purpose, "c1")
    cabinet.tell(i.LabelShown("c1")) if purpose is P.LOAD else cabinet.command("g")
    box = cabinet.visit.compartment
    cabinet.doors[box].jammed = True
    if fault == "not_sent":
        cabinet.reply = i.PulseResult.NOT_SENT
    cabinet.bus_silent = fault == "silent"
    cabinet.wait(3.2)
    cabinet.choose(Choice.LEAVE)
    assert cabinet.condition(box) is (C.FREE if fault == "not_sent" else C.WITHHELD)
    assert cabinet.box(box).consignment == (None if fault == "not_sent" else "c1")
    assert cabinet.grant_state("g") is GrantState.LIVE


@pytest.mark.parametrize("silent", [False, True])
def test_only_an_unresolved_collection_withholds_the_box_and_its_code_opens_it_again(
    *,
    silent: bool,
) -> None:
    cabinet = BenchCabinet()
    box = cabinet.deposit("g1", "c1")
    cabinet.put_grant("g", P.COLLECT, "c1", code="d")
    cabinet.doors[box].jammed = True
    cabinet.tell(i.CodeTyped("d"))
    cabinet.bus_silent = silent
    cabinet.wait(3.2)
    cabinet.choose(Choice.LEAVE)
    assert cabinet.condition(box) is (C.WITHHELD if silent else C.OCCUPIED)
    cabinet.bus_silent, cabinet.doors[box].jammed = False, False
    cabinet.wait(0.2)
    cabinet.ask(i.CodeTyped("d"))
    assert cabinet.visit.compartment == box
    assert cabinet.phase().value == "open"


def test_a_second_box_for_the_same_papers_makes_the_first_one_doubtful() -> None:
    cabinet = BenchCabinet()
    cabinet.put_grant("g", P.DEPOSIT, "c1")
    cabinet.command("g")
    first = cabinet.visit.compartment
    cabinet.doors[first].jammed = True
    cabinet.wait(3.2)
    cabinet.command("g")
    second = cabinet.visit.compartment
    assert first != second
    cabinet.wait(0.3)
    cabinet.doors[first].open = True
    cabinet.wait(0.3)
    cabinet.shut(first)
    assert cabinet.condition(first) is C.WITHHELD
    cabinet.shut(second)
    cabinet.choose(Choice.CONFIRM)
    assert cabinet.condition(second) is C.OCCUPIED
    assert [m.compartment for m in cabinet.events(e.ConsignmentMoved)] == [second]


def test_after_a_late_shut_load_no_notice_may_go() -> None:
    cabinet = BenchCabinet()
    box = open_for(cabinet, P.LOAD)
    cabinet.choose(Choice.LEAVE)
    cabinet.shut(box)
    assert not cabinet.events(e.ConsignmentMoved)[-1].shut_in_visit


def test_nothing_taken_at_a_reopened_empty_box_is_not_believed() -> None:
    cabinet = BenchCabinet()
    box = cabinet.deposit("g1", "c1")
    cabinet.put_grant("g", P.COLLECT, "c1", code="d")
    cabinet.ask(i.CodeTyped("d"))
    cabinet.doors[box].content = None
    end_as(cabinet, O.CONFIRMED)
    cabinet.wait(3.0)
    cabinet.ask(i.CodeTyped("d"))
    end_as(cabinet, O.NOTHING)
    assert cabinet.condition(box) is C.WITHHELD


def test_staff_who_leave_a_box_of_unknown_content_leave_it_withheld() -> None:
    cabinet = BenchCabinet()
    cabinet.put_grant("g", P.DEPOSIT, "c1")
    cabinet.command("g")
    box = cabinet.visit.compartment
    cabinet.doors[box].jammed = True
    cabinet.wait(3.2)
    cabinet.choose(Choice.LEAVE)
    cabinet.doors[box].jammed = False
    cabinet.sign_in()
    cabinet.ask(i.StaffDoorAsked(box))
    cabinet.shut(then=Choice.NOTHING)
    assert cabinet.condition(box) is C.WITHHELD
    cabinet.wait(2.0)
    cabinet.ask(i.StaffDoorAsked(box))
    cabinet.shut(then=Choice.CONFIRM)
    assert cabinet.condition(box) is C.FREE
    (moved,) = cabinet.events(e.ConsignmentMoved)
    assert (moved.how, moved.confirmed) == ("taken_out", False)


def test_a_first_box_found_empty_takes_nothing_out_of_the_second_that_is_out_of_service() -> None:
    cabinet = BenchCabinet()
    cabinet.put_grant("g", P.DEPOSIT, "c1")
    cabinet.command("g")
    first = cabinet.visit.compartment
    cabinet.wait(0.3)
    cabinet.choose(Choice.LOWER)
    cabinet.shut(first)
    cabinet.wait(0.3)
    second = cabinet.visit.compartment
    cabinet.shut(second)
    cabinet.choose(Choice.CONFIRM)
    cabinet.wait(2.0)
    assert cabinet.condition(second) is C.OCCUPIED
    cabinet.sign_in()
    cabinet.tell(i.ServiceAsked(second, in_service=False))
    cabinet.put_grant("code", P.COLLECT, "c1", code="d")
    cabinet.ask(i.StaffDoorAsked(first))
    cabinet.shut(then=Choice.CONFIRM)
    assert cabinet.grant_state("code") is GrantState.LIVE
    assert [moved.how for moved in cabinet.events(e.ConsignmentMoved)] == ["deposited"]
    cabinet.tell(i.ServiceAsked(second, in_service=True))
    assert (cabinet.condition(second), cabinet.box(second).consignment) == (C.OCCUPIED, "c1")


def test_a_contact_that_says_shut_for_ever_frees_nothing_unsaid() -> None:
    cabinet = BenchCabinet()
    box = cabinet.deposit("g1", "c1")
    cabinet.put_grant("g", P.COLLECT, "c1", code="d")
    cabinet.doors[box].stuck = DoorState.CLOSED
    cabinet.tell(i.CodeTyped("d"))
    cabinet.wait(3.2)
    cabinet.choose(Choice.LEAVE)
    assert cabinet.condition(box) is C.OCCUPIED
    assert cabinet.grant_state("g") is GrantState.LIVE


def test_papers_put_in_after_staff_had_found_the_box_empty_are_on_the_take_out_list() -> None:
    """Nothing was put in; staff looked; within five minutes the resident comes back with them."""
    cabinet = BenchCabinet()
    cabinet.put_grant("g", P.DEPOSIT, "c1", code="code")
    cabinet.ask(i.CodeTyped("code"))
    box = cabinet.visit.compartment
    cabinet.shut(then=Choice.NOTHING)
    cabinet.wait(2.0)
    cabinet.sign_in()
    cabinet.ask(i.StaffDoorAsked(box))
    cabinet.shut(then=Choice.CONFIRM)
    cabinet.wait(2.0)
    assert cabinet.condition(box) is C.FREE
    cabinet.ask(i.CodeTyped("code"))
    cabinet.doors[box].content = "c1"
    cabinet.shut(then=Choice.CONFIRM)
    assert (cabinet.box(box).condition, cabinet.box(box).consignment) == (C.OCCUPIED, "c1")
    assert take_out_boxes([cabinet.box(box)]) == [cabinet.box(box)]
