"""One person at one door: attempts, re-openings, jams, leaving, and who else has to wait."""

from __future__ import annotations

import pytest

from locker.contract import event as e
from locker.contract.credential import GrantClaims
from locker.contract.vocabulary import (
    AttemptState,
    Choice,
    Condition,
    DoorState,
    GrantState,
    Purpose,
    VisitOutcome,
    VisitPhase,
)
from locker.core import input as i
from locker.core.input import PulseResult
from tests.unit.locker.core.bench_cabinet import BenchCabinet


@pytest.fixture
def cabinet() -> BenchCabinet:
    return BenchCabinet()


def collect(cabinet: BenchCabinet, *, jammed: bool = False) -> int:
    box = cabinet.deposit("g1", "c1")
    cabinet.put_grant("g2", Purpose.COLLECT, "c1", code="d2")
    cabinet.doors[box].jammed = jammed
    cabinet.ask(i.CodeTyped("d2"))
    return box


def test_three_failures_jam_the_compartment_and_release_once(cabinet: BenchCabinet) -> None:
    box = collect(cabinet, jammed=True)
    for _ in range(2):
        cabinet.wait(3.0)
        assert cabinet.phase() is VisitPhase.NOT_OPENED
        cabinet.choose(Choice.REOPEN)
    cabinet.wait(3.2)
    assert cabinet.phase() is VisitPhase.JAMMED
    assert cabinet.condition(box) is Condition.JAMMED
    assert cabinet.grant_state("g2") is GrantState.LIVE
    assert len(cabinet.events(e.GrantReleased)) == 3  # one an attempt that failed
    assert len([p for p in cabinet.witness.pulses.values() if p == 1]) == 4
    cabinet.choose(Choice.REOPEN)
    cabinet.wait(3.0)
    assert len(cabinet.witness.pulses) == 4
    cabinet.tell(i.CodeTyped("d2"))
    assert cabinet.refusal() == "DOOR_JAMMED"


def test_staff_may_pulse_a_jammed_door_and_an_opening_heals_it(cabinet: BenchCabinet) -> None:
    test_three_failures_jam_the_compartment_and_release_once(cabinet)
    box = cabinet.visit.compartment
    cabinet.doors[box].jammed = False
    cabinet.sign_in()
    cabinet.ask(i.StaffDoorAsked(box))
    assert cabinet.phase() is VisitPhase.OPEN
    cabinet.shut(then=Choice.NOTHING)
    assert cabinet.condition(box) is Condition.OCCUPIED
    assert cabinet.box(box).failures == 0


def test_a_jammed_door_that_staff_pulse_in_vain_stays_jammed(cabinet: BenchCabinet) -> None:
    test_three_failures_jam_the_compartment_and_release_once(cabinet)
    box = cabinet.visit.compartment
    cabinet.sign_in()
    cabinet.tell(i.StaffDoorAsked(box))
    cabinet.wait(3.4)
    assert cabinet.condition(box) is Condition.JAMMED
    assert cabinet.phase() is VisitPhase.JAMMED


def test_two_reopenings_and_no_third(cabinet: BenchCabinet) -> None:
    collect(cabinet)
    for _ in range(2):
        cabinet.shut()
        assert cabinet.phase() is VisitPhase.ASK
        cabinet.wait(2.0)
        cabinet.choose(Choice.REOPEN)
        cabinet.wait(0.3)
        assert cabinet.phase() is VisitPhase.OPEN
    cabinet.shut()
    cabinet.wait(2.0)
    pulses = len(cabinet.witness.pulses)
    cabinet.choose(Choice.REOPEN)
    cabinet.wait(1.0)
    assert len(cabinet.witness.pulses) == pulses


def test_a_used_code_opens_the_same_door_again_within_five_minutes(cabinet: BenchCabinet) -> None:
    box = collect(cabinet)
    cabinet.take_all()
    cabinet.wait(290.0, step_s=1.0)
    cabinet.ask(i.CodeTyped("d2"))
    assert cabinet.visit.compartment == box
    assert cabinet.phase() is VisitPhase.OPEN
    assert cabinet.condition(box) is Condition.RESERVED
    cabinet.shut(then=Choice.CONFIRM)
    assert cabinet.condition(box) is Condition.FREE


