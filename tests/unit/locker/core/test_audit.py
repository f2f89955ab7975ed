"""The guided audit: doors against books, the books mended, a report, and no box forgotten."""

from __future__ import annotations

import pytest

from locker.contract import event as e
from locker.contract.vocabulary import Choice, Condition, Found, GrantState, Purpose
from locker.core import input as i
from locker.core.audit import current
from locker.core.state import AuditRecord
from tests.unit.locker.core.bench_cabinet import BenchCabinet


def audit(cabinet: BenchCabinet) -> AuditRecord | None:
    return current(cabinet.engine.docket(cabinet.clock.moment()))


def at(cabinet: BenchCabinet) -> int:
    now = audit(cabinet)
    assert now is not None
    return now.left[0]


def look(cabinet: BenchCabinet, *, holds: bool, label: str | None = None) -> int:
    """Open the box that the audit is at, look, shut it and say what was found."""
    box = at(cabinet)
    cabinet.ask(i.AuditOpened())
    cabinet.shut()
    if label is not None:
        cabinet.tell(i.LabelShown(label))
    else:
        cabinet.choose(Choice.NOTHING if holds else Choice.CONFIRM)
    cabinet.wait(2.1)
    return box


def begin(cabinet: BenchCabinet, *boxes: int) -> None:
    """Begin an audit of everything and skip what is not asked for."""
    cabinet.tell(i.AuditAsked(everything=True))
    skip_to(cabinet, *boxes)


def skip_to(cabinet: BenchCabinet, *boxes: int) -> None:
    while (now := audit(cabinet)) is not None and now.left[0] not in boxes:
        cabinet.tell(i.AuditSkipped())


@pytest.fixture
def cabinet() -> BenchCabinet:
    bench = BenchCabinet()
    bench.sign_in()
    return bench


def test_it_walks_in_order_and_only_where_somebody_must_look(cabinet: BenchCabinet) -> None:
    sure = cabinet.deposit("g1", "c1")
    cabinet.tell(i.ServiceAsked(20, in_service=False))
    cabinet.doors[3].open = True
    cabinet.wait(1.5)
    cabinet.sign_in()
    cabinet.tell(i.AuditAsked())
    (started,) = cabinet.events(e.AuditStarted)
    assert started.compartments == (3, 20)
    assert sure not in started.compartments


def test_books_that_are_right_are_left_alone(cabinet: BenchCabinet) -> None:
    box = cabinet.deposit("g1", "c1")
    begin(cabinet, box)
    look(cabinet, holds=True)
    found = cabinet.events(e.AuditFound)[-1]
    assert (found.compartment, found.agrees, found.condition) == (box, True, Condition.OCCUPIED)
    assert (cabinet.condition(box), cabinet.box(box).consignment) == (Condition.OCCUPIED, "c1")


def test_something_missing_is_entered_and_counted(cabinet: BenchCabinet) -> None:
    box = cabinet.deposit("g1", "c1")
    cabinet.doors[box].content = None
    begin(cabinet, box)
    look(cabinet, holds=False)
    found = cabinet.events(e.AuditFound)[-1]
    assert (found.found, found.agrees, found.consignment) == (Found.EMPTY, False, "c1")
    assert cabinet.condition(box) is Condition.FREE
    skip_to(cabinet)
    (ended,) = cabinet.events(e.AuditEnded)
    assert (ended.checked, ended.missing, ended.unexpected, ended.left) == (1, 1, 0, 23)


def test_something_in_a_free_box_is_withheld_and_counted(cabinet: BenchCabinet) -> None:
    cabinet.witness.honest = False
    cabinet.doors[7].content = "whose?"
    begin(cabinet, 7)
    look(cabinet, holds=True)
    found = cabinet.events(e.AuditFound)[-1]
    assert (found.found, found.agrees, found.condition) == (Found.HOLDS, False, Condition.FREE)
    assert cabinet.condition(7) is Condition.WITHHELD


def test_a_free_box_found_empty_is_free_again(cabinet: BenchCabinet) -> None:
    begin(cabinet, 7)
    look(cabinet, holds=False)
    assert cabinet.condition(7) is Condition.FREE
    assert cabinet.events(e.AuditFound)[-1].agrees


