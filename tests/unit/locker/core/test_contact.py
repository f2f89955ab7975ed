"""A contact is judged from its history; one that is not believed proves nothing to anybody."""

from __future__ import annotations

import pytest

from locker.contract import event as e
from locker.contract.failure import Failure
from locker.contract.vocabulary import (
    AttemptState,
    Choice,
    Condition,
    Contact,
    DoorState,
    Purpose,
    VisitPhase,
)
from locker.core import contact, visit
from locker.core import input as i
from locker.core.allocation import free_places
from locker.core.contact import LIMITS, Doubt
from tests.unit.locker.core.bench_cabinet import BenchCabinet


def believed(cabinet: BenchCabinet, box: int) -> Contact:
    return contact.of(cabinet.engine.docket(cabinet.clock.moment()), box)


def offered(cabinet: BenchCabinet) -> set[int]:
    docket = cabinet.engine.docket(cabinet.clock.moment())
    return {place.number for place in free_places(docket)}


def come(cabinet: BenchCabinet, n: int) -> None:
    """Come to collect c1 with a code of one's own."""
    cabinet.put_grant(f"g-{n}", Purpose.COLLECT, "c1", code=f"d{n}")
    cabinet.tell(i.CodeTyped(f"d{n}"))
    cabinet.wait(3.2)


def failure(cabinet: BenchCabinet) -> Failure | None:
    return visit.failure(cabinet.engine.state, cabinet.visit, cabinet.phase())


def flap(cabinet: BenchCabinet, box: int, times: int, *, every_s: float = 0.2) -> None:
    """Let a loose wire say open and shut again; the door does not move."""
    for _ in range(times):
        for state in (DoorState.OPEN, DoorState.CLOSED):
            cabinet.doors[box].stuck = state
            cabinet.wait(every_s)
    cabinet.doors[box].stuck = None


def test_every_doubt_has_its_limit_and_its_verdict() -> None:
    assert set(LIMITS) == set(Doubt)
    assert {verdict for _, verdict in LIMITS.values()} == set(Contact) - {Contact.TRUSTED}


def test_open_for_ever_is_recognised_and_nobody_is_told_that_the_door_did_anything() -> None:
    cabinet = BenchCabinet()
    box = cabinet.deposit("g1", "c1")
    cabinet.doors[box].stuck = DoorState.OPEN
    cabinet.wait(2.0)
    come(cabinet, 1)
    assert (cabinet.phase(), failure(cabinet)) == (VisitPhase.LOOK, Failure.CONTACT_DOUBTFUL)
    cabinet.choose(Choice.LEAVE)
    cabinet.wait(2.0)
    assert believed(cabinet, box) is Contact.TRUSTED, "once is no history"
    come(cabinet, 2)
    assert believed(cabinet, box) is Contact.STUCK_OPEN
    (judged,) = cabinet.events(e.ContactJudged)
    assert (judged.compartment, judged.why) == (box, "open_throughout")


def test_shut_for_ever_is_recognised_from_what_people_say() -> None:
    cabinet = BenchCabinet()
    box = cabinet.deposit("g1", "c1")
    cabinet.doors[box].stuck = DoorState.CLOSED
    for n in range(2):
        come(cabinet, n)
        assert failure(cabinet) is Failure.DOOR_NOT_OPENED
        cabinet.choose(Choice.SAW_OPEN)
        assert cabinet.phase() is VisitPhase.ASK, "who stands before the open door is believed"
        cabinet.doors[box].open = False
        cabinet.choose(Choice.NOTHING)
        assert cabinet.condition(box) is Condition.WITHHELD
        cabinet.wait(2.0)
    assert believed(cabinet, box) is Contact.STUCK_SHUT
    come(cabinet, 3)
    assert cabinet.attempt().state is AttemptState.UNRESOLVED
    assert (cabinet.phase(), failure(cabinet)) == (VisitPhase.LOOK, Failure.CONTACT_DOUBTFUL)


def test_a_door_that_is_opened_again_and_again_by_our_own_pulses_does_not_flicker() -> None:
    cabinet = BenchCabinet()
    box = cabinet.deposit("g1", "c1")
    cabinet.put_grant("g", Purpose.COLLECT, "c1", code="d")
    for _ in range(8):
        cabinet.ask(i.CodeTyped("d"))
        cabinet.shut(then=Choice.NOTHING)
        cabinet.wait(2.2)
    assert len(cabinet.engine.memory.changes_at_s[box]) >= 16
    assert not cabinet.events(e.ContactDoubted)


def test_a_jam_is_no_stuck_contact() -> None:
    cabinet = BenchCabinet()
    box = cabinet.deposit("g1", "c1")
    cabinet.doors[box].jammed = True
    come(cabinet, 1)
    for _ in range(2):
        cabinet.choose(Choice.REOPEN)
        cabinet.wait(3.2)
    assert failure(cabinet) is Failure.DOOR_JAMMED
    assert cabinet.condition(box) is Condition.JAMMED
    assert not cabinet.events(e.ContactDoubted)