def test_after_five_minutes_a_used_code_is_used(cabinet: BenchCabinet) -> None:
    collect(cabinet)
    cabinet.shut(then=Choice.LEAVE)
    cabinet.wait(302.0, step_s=1.0)
    cabinet.tell(i.CodeTyped("d2"))
    assert cabinet.refusal() == "CREDENTIAL_USED"


@pytest.mark.parametrize("reply", [PulseResult.NOT_SENT, PulseResult.ACKNOWLEDGED])
def test_a_reopening_in_vain_leaves_a_free_box_free(
    cabinet: BenchCabinet, reply: PulseResult
) -> None:
    box = collect(cabinet)
    cabinet.take_all()
    cabinet.wait(3.0)
    cabinet.doors[box].jammed, cabinet.reply = True, reply
    cabinet.tell(i.CodeTyped("d2"))
    cabinet.wait(3.2)
    cabinet.choose(Choice.LEAVE)
    assert cabinet.condition(box) is Condition.FREE


@pytest.mark.parametrize(
    ("reply", "condition"),
    [
        (PulseResult.NOT_SENT, Condition.OCCUPIED),
        (PulseResult.ACKNOWLEDGED, Condition.WITHHELD),
    ],
)
def test_a_reopening_in_vain_never_frees_a_box_with_papers(
    cabinet: BenchCabinet, reply: PulseResult, condition: Condition
) -> None:
    box = cabinet.deposit("g1", "c1")
    cabinet.doors[box].jammed, cabinet.reply = True, reply
    cabinet.put_grant("g1", Purpose.DEPOSIT, "c1", code="d1")
    cabinet.tell(i.CodeTyped("d1"))
    if cabinet.refusal() is not None:  # the news does not touch a used grant: shown by QR then
        cabinet.tell(i.RefusalSeen())
        cabinet.tell(i.QrShown(claims("g1", Purpose.DEPOSIT, "c1", cabinet)))
    cabinet.wait(3.2)
    cabinet.choose(Choice.LEAVE)
    assert cabinet.condition(box) is condition
    assert cabinet.box(box).consignment == "c1"


def claims(grant: str, purpose: Purpose, consignment: str, cabinet: BenchCabinet) -> GrantClaims:
    now = int(cabinet.clock.wall)
    return GrantClaims(1, grant, "cab", purpose, consignment, "m", "R1", now, now + 86_400)


def test_after_a_reopening_in_vain_the_question_is_asked_all_the_same(
    cabinet: BenchCabinet,
) -> None:
    box = collect(cabinet)
    cabinet.doors[box].content = None
    cabinet.shut()
    cabinet.wait(2.0)
    cabinet.doors[box].jammed = True
    cabinet.choose(Choice.REOPEN)
    cabinet.wait(3.2)
    assert cabinet.attempt().state is AttemptState.FAILED
    assert cabinet.phase() is VisitPhase.ASK
    cabinet.choose(Choice.CONFIRM)
    assert cabinet.condition(box) is Condition.FREE


@pytest.mark.parametrize("silent", [False, True])
def test_walking_off_after_a_reopening_in_vain_is_presumed(
    cabinet: BenchCabinet, *, silent: bool
) -> None:
    box = collect(cabinet)
    cabinet.shut()
    cabinet.wait(2.0)
    cabinet.doors[box].jammed, cabinet.bus_silent = True, False
    cabinet.choose(Choice.REOPEN)
    cabinet.bus_silent = silent
    cabinet.wait(70.0)
    assert cabinet.events(e.VisitEnded)[-1].outcome is VisitOutcome.PRESUMED
    assert cabinet.condition(box) is Condition.WITHHELD
    assert cabinet.events(e.ConsignmentMoved)[-1].shut_in_visit is not silent


