"""Staff at the glass: badge and PIN, take-out round, loading in a row, looking into boxes."""

from __future__ import annotations

import pytest

from locker.contract import event as e
from locker.contract.vocabulary import (
    Capability,
    Choice,
    Condition,
    GrantState,
    Purpose,
    VisitOutcome,
    VisitPhase,
)
from locker.core import input as i
from locker.core.staff_round import boxes_to_look_at, take_out_boxes
from tests.unit.locker.core.bench_cabinet import YEAR_S, BenchCabinet


@pytest.fixture
def cabinet() -> BenchCabinet:
    bench = BenchCabinet()
    bench.sign_in()
    return bench


def signed_in(cabinet: BenchCabinet) -> bool:
    session = cabinet.engine.memory.staff
    return session is not None and session.signed_in


def test_an_unknown_badge_and_a_wrong_pin_say_the_same() -> None:
    cabinet = BenchCabinet()
    cabinet.tell(i.BadgeShown("nobody's"))
    assert cabinet.refusal() == "BADGE_OR_PIN_WRONG"
    cabinet.news(e.StaffPut("s1", "badge", "right", (), cabinet.clock.wall + YEAR_S))
    cabinet.tell(i.BadgeShown("badge"))
    cabinet.tell(i.PinTyped("badge", "wrong"))
    assert cabinet.refusal() == "BADGE_OR_PIN_WRONG"
    assert cabinet.events(e.CredentialRefused)[-1].counted
    assert not signed_in(cabinet)


def test_a_pin_without_its_badge_is_refused(cabinet: BenchCabinet) -> None:
    cabinet.tell(i.PinTyped("badge", "badge+pin"))
    assert cabinet.refusal() == "SESSION_OVER"


def test_a_badge_that_is_over_is_refused() -> None:
    cabinet = BenchCabinet()
    cabinet.news(e.StaffPut("s1", "badge", "right", (), cabinet.clock.wall - 1))
    cabinet.tell(i.BadgeShown("badge"))
    assert cabinet.refusal() == "BADGE_EXPIRED"


def test_wrong_pins_pause_the_pin_and_not_for_ever() -> None:
    cabinet = BenchCabinet()
    cabinet.news(e.StaffPut("s1", "badge", "right", (), cabinet.clock.wall + YEAR_S))
    cabinet.tell(i.BadgeShown("badge"))
    for _ in range(5):
        cabinet.tell(i.PinTyped("badge", "wrong"))
    cabinet.tell(i.PinTyped("badge", "right"))
    assert cabinet.refusal() == "KEYPAD_PAUSED"
    cabinet.wait(10.0)
    cabinet.tell(i.PinTyped("badge", "right"))
    assert signed_in(cabinet)


def test_wrong_codes_keep_no_staff_out() -> None:
    cabinet = BenchCabinet()
    for _ in range(5):
        cabinet.tell(i.CodeTyped("wrong"))
    cabinet.sign_in()


@pytest.mark.parametrize(("idle_s", "stays"), [(119.0, True), (120.0, False)])
def test_a_session_ends_after_two_minutes_untouched(
    cabinet: BenchCabinet, *, idle_s: float, stays: bool
) -> None:
    cabinet.wait(idle_s)
    assert signed_in(cabinet) is stays
    assert [event.reason for event in cabinet.events(e.StaffSignedOut)] == (
        [] if stays else ["idle"]
    )


def test_an_unanswered_pin_question_ends_after_a_minute() -> None:
    cabinet = BenchCabinet()
    cabinet.news(e.StaffPut("s1", "badge", "right", (), cabinet.clock.wall + YEAR_S))
    cabinet.tell(i.BadgeShown("badge"))
    cabinet.wait(60.0)
    assert cabinet.engine.memory.staff is None
    assert not cabinet.events(e.StaffSignedOut)


def test_who_worked_at_a_door_is_not_signed_out_the_moment_it_is_done(
    cabinet: BenchCabinet,
) -> None:
    cabinet.put_grant("l1", Purpose.LOAD, "e1")
    cabinet.tell(i.LabelShown("e1"))
    cabinet.wait(110.0)
    cabinet.shut()
    cabinet.wait(40.0)
    cabinet.choose(Choice.CONFIRM)
    cabinet.wait(100.0)
    assert signed_in(cabinet)