def test_a_silent_bus_is_no_stuck_contact_and_no_jam() -> None:
    cabinet = BenchCabinet()
    cabinet.deposit("g1", "c1")
    cabinet.put_grant("g", Purpose.COLLECT, "c1", code="d")
    cabinet.tell(i.CodeTyped("d"))
    cabinet.bus_silent = True
    cabinet.wait(3.5)
    assert (cabinet.phase(), failure(cabinet)) == (VisitPhase.LOOK, Failure.DOOR_UNKNOWN)
    assert cabinet.events(e.AttemptUnresolved)[-1].reason == "readings_missing"
    assert not cabinet.events(e.ContactDoubted)


def test_a_pulse_that_never_left_is_the_board_s_failure() -> None:
    cabinet = BenchCabinet()
    cabinet.deposit("g1", "c1")
    cabinet.reply = i.PulseResult.NOT_SENT
    come(cabinet, 1)
    assert (cabinet.phase(), failure(cabinet)) == (VisitPhase.NOT_OPENED, Failure.BOARD_SILENT)


def test_a_flickering_contact_of_a_free_box_takes_it_out_of_allocation_and_floods_nothing() -> None:
    cabinet = BenchCabinet()
    flap(cabinet, 5, 3)
    assert believed(cabinet, 5) is Contact.FLICKERING
    assert (cabinet.condition(5), cabinet.box(5).reason) == (
        Condition.OUT_OF_SERVICE, "contact_flickering",
    )  # fmt: skip
    told = len(cabinet.journal.events)
    flap(cabinet, 5, 20)
    assert len(cabinet.journal.events) == told
    assert offered(cabinet) == {n for n in range(1, 25) if n != 5}


def test_a_single_blip_leaves_a_free_box_offered_and_is_an_alarm_all_the_same() -> None:
    cabinet = BenchCabinet()
    flap(cabinet, 5, 1)
    cabinet.wait(5.0)
    assert len(cabinet.events(e.DoorOpenedUnasked)) == 1
    assert cabinet.condition(5) is Condition.FREE
    assert 5 in offered(cabinet)


@pytest.mark.parametrize("shut_again", [True, False])
def test_a_free_box_that_opened_by_itself_is_withheld(*, shut_again: bool) -> None:
    cabinet = BenchCabinet()
    cabinet.doors[5].open = True
    cabinet.wait(0.9)
    assert cabinet.condition(5) is Condition.FREE
    cabinet.wait(0.3)
    if shut_again:
        cabinet.shut(5)
    assert (cabinet.condition(5), cabinet.box(5).reason) == (
        Condition.WITHHELD, "door.opened_unasked",
    )  # fmt: skip
    assert not cabinet.events(e.ContactDoubted)


def test_an_edge_of_a_flickering_contact_opens_nothing() -> None:
    cabinet = BenchCabinet()
    box = cabinet.deposit("g1", "c1")
    flap(cabinet, box, 3)
    assert believed(cabinet, box) is Contact.FLICKERING
    assert cabinet.condition(box) is Condition.OCCUPIED, "what lies inside can still be fetched"
    come(cabinet, 1)
    assert cabinet.doors[box].open
    assert cabinet.attempt().state is AttemptState.UNRESOLVED
    assert cabinet.phase() is VisitPhase.LOOK


def test_a_box_that_becomes_free_behind_a_bad_contact_is_out_of_service() -> None:
    cabinet = BenchCabinet()
    box = cabinet.deposit("g1", "c1")
    flap(cabinet, box, 3)
    cabinet.sign_in()
    cabinet.put_grant("out", Purpose.TAKE_OUT, "c1")
    cabinet.tell(i.StaffDoorAsked(box))
    cabinet.wait(3.2)
    cabinet.choose(Choice.SAW_OPEN)
    cabinet.doors[box].content = None
    cabinet.doors[box].open = False
    cabinet.choose(Choice.CONFIRM)
    assert cabinet.condition(box) is Condition.WITHHELD
    cabinet.wait(2.0)
    cabinet.tell(i.ServiceAsked(box, in_service=False))
    cabinet.tell(i.ServiceAsked(box, in_service=True))
    assert believed(cabinet, box) is Contact.TRUSTED


def test_a_clean_cycle_answers_what_was_held_against_a_contact() -> None:
    cabinet = BenchCabinet()
    box = cabinet.deposit("g1", "c1")
    flap(cabinet, box, 2)
    assert len(cabinet.events(e.ContactDoubted)) == 2
    cabinet.put_grant("g", Purpose.COLLECT, "c1", code="d")
    cabinet.ask(i.CodeTyped("d"))
    cabinet.shut(then=Choice.NOTHING)
    cabinet.wait(61.0, step_s=1.0)
    flap(cabinet, box, 2)
    assert believed(cabinet, box) is Contact.TRUSTED


def test_what_is_thought_of_a_contact_outlives_a_restart() -> None:
    cabinet = BenchCabinet()
    flap(cabinet, 5, 3)
    cabinet.plug()
    cabinet.wait(1.0)
    assert believed(cabinet, 5) is Contact.FLICKERING
    assert 5 not in offered(cabinet)
