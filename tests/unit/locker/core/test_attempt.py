"""One pulse: what the board says, what the contacts say, and what may be said of the door."""

from __future__ import annotations

from dataclasses import replace

import pytest

from locker.contract import event as e
from locker.contract.vocabulary import (
    AttemptState,
    Choice,
    Condition,
    DoorState,
    GrantState,
    Purpose,
)
from locker.core import input as i
from locker.core.attempt import TABLE, Trigger, check, release_visit
from locker.core.input import PulseResult
from locker.core.state import AttemptRecord
from tests.unit.locker.core.bench_cabinet import BenchCabinet

S = AttemptState
# DESIGN, "States of an attempt", row by row. The row "acknowledged, restart" is the design's too:
# a restart leaves in doubt whatever was under way.
DESIGN = {
    (S.COMMITTED, Trigger.NOT_SENT): S.NOT_SENT,
    (S.COMMITTED, Trigger.REPLIED): S.ACKNOWLEDGED,
    (S.COMMITTED, Trigger.IN_DOUBT): S.IN_DOUBT,
    (S.ACKNOWLEDGED, Trigger.IN_DOUBT): S.IN_DOUBT,
    **{(s, Trigger.EDGE): S.OPENED for s in (S.COMMITTED, S.ACKNOWLEDGED, S.IN_DOUBT)},
    **{(s, Trigger.ALL_SHUT): S.FAILED for s in (S.COMMITTED, S.ACKNOWLEDGED, S.IN_DOUBT)},
    **{(s, Trigger.UNCLEAR): S.UNRESOLVED for s in (S.COMMITTED, S.ACKNOWLEDGED, S.IN_DOUBT)},
    **{(s, Trigger.LATE_EDGE): S.OPENED for s in (S.FAILED, S.UNRESOLVED)},
    (S.OPENED, Trigger.SHUT): S.COMPLETED,
}


@pytest.fixture
def cabinet() -> BenchCabinet:
    bench = BenchCabinet()
    bench.box_of_c1 = bench.deposit("g1", "c1")  # type: ignore[attr-defined]
    bench.put_grant("g2", Purpose.COLLECT, "c1", code="d2")
    return bench


def start(cabinet: BenchCabinet) -> int:
    cabinet.tell(i.CodeTyped("d2"))
    return cabinet.visit.compartment


def test_the_table_is_the_design_s() -> None:
    assert dict(TABLE) == DESIGN


def test_every_other_move_is_our_bug_and_says_so() -> None:
    for state in AttemptState:
        for trigger in Trigger:
            if (state, trigger) not in DESIGN:
                attempt = AttemptRecord("a", "v", 1, 1, DoorState.CLOSED, False, 0.0, state)
                with pytest.raises(KeyError):
                    check(attempt, trigger)


def test_a_pulse_that_was_surely_not_sent_gives_the_grant_back(cabinet: BenchCabinet) -> None:
    start(cabinet)
    attempt = cabinet.wire.pop().attempt
    cabinet.tell(i.PulseDone(attempt, PulseResult.NOT_SENT, cabinet.clock.mono_s, "port lost"))
    assert cabinet.attempt().state is S.NOT_SENT
    assert cabinet.grant_state("g2") is GrantState.LIVE
    assert not cabinet.engine.memory.watches


@pytest.mark.parametrize(
    ("result", "state"),
    [
        (PulseResult.ACKNOWLEDGED, S.ACKNOWLEDGED),
        (PulseResult.SILENT, S.IN_DOUBT),
        (PulseResult.BROKEN, S.IN_DOUBT),
        (PulseResult.UNANSWERED, S.COMMITTED),
    ],
)
def test_a_reply_says_nothing_of_the_door(
    cabinet: BenchCabinet, result: PulseResult, state: AttemptState
) -> None:
    start(cabinet)
    cabinet.tell(i.PulseDone(cabinet.wire.pop().attempt, result, cabinet.clock.mono_s))
    assert cabinet.attempt().state is state
    assert cabinet.grant_state("g2") is GrantState.RESERVED


def test_a_reading_from_before_the_pulse_that_is_told_after_it_is_no_opening(
    cabinet: BenchCabinet,
) -> None:
    box = start(cabinet)
    cabinet.clock.pass_s(0.1)
    at_s = cabinet.clock.mono_s
    cabinet.tell(i.PulseDone(cabinet.wire.pop().attempt, PulseResult.ACKNOWLEDGED, at_s))
    for read_s in (at_s - 0.01, at_s + 0.05):
        cabinet.tell(i.DoorsRead({box: DoorState.OPEN}, read_s))
        assert cabinet.attempt().state is S.ACKNOWLEDGED
    assert cabinet.grant_state("g2") is GrantState.RESERVED


@pytest.mark.parametrize("result", [r for r in PulseResult if r is not PulseResult.NOT_SENT])
def test_reply_lost_or_not_an_edge_counts_as_opened(
    cabinet: BenchCabinet, result: PulseResult
) -> None:
    cabinet.reply = result
    start(cabinet)
    cabinet.wait(0.3)
    (opened,) = cabinet.events(e.AttemptOpened)[1:]
    assert opened.after_ms == 100
    assert not opened.late
    assert cabinet.grant_state("g2") is GrantState.USED
    assert sum(cabinet.witness.pulses.values()) == 2  # the deposit's, and one