def test_leaving_another_badge_and_removal_end_the_session(cabinet: BenchCabinet) -> None:
    cabinet.news(e.StaffPut("s2", "other", "right", (), cabinet.clock.wall + YEAR_S))
    cabinet.tell(i.BadgeShown("other"))
    assert not signed_in(cabinet)
    cabinet.sign_in()
    cabinet.news(e.StaffRemoved("s1"))
    cabinet.sign_in()
    cabinet.tell(i.StaffLeft())
    reasons = [event.reason for event in cabinet.events(e.StaffSignedOut)]
    assert reasons == ["another_badge", "removed", "left"]


def test_ten_envelopes_in_a_row_without_a_tap(cabinet: BenchCabinet) -> None:
    boxes = []
    for n in range(10):
        cabinet.put_grant(f"l{n}", Purpose.LOAD, f"e{n}")
        cabinet.ask(i.LabelShown(f"e{n}"))
        boxes.append(cabinet.visit.compartment)
        cabinet.doors[boxes[-1]].content = f"e{n}"
        cabinet.shut()
    moved = cabinet.events(e.ConsignmentMoved)
    assert [(m.consignment, m.confirmed, m.shut_in_visit) for m in moved] == [
        (f"e{n}", True, True) for n in range(9)
    ]
    assert len(set(boxes)) == 10


def test_ones_own_badge_again_confirms_the_last_envelope_and_signs_out(
    cabinet: BenchCabinet,
) -> None:
    cabinet.put_grant("l1", Purpose.LOAD, "e1")
    cabinet.ask(i.LabelShown("e1"))
    cabinet.doors[cabinet.visit.compartment].content = "e1"
    cabinet.shut()
    cabinet.tell(i.BadgeShown("badge"))
    moved = cabinet.events(e.ConsignmentMoved)
    assert [(m.consignment, m.confirmed, m.shut_in_visit) for m in moved] == [("e1", True, True)]
    assert cabinet.events(e.StaffSignedOut)[-1].reason == "own_badge"
    assert cabinet.engine.memory.staff is None


def test_ones_own_badge_confirms_nothing_behind_an_open_door_nor_a_taking_out(
    cabinet: BenchCabinet,
) -> None:
    cabinet.put_grant("l1", Purpose.LOAD, "e1")
    cabinet.ask(i.LabelShown("e1"))
    cabinet.tell(i.BadgeShown("badge"))
    assert cabinet.phase() is VisitPhase.OPEN
    cabinet.shut()
    assert cabinet.phase() is VisitPhase.ASK
    cabinet.choose(Choice.CONFIRM)
    cabinet.wait(2.0)
    box = cabinet.deposit("g1", "c1")
    cabinet.sign_in()
    cabinet.ask(i.StaffDoorAsked(box))
    cabinet.shut()
    cabinet.tell(i.BadgeShown("badge"))
    assert cabinet.phase() is VisitPhase.ASK
    assert not signed_in(cabinet)


def test_a_door_that_will_not_shut_does_not_stop_the_next(cabinet: BenchCabinet) -> None:
    for n in range(2):
        cabinet.put_grant(f"l{n}", Purpose.LOAD, f"e{n}")
        cabinet.ask(i.LabelShown(f"e{n}"))
    assert cabinet.visit.consignment == "e1"
    assert cabinet.phase() is VisitPhase.OPEN
    assert cabinet.events(e.VisitEnded)[-1].outcome is VisitOutcome.LEFT_OPEN


def test_staff_wait_for_a_resident_whose_door_is_open(cabinet: BenchCabinet) -> None:
    cabinet.put_grant("g1", Purpose.DEPOSIT, "c1")
    cabinet.command("g1")
    cabinet.wait(0.3)
    cabinet.put_grant("l1", Purpose.LOAD, "e1")
    cabinet.tell(i.LabelShown("e1"))
    assert cabinet.refusal() == "BUSY"
    assert cabinet.visit.grant == "g1"