def test_a_new_attempt_waits_for_the_coil(cabinet: BenchCabinet) -> None:
    collect(cabinet)
    cabinet.shut()
    assert cabinet.phase() is VisitPhase.ASK
    turn = cabinet.choose(Choice.REOPEN)
    assert not turn.effects
    pulsed_s = cabinet.engine.memory.pulsed_at_s[cabinet.visit.compartment]
    assert cabinet.engine.next_due_s() == pulsed_s + 2.0
    cabinet.wait(1.8)
    assert cabinet.visit.attempts == 2


def test_a_code_shown_again_before_the_coil_has_rested_must_wait(cabinet: BenchCabinet) -> None:
    collect(cabinet)
    cabinet.take_all()
    cabinet.tell(i.CodeTyped("d2"))
    assert cabinet.refusal() == "COOLING"


@pytest.mark.parametrize(("off_s", "trusted"), [(0.1, True), (600.0, False)])
def test_after_a_restart_that_may_have_been_quick_the_coil_rests_too(
    cabinet: BenchCabinet, *, off_s: float, trusted: bool
) -> None:
    box = collect(cabinet)
    cabinet.shut()
    cabinet.clock.trusted = trusted
    cabinet.plug(off_s=off_s)
    cabinet.choose(Choice.REOPEN)
    assert not cabinet.wire
    cabinet.wait(2.2)
    assert cabinet.visit.attempts == 2
    assert box == cabinet.visit.compartment


def test_a_new_attempt_needs_a_fresh_reading(cabinet: BenchCabinet) -> None:
    collect(cabinet, jammed=True)
    cabinet.wait(3.0)
    cabinet.bus_silent = True
    cabinet.wait(2.5)
    cabinet.choose(Choice.REOPEN)
    assert cabinet.refusal() == "BOARD_SILENT"
    assert cabinet.visit.attempts == 1


def test_no_new_attempt_while_nothing_can_be_recorded(cabinet: BenchCabinet) -> None:
    collect(cabinet, jammed=True)
    cabinet.wait(3.0)
    cabinet.tell(i.RecordingChanged(ok=False))
    cabinet.choose(Choice.REOPEN)
    assert cabinet.refusal() == "NOT_RECORDED"


@pytest.mark.parametrize("silent_s", [2.0, 30.0])
def test_no_attempt_when_the_board_has_been_silent_for_two_seconds(
    cabinet: BenchCabinet, silent_s: float
) -> None:
    cabinet.put_grant("g1", Purpose.DEPOSIT, "c1")
    cabinet.bus_silent = True
    cabinet.wait(silent_s)
    cabinet.command("g1")
    assert cabinet.refusal() == "BOARD_SILENT"
    assert cabinet.grant_state("g1") is GrantState.LIVE
    assert not cabinet.events(e.VisitOpened)


def test_nothing_serves_before_the_doors_were_read(cabinet: BenchCabinet) -> None:
    fresh = BenchCabinet()
    fresh.put_grant("g1", Purpose.DEPOSIT, "c1")
    fresh.bus_silent = True
    fresh.plug()
    fresh.command("g1")
    assert fresh.refusal() == "STARTING"
    fresh.wait(2.0)
    fresh.command("g1")
    assert fresh.refusal() == "BOARD_SILENT"


def test_somebody_else_waits_while_a_door_is_open_or_opening(cabinet: BenchCabinet) -> None:
    cabinet.put_grant("g3", Purpose.DEPOSIT, "c3")
    box = collect(cabinet)
    cabinet.command("g3")
    assert cabinet.refusal() == "BUSY"
    cabinet.doors[box].content = None
    cabinet.shut()
    cabinet.command("g3")
    assert cabinet.visit.grant == "g3"
    assert cabinet.events(e.VisitEnded)[-1].outcome is VisitOutcome.PRESUMED
    cabinet.put_grant("g4", Purpose.DEPOSIT, "c4")
    cabinet.command("g4")
    assert cabinet.refusal() == "BUSY"


def test_one_s_own_code_while_one_s_own_door_is_open_is_in_use(cabinet: BenchCabinet) -> None:
    collect(cabinet)
    cabinet.tell(i.CodeTyped("d2"))
    assert cabinet.refusal() == "IN_USE"