def test_a_label_at_a_box_that_was_opened_only_to_look_is_not_the_audit_s(
    cabinet: BenchCabinet,
) -> None:
    box = cabinet.load("l1", "e1")
    cabinet.put_grant("l2", Purpose.LOAD, "e2")
    cabinet.sign_in()
    begin(cabinet, box)
    cabinet.ask(i.StaffDoorAsked(box))
    cabinet.shut()
    cabinet.ask(i.LabelShown("e2"))
    assert cabinet.visit.purpose is Purpose.LOAD
    assert not [found for found in cabinet.events(e.AuditFound) if found.label]
    assert cabinet.box(box).consignment == "e1"


def test_an_envelope_in_the_wrong_box_is_entered_where_it_lies(cabinet: BenchCabinet) -> None:
    box = cabinet.load("l1", "e1")
    cabinet.put_grant("g", Purpose.COLLECT, "e1", code="d")
    other = box % 24 + 1
    cabinet.doors[box].content, cabinet.doors[other].content = None, "e1"
    cabinet.witness.honest = False
    cabinet.sign_in()
    begin(cabinet, other)
    look(cabinet, holds=True, label="e1")
    found = cabinet.events(e.AuditFound)[-1]
    assert (found.label, found.agrees) == ("e1", False)
    assert (cabinet.condition(other), cabinet.box(other).consignment) == (Condition.OCCUPIED, "e1")
    assert (cabinet.condition(box), cabinet.box(box).consignment) == (Condition.WITHHELD, None)
    cabinet.tell(i.AuditStopped())
    cabinet.ask(i.CodeTyped("d"))
    assert cabinet.visit.compartment == other


def test_a_label_scanned_at_the_open_door_is_the_answer_once_it_is_shut(
    cabinet: BenchCabinet,
) -> None:
    box = cabinet.load("l1", "e1")
    cabinet.sign_in()
    begin(cabinet, box)
    cabinet.ask(i.AuditOpened())
    cabinet.tell(i.LabelShown("e1"))
    assert not cabinet.events(e.AuditFound)[-1].label, "the door is open yet"
    cabinet.shut()
    found = cabinet.events(e.AuditFound)[-1]
    assert (found.compartment, found.label, found.agrees) == (box, "e1", True)


def test_what_was_only_presumed_is_confirmed_by_who_saw_it(cabinet: BenchCabinet) -> None:
    cabinet.put_grant("g1", Purpose.DEPOSIT, "c1")
    cabinet.command("g1")
    cabinet.wait(0.3)
    box = cabinet.visit.compartment
    cabinet.doors[box].content = "c1"
    cabinet.shut()
    cabinet.wait(61.0, step_s=0.5)
    assert not cabinet.box(box).confirmed
    cabinet.sign_in()
    cabinet.tell(i.AuditAsked())
    assert at(cabinet) == box
    look(cabinet, holds=True)
    assert cabinet.box(box).confirmed
    moved = cabinet.events(e.ConsignmentMoved)[-1]
    assert (moved.how, moved.confirmed) == ("deposited", True)


def loaded_unconfirmed(cabinet: BenchCabinet) -> int:
    cabinet.put_grant("l1", Purpose.LOAD, "e1")
    cabinet.ask(i.LabelShown("e1"))
    box = cabinet.visit.compartment
    cabinet.shut()
    cabinet.wait(61.0, step_s=0.5)
    assert [(m.how, m.confirmed) for m in cabinet.events(e.ConsignmentMoved)] == [("loaded", False)]
    return box


def test_a_load_that_nobody_confirmed_is_confirmed_once_by_staff_who_look_and_see_it(
    cabinet: BenchCabinet,
) -> None:
    box = loaded_unconfirmed(cabinet)
    for _ in range(2):
        cabinet.sign_in()
        cabinet.ask(i.StaffDoorAsked(box))
        cabinet.shut(then=Choice.NOTHING)
        cabinet.wait(2.1)
    (_, seen) = cabinet.events(e.ConsignmentMoved)
    assert (seen.consignment, seen.compartment, seen.how, seen.staff) == ("e1", box, "loaded", "s1")
    assert (seen.confirmed, seen.shut_in_visit) == (True, True)
    assert cabinet.box(box).confirmed
    assert audit(cabinet) is None