@pytest.mark.parametrize("result", [r for r in PulseResult if r is not PulseResult.NOT_SENT])
def test_read_shut_throughout_is_failed_and_releases(
    cabinet: BenchCabinet, result: PulseResult
) -> None:
    cabinet.reply = result
    cabinet.doors[start(cabinet)].jammed = True
    cabinet.wait(2.95)
    assert cabinet.attempt().state in {S.COMMITTED, S.ACKNOWLEDGED, S.IN_DOUBT}
    cabinet.wait(0.1)
    assert cabinet.attempt().state is S.FAILED
    assert cabinet.grant_state("g2") is GrantState.LIVE


def test_a_gap_over_half_a_second_makes_it_unresolved(cabinet: BenchCabinet) -> None:
    cabinet.doors[start(cabinet)].jammed = True
    cabinet.wait(1.0)
    cabinet.wait(0.6, step_s=0.6)
    cabinet.wait(2.0)
    assert cabinet.attempt().state is S.UNRESOLVED
    assert cabinet.grant_state("g2") is GrantState.RESERVED


def test_a_gap_of_half_a_second_is_none(cabinet: BenchCabinet) -> None:
    cabinet.doors[start(cabinet)].jammed = True
    cabinet.wait(3.0, step_s=0.5)
    assert cabinet.attempt().state is S.FAILED


def test_silence_until_the_deadline_makes_it_unresolved(cabinet: BenchCabinet) -> None:
    start(cabinet)
    cabinet.bus_silent = True
    cabinet.wait(3.0)
    (unresolved,) = cabinet.events(e.AttemptUnresolved)
    assert unresolved.reason == "readings_missing"


def test_silence_before_the_deadline_alone_makes_it_unresolved(cabinet: BenchCabinet) -> None:
    cabinet.doors[start(cabinet)].jammed = True
    cabinet.wait(2.0)
    cabinet.bus_silent = True
    cabinet.wait(1.0)
    assert cabinet.attempt().state is S.UNRESOLVED


def test_a_contact_open_before_the_pulse_proves_nothing(cabinet: BenchCabinet) -> None:
    cabinet.doors[cabinet.box_of_c1].stuck = DoorState.OPEN  # type: ignore[attr-defined]
    cabinet.wait(0.2)
    start(cabinet)
    cabinet.wait(3.0)
    (unresolved,) = cabinet.events(e.AttemptUnresolved)
    assert unresolved.reason == "contact_not_shut_before"
    assert sum(cabinet.witness.pulses.values()) == 2  # never skipped for an open contact


def test_a_door_that_opens_between_commit_and_pulse_proves_nothing(cabinet: BenchCabinet) -> None:
    box = start(cabinet)
    cabinet.doors[box].open = True
    cabinet.clock.pass_s(0.1)
    cabinet.read()
    cabinet.wait(3.1)
    assert cabinet.attempt().state is S.UNRESOLVED


def test_a_worker_that_never_answers_leaves_it_unresolved(cabinet: BenchCabinet) -> None:
    start(cabinet)
    cabinet.wire.clear()
    cabinet.wait(8.1)
    (unresolved,) = cabinet.events(e.AttemptUnresolved)
    assert unresolved.reason == "worker_stuck"


def test_a_word_of_the_worker_after_giving_up_changes_nothing(cabinet: BenchCabinet) -> None:
    start(cabinet)
    attempt = cabinet.wire.pop().attempt
    cabinet.wait(8.1)
    turn = cabinet.tell(i.PulseDone(attempt, PulseResult.ACKNOWLEDGED, cabinet.clock.mono_s))
    assert turn.events == ()
    assert cabinet.tell(i.PulseDone("nobody", PulseResult.SILENT, 0.0)).events == ()


@pytest.mark.parametrize("silent", [False, True], ids=["failed", "unresolved"])
@pytest.mark.parametrize(("after_s", "counts"), [(59.0, True), (61.0, False)])
def test_a_late_opening_counts_within_a_minute(
    cabinet: BenchCabinet, *, silent: bool, after_s: float, counts: bool
) -> None:
    box = start(cabinet)
    cabinet.doors[box].jammed = True
    cabinet.bus_silent = silent
    cabinet.wait(3.2)
    cabinet.bus_silent = False
    cabinet.wait(0.2)
    cabinet.wait(after_s - 3.4 - 0.2)
    cabinet.doors[box].open = True
    cabinet.wait(0.3)
    assert bool([event for event in cabinet.events(e.AttemptOpened) if event.late]) is counts
    assert (cabinet.grant_state("g2") is GrantState.USED) is counts
    assert bool(cabinet.events(e.DoorOpenedUnasked)) is not counts