def test_the_same_label_opens_the_same_door_again(cabinet: BenchCabinet) -> None:
    box = cabinet.load("l1", "e1")
    cabinet.ask(i.LabelShown("e1"))
    assert cabinet.visit.compartment == box
    assert cabinet.phase() is VisitPhase.OPEN
    cabinet.shut(then=Choice.CONFIRM)
    cabinet.wait(302.0, step_s=1.0)
    cabinet.sign_in()
    cabinet.tell(i.LabelShown("e1"))
    assert cabinet.refusal() == "LABEL_ALREADY_LOADED"


def test_the_same_label_before_the_answer_opens_the_door_again_and_confirms_nothing(
    cabinet: BenchCabinet,
) -> None:
    cabinet.put_grant("l1", Purpose.LOAD, "e1")
    cabinet.ask(i.LabelShown("e1"))
    box = cabinet.visit.compartment
    cabinet.shut()
    cabinet.tell(i.LabelShown("e1"))
    cabinet.wait(3.0)
    assert (cabinet.visit.compartment, cabinet.phase()) == (box, VisitPhase.OPEN)
    assert not cabinet.events(e.ConsignmentMoved)


def test_the_same_label_again_tries_a_door_once_more_that_did_not_open(
    cabinet: BenchCabinet,
) -> None:
    cabinet.put_grant("l1", Purpose.LOAD, "e1")
    for door in cabinet.doors.values():
        door.jammed = True
    cabinet.tell(i.LabelShown("e1"))
    cabinet.wait(4.0)
    assert cabinet.phase() is VisitPhase.NOT_OPENED
    for door in cabinet.doors.values():
        door.jammed = False
    cabinet.tell(i.LabelShown("e1"))
    cabinet.wait(3.0)
    assert cabinet.phase() is VisitPhase.OPEN


def test_nothing_put_in_makes_the_label_good_again_and_still_the_centre_s(
    cabinet: BenchCabinet,
) -> None:
    cabinet.put_grant("l1", Purpose.LOAD, "e1")
    cabinet.ask(i.LabelShown("e1"))
    cabinet.shut(then=Choice.NOTHING)
    assert cabinet.grant_state("l1") is GrantState.LIVE
    assert cabinet.grant("l1").source == "news"
    cabinet.news(snapshot=True)
    assert cabinet.grant_state("l1") is GrantState.REVOKED


def test_labels_need_staff_and_a_known_envelope(cabinet: BenchCabinet) -> None:
    cabinet.tell(i.LabelShown("unknown"))
    assert cabinet.refusal() == "LABEL_UNKNOWN"
    cabinet.tell(i.StaffLeft())
    cabinet.tell(i.LabelShown("unknown"))
    assert cabinet.refusal() == "STAFF_ONLY"
    cabinet.tell(i.StaffDoorAsked(1))
    assert cabinet.refusal() == "STAFF_ONLY"


def test_a_badge_opens_only_what_it_may() -> None:
    cabinet = BenchCabinet()
    cabinet.sign_in((Capability.TAKE_OUT,))
    cabinet.tell(i.LabelShown("e1"))
    assert cabinet.refusal() == "NOT_ALLOWED"


def test_a_badge_that_ran_out_meanwhile_opens_nothing(cabinet: BenchCabinet) -> None:
    cabinet.clock.pass_s(2 * YEAR_S)
    cabinet.tell(i.StaffDoorAsked(1))
    assert cabinet.refusal() == "BADGE_EXPIRED"
    assert not signed_in(cabinet)


def test_taking_out_uses_the_centre_s_grant_and_ends_the_return_code(
    cabinet: BenchCabinet,
) -> None:
    box = cabinet.deposit("g1", "c1")
    cabinet.put_grant("back", Purpose.COLLECT, "c1", code="d")
    cabinet.put_grant("out", Purpose.TAKE_OUT, "c1")
    assert [b.number for b in take_out_boxes([cabinet.box(box)])] == [box]
    cabinet.ask(i.StaffDoorAsked(box))
    assert cabinet.visit.grant == "out"
    cabinet.take_all()
    assert cabinet.condition(box) is Condition.FREE
    assert cabinet.grant_state("back") is GrantState.REVOKED
    assert cabinet.events(e.ConsignmentMoved)[-1].staff == "s1"