@pytest.mark.parametrize(("denials", "failures"), [(0, 0), (1, 0), (2, 0), (0, 3)])
def test_what_was_presumed_taken_is_told_of_again_by_staff_who_see_it(
    cabinet: BenchCabinet, denials: int, failures: int
) -> None:
    cabinet.sign_in()
    box = cabinet.load("l1", "e1")
    cabinet.put_grant("g1", Purpose.COLLECT, "e1", code="d1")
    cabinet.tell(i.StaffLeft())
    cabinet.command("g1")
    cabinet.wait(0.3)
    cabinet.shut()
    cabinet.wait(61.0, step_s=0.5)
    for _ in range(denials):  # the resident says so after all, of what the centre has as taken
        cabinet.tell(i.CodeTyped("d1"))
        cabinet.wait(0.3)
        cabinet.shut(then=Choice.NOTHING)
        cabinet.wait(2.0)
        assert cabinet.grant_state("g1") is GrantState.LIVE
    assert cabinet.condition(box) is Condition.WITHHELD
    cabinet.sign_in()
    cabinet.doors[box].jammed = failures > 0
    for _ in range(failures):  # and its door does not open at the first look
        cabinet.tell(i.StaffDoorAsked(box))
        cabinet.wait(3.4)
    assert cabinet.condition(box) is (Condition.JAMMED if failures else Condition.WITHHELD)
    cabinet.doors[box].jammed = False
    cabinet.wait(2.0)
    cabinet.tell(i.StaffDoorAsked(box))
    cabinet.wait(0.3)
    cabinet.shut(then=Choice.NOTHING)
    assert cabinet.condition(box) is Condition.OCCUPIED
    moved = [(m.how, m.confirmed) for m in cabinet.events(e.ConsignmentMoved)]
    assert moved == [("loaded", True), ("collected", False), ("loaded", True)]


def test_a_load_whose_door_was_not_seen_shut_is_confirmed_by_who_looks_and_not_by_its_loader(
    cabinet: BenchCabinet,
) -> None:
    cabinet.put_grant("l1", Purpose.LOAD, "e1")
    cabinet.ask(i.LabelShown("e1"))
    box = cabinet.visit.compartment
    cabinet.shut()
    cabinet.wait(2.0)
    cabinet.doors[box].jammed = True
    cabinet.choose(Choice.REOPEN)
    cabinet.bus_silent = True
    cabinet.wait(6.0)
    cabinet.bus_silent, cabinet.doors[box].jammed = False, False
    cabinet.wait(0.2)
    cabinet.choose(Choice.SAW_OPEN)
    cabinet.choose(Choice.CONFIRM)
    cabinet.wait(2.1)
    (load,) = cabinet.events(e.ConsignmentMoved)
    assert (load.confirmed, load.shut_in_visit) == (False, False), "no notice may go yet"
    cabinet.tell(i.AuditAsked())
    assert look(cabinet, holds=True) == box
    seen = cabinet.events(e.ConsignmentMoved)[-1]
    assert (seen.confirmed, seen.shut_in_visit, seen.staff) == (True, True, "s1")


def test_who_looks_without_a_badge_confirms_no_load(cabinet: BenchCabinet) -> None:
    box = loaded_unconfirmed(cabinet)
    cabinet.ask(i.TechnicianAsked("t1", box, "technician", "test"))
    assert (cabinet.visit.compartment, cabinet.visit.staff) == (box, "tech:technician")
    cabinet.shut(then=Choice.NOTHING)
    assert not cabinet.box(box).confirmed
    assert len(cabinet.events(e.ConsignmentMoved)) == 1


def test_an_unanswered_box_stays_on_the_list(cabinet: BenchCabinet) -> None:
    box = cabinet.deposit("g1", "c1")
    begin(cabinet, box)
    cabinet.ask(i.AuditOpened())
    cabinet.shut()
    cabinet.wait(61.0, step_s=0.5)
    assert cabinet.condition(box) is Condition.WITHHELD
    assert at(cabinet) == box
    assert all(found.found is Found.SKIPPED for found in cabinet.events(e.AuditFound))