def test_no_late_opening_once_there_is_a_newer_attempt(cabinet: BenchCabinet) -> None:
    box = start(cabinet)
    cabinet.doors[box].jammed = True
    cabinet.wait(3.2)
    cabinet.choose(Choice.REOPEN)
    cabinet.wait(0.2)
    cabinet.doors[box].open = True
    cabinet.wait(0.2)
    first, second = [a for a in cabinet.events(e.AttemptCommitted) if a.compartment == box][1:]
    opened = {event.attempt for event in cabinet.events(e.AttemptOpened)}
    assert second.attempt in opened
    assert first.attempt not in opened


def test_a_late_opening_cancels_the_attempt_that_was_wanted(cabinet: BenchCabinet) -> None:
    box = start(cabinet)
    cabinet.doors[box].jammed = True
    cabinet.wait(3.1)
    cabinet.engine.settings = i.Settings(coil_rest_s=10.0)
    cabinet.choose(Choice.REOPEN)
    assert cabinet.engine.memory.retry_wanted is not None
    cabinet.doors[box].open = True
    cabinet.wait(9.0)
    assert cabinet.visit.attempts == 1
    assert cabinet.phase().value == "open"


def test_a_late_opening_after_the_visit_says_that_the_door_is_open(cabinet: BenchCabinet) -> None:
    box = start(cabinet)
    cabinet.doors[box].jammed = True
    cabinet.wait(3.2)
    cabinet.choose(Choice.LEAVE)
    cabinet.doors[box].open = True
    cabinet.wait(0.2)
    assert [event.compartment for event in cabinet.events(e.DoorLeftOpen)] == [box]


def test_a_late_opening_while_the_next_visit_holds_the_grant_spends_nothing() -> None:
    """Whoever was sent on to another empty box can still put the papers in."""
    cabinet = BenchCabinet()
    cabinet.put_grant("g1", Purpose.DEPOSIT, "c1", code="d1")
    first = start_jammed(cabinet)
    cabinet.choose(Choice.LEAVE)
    second = start_jammed(cabinet)
    cabinet.choose(Choice.REOPEN)
    cabinet.doors[first].open = True
    cabinet.wait(3.4)
    assert [event.late for event in cabinet.events(e.AttemptOpened)] == [True]
    assert second != first
    assert cabinet.grant_state("g1") is GrantState.LIVE
    assert cabinet.condition(first) is Condition.WITHHELD
    cabinet.choose(Choice.LEAVE)
    cabinet.ask(i.CodeTyped("d1"))
    assert cabinet.grant_state("g1") is GrantState.USED
    assert cabinet.visit.compartment not in {first, second}


def start_jammed(cabinet: BenchCabinet) -> int:
    """Type the code at a cabinet whose next lock does not open."""
    cabinet.tell(i.CodeTyped("d1"))
    box = cabinet.visit.compartment
    cabinet.doors[box].jammed = True
    cabinet.wait(3.2)
    return box


def test_seen_shut_completes_it(cabinet: BenchCabinet) -> None:
    start(cabinet)
    cabinet.wait(0.3)
    cabinet.shut()
    assert cabinet.attempt().state is S.COMPLETED
    assert not cabinet.events(e.AttemptCompleted)[-1].found_shut_at_start


def test_found_shut_at_start_completes_it_with_no_time(cabinet: BenchCabinet) -> None:
    box = start(cabinet)
    cabinet.wait(0.3)
    cabinet.doors[box].open = False
    cabinet.plug()
    assert cabinet.attempt().state is S.COMPLETED
    assert cabinet.events(e.AttemptCompleted)[-1].found_shut_at_start


def test_a_bounce_of_the_bolt_is_no_alarm(cabinet: BenchCabinet) -> None:
    box = start(cabinet)
    cabinet.wait(0.3)
    cabinet.shut()
    cabinet.doors[box].open = True
    cabinet.wait(0.2)
    assert cabinet.phase().value == "open"
    assert not cabinet.events(e.DoorOpenedUnasked)


def test_a_door_that_opens_outside_any_visit_is_an_alarm(cabinet: BenchCabinet) -> None:
    cabinet.doors[5].open = True
    cabinet.wait(0.2)
    assert [event.compartment for event in cabinet.events(e.DoorOpenedUnasked)] == [5]


def test_a_pulse_carries_its_last_moment(cabinet: BenchCabinet) -> None:
    start(cabinet)
    assert cabinet.wire[-1].not_after_s == cabinet.clock.mono_s + 5.0


def test_a_visit_gives_back_no_grant_that_another_visit_holds(cabinet: BenchCabinet) -> None:
    start(cabinet)
    docket = cabinet.engine.docket(cabinet.clock.moment())
    release_visit(docket, replace(cabinet.visit, visit="v0"))
    assert docket.events == []
    release_visit(docket, cabinet.visit)
    assert docket.events == [e.GrantReleased("g2", cabinet.visit.visit)]
    cabinet.wait(0.3)
    docket = cabinet.engine.docket(cabinet.clock.moment())
    release_visit(docket, cabinet.visit)
    assert docket.events == [], "its door was seen open: it is used"