def test_a_denial_ends_nobody_s_visit(cabinet: BenchCabinet) -> None:
    cabinet.put_grant("g3", Purpose.COLLECT, "c3", code="d3")
    collect(cabinet)
    cabinet.shut()
    before = cabinet.visit
    cabinet.tell(i.CodeTyped("d3"))
    assert cabinet.refusal() == "NOT_READY"
    assert cabinet.visit == before
    assert cabinet.phase() is VisitPhase.ASK


def test_asked_to_look_the_same_code_may_be_shown_again(cabinet: BenchCabinet) -> None:
    box = collect(cabinet, jammed=True)
    cabinet.bus_silent = True
    cabinet.wait(3.0)
    cabinet.bus_silent = False
    cabinet.wait(0.2)
    assert cabinet.phase() is VisitPhase.LOOK
    cabinet.doors[box].jammed = False
    cabinet.ask(i.CodeTyped("d2"))
    assert cabinet.phase() is VisitPhase.OPEN
    assert cabinet.visit.compartment == box


def test_who_saw_it_stay_shut_gets_another_attempt(cabinet: BenchCabinet) -> None:
    collect(cabinet, jammed=True)
    cabinet.bus_silent = True
    cabinet.wait(3.0)
    cabinet.bus_silent = False
    cabinet.wait(0.2)
    cabinet.choose(Choice.SAW_SHUT)
    assert cabinet.visit.attempts == 2
    assert cabinet.events(e.PersonAnswered)[-1].source == "person"


def test_a_person_s_word_alone_opens_nothing_in_the_books(cabinet: BenchCabinet) -> None:
    box = collect(cabinet, jammed=True)
    cabinet.bus_silent = True
    cabinet.wait(3.0)
    cabinet.bus_silent = False
    cabinet.choose(Choice.SAW_OPEN)
    assert cabinet.phase() is VisitPhase.ASK
    cabinet.choose(Choice.CONFIRM)
    assert cabinet.events(e.VisitEnded)[-1].outcome is VisitOutcome.UNRESOLVED
    assert cabinet.condition(box) is Condition.WITHHELD
    assert cabinet.grant_state("g2") is GrantState.LIVE


def test_three_looks_in_vain_end_unresolved(cabinet: BenchCabinet) -> None:
    box = collect(cabinet)
    cabinet.shut(then=Choice.LEAVE)
    other = cabinet.deposit("g5", "c5")
    cabinet.put_grant("g6", Purpose.COLLECT, "c5", code="d6")
    cabinet.doors[other].stuck = DoorState.OPEN
    cabinet.wait(0.2)
    cabinet.tell(i.CodeTyped("d6"))
    for _ in range(2):
        cabinet.wait(3.2)
        assert cabinet.phase() is VisitPhase.LOOK
        cabinet.choose(Choice.SAW_SHUT)
    cabinet.wait(3.2)
    cabinet.choose(Choice.SAW_SHUT)
    assert cabinet.events(e.VisitEnded)[-1].outcome is VisitOutcome.UNRESOLVED
    assert cabinet.condition(other) is Condition.WITHHELD
    assert other != box


def test_the_question_stays_a_minute_however_long_the_door_stood_open(
    cabinet: BenchCabinet,
) -> None:
    collect(cabinet)
    cabinet.wait(100.0)
    cabinet.shut()
    assert cabinet.phase() is VisitPhase.ASK
    cabinet.wait(59.0)
    assert cabinet.phase() is VisitPhase.ASK
    cabinet.wait(1.5)
    assert cabinet.events(e.VisitEnded)[-1].outcome is VisitOutcome.PRESUMED


def test_touching_the_glass_puts_the_end_off(cabinet: BenchCabinet) -> None:
    collect(cabinet)
    cabinet.shut()
    cabinet.wait(50.0)
    cabinet.tell(i.PersonPresent(cabinet.visit.visit))
    cabinet.wait(50.0)
    assert cabinet.phase() is VisitPhase.ASK