def test_going_on_to_the_next_box_confirms_no_taking_out(cabinet: BenchCabinet) -> None:
    boxes = [cabinet.deposit(f"g{n}", f"c{n}") for n in range(2)]
    for n, box in enumerate(boxes):
        cabinet.put_grant(f"out{n}", Purpose.TAKE_OUT, f"c{n}")
        cabinet.ask(i.StaffDoorAsked(box))
        cabinet.shut()
    assert cabinet.condition(boxes[0]) is Condition.WITHHELD
    assert boxes_to_look_at([cabinet.box(box) for box in boxes]) == [cabinet.box(boxes[0])]


def test_a_free_box_and_one_that_does_not_exist_are_not_found(cabinet: BenchCabinet) -> None:
    for compartment in (1, 99):
        cabinet.tell(i.StaffDoorAsked(compartment))
        assert cabinet.refusal() == "NOT_FOUND"


def look_into(cabinet: BenchCabinet, box: int) -> None:
    cabinet.tell(i.StaffDoorAsked(box))
    if cabinet.refusal() is None:
        cabinet.wait(0.3)
        cabinet.shut(then=Choice.NOTHING)
        cabinet.wait(2.0)


def test_the_fourth_box_without_its_grant_needs_a_second_person(cabinet: BenchCabinet) -> None:
    boxes = [cabinet.deposit(f"g{n}", f"c{n}") for n in range(4)]
    for box in (*boxes[:3], boxes[0]):  # the same box again is no other box
        look_into(cabinet, box)
        assert cabinet.refusal() is None
    look_into(cabinet, boxes[3])
    assert cabinet.refusal() == "NEEDS_SECOND_PERSON"
    cabinet.plug()
    cabinet.sign_in()
    look_into(cabinet, boxes[3])
    assert cabinet.refusal() == "NEEDS_SECOND_PERSON"
    cabinet.wait(600.0, step_s=1.0)
    cabinet.sign_in()
    look_into(cabinet, boxes[3])
    assert cabinet.refusal() is None


def test_a_door_that_was_denied_counts_for_nothing(cabinet: BenchCabinet) -> None:
    boxes = [cabinet.deposit(f"g{n}", f"c{n}") for n in range(4)]
    cabinet.tell(i.RecordingChanged(ok=False))
    for box in boxes:
        cabinet.tell(i.StaffDoorAsked(box))
    assert cabinet.refusal() == "NOT_RECORDED"
    cabinet.tell(i.RecordingChanged(ok=True))
    cabinet.tell(i.RefusalSeen())
    for box in boxes[:3]:
        look_into(cabinet, box)
    assert cabinet.refusal() is None


def test_staff_take_over_a_box_that_was_left_open(cabinet: BenchCabinet) -> None:
    cabinet.put_grant("g1", Purpose.DEPOSIT, "c1")
    cabinet.command("g1")
    cabinet.wait(0.3)
    box = cabinet.visit.compartment
    cabinet.choose(Choice.LEAVE)
    cabinet.wait(2.0)
    cabinet.tell(i.StaffDoorAsked(box))
    assert cabinet.condition(box) is Condition.WITHHELD
    assert cabinet.box(box).consignment == "c1"


@pytest.mark.parametrize("pin", ["", "0000", "1234", "123456", "888888", "badge", "admin"])
def test_no_pin_opens_with_a_badge_but_its_own(pin: str) -> None:
    cabinet = BenchCabinet()
    cabinet.news(e.StaffPut("s1", "badge", "badge+pin", (), cabinet.clock.wall + YEAR_S))
    cabinet.tell(i.BadgeShown("badge"))
    cabinet.tell(i.PinTyped("badge", pin))
    assert cabinet.refusal() == "BADGE_OR_PIN_WRONG"
    assert cabinet.events(e.StaffSignedIn) == []