def test_a_restart_goes_on_where_it_was_and_so_may_a_colleague(cabinet: BenchCabinet) -> None:
    box = cabinet.deposit("g1", "c1")
    begin(cabinet, box)
    cabinet.ask(i.AuditOpened())
    cabinet.plug()
    cabinet.wait(0.3)
    cabinet.shut(then=Choice.NOTHING)
    assert cabinet.events(e.AuditFound)[-1].compartment == box
    rest = audit(cabinet)
    assert rest is not None
    assert box not in rest.left
    cabinet.wait(2.1)
    cabinet.sign_in()
    cabinet.tell(i.AuditSkipped())
    cabinet.tell(i.AuditStopped())
    (ended,) = cabinet.events(e.AuditEnded)
    assert ended.checked == 1
    assert audit(cabinet) is None


def test_nothing_to_look_at_is_a_report_at_once(cabinet: BenchCabinet) -> None:
    cabinet.tell(i.AuditAsked())
    (ended,) = cabinet.events(e.AuditEnded)
    assert (ended.checked, ended.left) == (0, 0)
    assert cabinet.engine.memory.report == ended
    cabinet.tell(i.AuditStopped())
    assert cabinet.engine.memory.report is None


def test_out_of_service_and_back_is_recorded_and_somebody_must_look_first(
    cabinet: BenchCabinet,
) -> None:
    cabinet.tell(i.ServiceAsked(9, in_service=False))
    assert cabinet.condition(9) is Condition.OUT_OF_SERVICE
    cabinet.tell(i.ServiceAsked(9, in_service=True))
    assert cabinet.condition(9) is Condition.WITHHELD
    assert [(o.in_service, o.staff) for o in cabinet.events(e.ServiceOrdered)] == [
        (False, "s1"), (True, "s1"),
    ]  # fmt: skip
    box = cabinet.deposit("g1", "c1")
    cabinet.put_grant("g", Purpose.COLLECT, "c1", code="d")
    cabinet.tell(i.ServiceAsked(box, in_service=False))
    cabinet.tell(i.CodeTyped("d"))
    assert cabinet.refusal() == "OUT_OF_SERVICE"
    cabinet.tell(i.ServiceAsked(box, in_service=True))
    assert (cabinet.condition(box), cabinet.box(box).consignment) == (Condition.OCCUPIED, "c1")


def test_a_fork_doubts_what_is_out_of_service_or_withheld_too_until_staff_have_looked(
    cabinet: BenchCabinet,
) -> None:
    out, withheld = cabinet.deposit("g1", "c1"), cabinet.deposit("g2", "c2")
    cabinet.put_grant("g", Purpose.COLLECT, "c1", code="d")
    cabinet.put_grant("h", Purpose.COLLECT, "c2", code="k")
    cabinet.tell(i.ServiceAsked(out, in_service=False))
    cabinet.tell(i.JournalForked("j2", "j1", "0" * 64))
    cabinet.tell(i.ServiceAsked(out, in_service=True))
    for asked in (False, True):
        cabinet.tell(i.ServiceAsked(withheld, in_service=asked))
    for box, code in ((out, "d"), (withheld, "k")):
        assert cabinet.condition(box) is Condition.WITHHELD
        cabinet.wait(3)
        cabinet.tell(i.CodeTyped(code))
        assert cabinet.refusal() == "NOT_READY"


@pytest.mark.parametrize("seen", ["walked off", "bus silent", "jammed"])
def test_after_a_fork_whoever_opens_a_box_and_does_not_say_what_lies_there_frees_it_for_no_code(
    cabinet: BenchCabinet, seen: str
) -> None:
    cabinet.sign_in()
    box = cabinet.load("l1", "e1")
    cabinet.put_grant("g", Purpose.COLLECT, "e1", code="d")
    cabinet.tell(i.JournalForked("j2", "j1", "0" * 64))
    cabinet.sign_in()
    cabinet.doors[box].jammed = seen == "jammed"
    for _ in range(3 if seen == "jammed" else 1):
        cabinet.tell(i.StaffDoorAsked(box))
        cabinet.bus_silent = seen == "bus silent"
        cabinet.wait(3.4)
        cabinet.bus_silent = False
    if seen == "jammed":
        assert cabinet.condition(box) is Condition.JAMMED
        cabinet.doors[box].jammed = False
        cabinet.wait(2.0)
        cabinet.tell(i.StaffDoorAsked(box))
        cabinet.wait(0.3)
    cabinet.shut(box)
    cabinet.wait(200.0, step_s=0.5)
    assert cabinet.condition(box) is Condition.WITHHELD
    cabinet.tell(i.CodeTyped("d"))
    assert cabinet.refusal() == "NOT_READY"