def test_a_door_left_open_ends_the_visit_after_two_minutes(cabinet: BenchCabinet) -> None:
    box = collect(cabinet)
    cabinet.wait(121.0)
    assert cabinet.events(e.VisitEnded)[-1].outcome is VisitOutcome.LEFT_OPEN
    assert not cabinet.events(e.DoorLeftOpen)
    cabinet.wait(10.0)
    assert cabinet.engine.memory.visit is None
    cabinet.wait(50.0)
    assert [event.compartment for event in cabinet.events(e.DoorLeftOpen)] == [box]


def test_what_is_over_can_be_left_at_once(cabinet: BenchCabinet) -> None:
    collect(cabinet)
    cabinet.take_all()
    assert cabinet.phase() is VisitPhase.DONE
    cabinet.choose(Choice.LEAVE)
    assert cabinet.engine.memory.visit is None
    assert cabinet.tell(i.Chosen("v99", Choice.CONFIRM)).events == ()


@pytest.mark.parametrize("choice", [Choice.CONFIRM, Choice.SAW_OPEN, Choice.REOPEN, Choice.LEAVE])
def test_a_choice_that_is_not_open_now_does_nothing(cabinet: BenchCabinet, choice: Choice) -> None:
    cabinet.put_grant("g1", Purpose.DEPOSIT, "c1")
    cabinet.command("g1")
    assert cabinet.phase() is VisitPhase.OPENING
    assert cabinet.choose(choice).events == ()


def test_a_revoked_grant_gets_no_further_attempt(cabinet: BenchCabinet) -> None:
    collect(cabinet, jammed=True)
    cabinet.news(e.GrantRevoked("g2", "withdrawn"))
    cabinet.wait(3.2)
    cabinet.choose(Choice.REOPEN)
    cabinet.wait(3.0)
    assert cabinet.visit.attempts == 1


def test_a_revocation_ends_a_visit_whose_door_is_shut(cabinet: BenchCabinet) -> None:
    collect(cabinet, jammed=True)
    cabinet.wait(3.2)
    cabinet.news(e.GrantRevoked("g2", "withdrawn"))
    assert cabinet.events(e.VisitEnded)[-1].outcome is VisitOutcome.NOT_OPENED
    assert cabinet.grant_state("g2") is GrantState.REVOKED


def test_a_grant_revoked_while_its_door_springs_is_used_and_flagged(cabinet: BenchCabinet) -> None:
    cabinet.deposit("g1", "c1")
    cabinet.put_grant("g2", Purpose.COLLECT, "c1", code="d2")
    cabinet.tell(i.CodeTyped("d2"))
    cabinet.news(e.GrantRevoked("g2", "withdrawn"))
    cabinet.wait(0.3)
    assert cabinet.events(e.GrantUsed)[-1].grant == "g2"
    assert cabinet.events(e.GrantRevoked)[-1].already_used
    cabinet.shut()
    cabinet.wait(2.0)
    cabinet.choose(Choice.REOPEN)
    cabinet.wait(1.0)
    assert cabinet.visit.attempts == 1


def test_a_grant_revoked_after_use_opens_nothing_again(cabinet: BenchCabinet) -> None:
    collect(cabinet)
    cabinet.shut()
    cabinet.news(e.GrantRevoked("g2", "withdrawn"))
    assert cabinet.events(e.GrantRevoked)[-1].already_used
    cabinet.choose(Choice.LEAVE)
    cabinet.wait(3.0)
    cabinet.tell(i.CodeTyped("d2"))
    assert cabinet.refusal() == "CREDENTIAL_REVOKED"


def test_a_grant_revoked_while_its_door_opens_again_is_not_used_twice(
    cabinet: BenchCabinet,
) -> None:
    collect(cabinet)
    cabinet.shut()
    cabinet.wait(2.0)
    cabinet.choose(Choice.REOPEN)
    cabinet.news(e.GrantRevoked("g2", "withdrawn"))
    cabinet.wait(0.3)
    assert [event.grant for event in cabinet.events(e.GrantUsed)].count("g2") == 1
    assert cabinet.grant_state("g2") is GrantState.REVOKED
