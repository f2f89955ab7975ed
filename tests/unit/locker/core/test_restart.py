"""The power is cut at every single step of every scenario; then the doors are as they truly are.

The witness looks at every turn: no lock fires by a restart, no pulse comes twice, no books lie.
After each cut the person goes on, and must get where an honest person wants to be.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from locker.contract import event as e
from locker.contract.vocabulary import (
    AttemptState,
    Choice,
    Condition,
    GrantState,
    Purpose,
    VisitOutcome,
    VisitPhase,
)
from locker.core import input as i
from tests.unit.locker.core.bench_cabinet import BenchCabinet, PowerCutError


def deposit(cabinet: BenchCabinet) -> None:
    cabinet.command("in")
    cabinet.wait(0.3)
    cabinet.doors[cabinet.visit.compartment].content = "c-in"
    cabinet.shut(then=Choice.CONFIRM)


def collect(cabinet: BenchCabinet) -> None:
    cabinet.ask(i.CodeTyped("code"))
    cabinet.take_all()


def collect_at_a_jammed_door(cabinet: BenchCabinet) -> None:
    cabinet.doors[_box_of(cabinet, "c")].jammed = True
    cabinet.tell(i.CodeTyped("code"))
    cabinet.wait(3.2, step_s=0.4)
    cabinet.choose(Choice.REOPEN)
    cabinet.wait(3.2, step_s=0.4)
    cabinet.choose(Choice.LEAVE)


def collect_with_the_bus_silent(cabinet: BenchCabinet) -> None:
    cabinet.tell(i.CodeTyped("code"))
    cabinet.bus_silent = True
    cabinet.wait(3.2, step_s=0.4)
    cabinet.bus_silent = False
    cabinet.choose(Choice.SAW_OPEN)
    cabinet.choose(Choice.LEAVE)


def walk_in_and_leave_open(cabinet: BenchCabinet) -> None:
    cabinet.tell(i.WalkInAsked("w1", "w2", "cw", "7", "12345678", "dw"))
    cabinet.tell(i.WalkInNoted())
    cabinet.wait(0.3)
    box = cabinet.visit.compartment
    cabinet.doors[box].content = "cw"
    cabinet.choose(Choice.LEAVE)
    cabinet.wait(0.2)
    cabinet.shut(box)


def load_two(cabinet: BenchCabinet) -> None:
    for label in ("e1", "e2"):
        cabinet.ask(i.LabelShown(label))
        cabinet.doors[cabinet.visit.compartment].content = label
        cabinet.shut()
    cabinet.choose(Choice.CONFIRM)


def take_out(cabinet: BenchCabinet) -> None:
    box = _box_of(cabinet, "c")
    cabinet.ask(i.StaffDoorAsked(box))
    cabinet.take_all()


def open_again(cabinet: BenchCabinet) -> None:
    cabinet.ask(i.CodeTyped("code"))
    cabinet.shut()
    cabinet.wait(2.0, step_s=0.5)
    cabinet.choose(Choice.REOPEN)
    cabinet.wait(0.3)
    cabinet.take_all()


def news_and_wrong_codes(cabinet: BenchCabinet) -> None:
    cabinet.news(e.GrantRevoked("in", "withdrawn"), i.PhoneArrived("shiliu", 0.0))
    for _ in range(6):
        cabinet.tell(i.CodeTyped("wrong"))


SCENARIOS = (
    deposit,
    collect,
    collect_at_a_jammed_door,
    collect_with_the_bus_silent,
    walk_in_and_leave_open,
    load_two,
    take_out,
    open_again,
    news_and_wrong_codes,
)


def prepared() -> BenchCabinet:
    cabinet = BenchCabinet(count=10)
    cabinet.deposit("g0", "c")
    cabinet.put_grant("in", Purpose.DEPOSIT, "c-in")
    cabinet.put_grant("g", Purpose.COLLECT, "c", code="code")
    cabinet.put_grant("out", Purpose.TAKE_OUT, "c")
    for label in ("e1", "e2"):
        cabinet.put_grant(f"g-{label}", Purpose.LOAD, label)
    cabinet.sign_in()
    return cabinet


def _box_of(cabinet: BenchCabinet, consignment: str) -> int:
    return next(n for n in cabinet.doors if cabinet.box(n).consignment == consignment)


@pytest.mark.sweep
@pytest.mark.untraced
@pytest.mark.parametrize("off_s", [0.2, 3.0, 400.0], ids=["blink", "boot", "long"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.__name__)
def test_a_power_cut_at_any_step_breaks_no_promise(
    scenario: Callable[[BenchCabinet], None], *, off_s: float
) -> None:
    step, cut = 0, True
    while cut:
        cabinet = prepared()
        cut = False
        cabinet.cut_after_steps = step
        try:
            scenario(cabinet)
        except PowerCutError:
            cut = True
            _come_back(cabinet, off_s)
        step += 1
    assert step > 20


def _come_back(cabinet: BenchCabinet, off_s: float) -> None:
    """Boot, and let time and people bring everything to an end."""
    pulses = sum(cabinet.witness.pulses.values())
    cabinet.plug(off_s=off_s)
    assert not cabinet.wire, "a restart fires no lock"
    cabinet.wait(3.5, step_s=0.5)
    assert sum(cabinet.witness.pulses.values()) == pulses
    for door in cabinet.doors.values():
        door.open = False
    cabinet.wait(75.0, step_s=1.9)
    assert cabinet.engine.memory.visit is None, "the glass is free again"
    _nothing_is_left_over(cabinet)


def _nothing_is_left_over(cabinet: BenchCabinet) -> None:
    for number, door in cabinet.doors.items():
        box = cabinet.box(number)
        assert box.condition is not Condition.RESERVED
        if door.content is not None:
            assert box.consignment == door.content, "what is inside can be found"
    for grant in ("in", "g", "out", "g-e1", "g-e2"):
        assert cabinet.grant_state(grant) is not GrantState.RESERVED


def test_what_was_under_way_is_unresolved_and_the_person_is_asked() -> None:
    cabinet = prepared()
    cabinet.tell(i.CodeTyped("code"))
    cabinet.plug()
    assert cabinet.attempt().state is AttemptState.UNRESOLVED
    assert [type(event) for event, _ in cabinet.journal.events[-3:]] == [
        e.ServiceChanged,
        e.AttemptInDoubt,
        e.AttemptUnresolved,
    ]
    assert cabinet.phase() is VisitPhase.LOOK


@pytest.mark.parametrize(("off_s", "counts"), [(5.0, True), (80.0, False)])
def test_a_door_found_open_at_start_counts_within_a_minute(*, off_s: float, counts: bool) -> None:
    cabinet = prepared()
    cabinet.tell(i.CodeTyped("code"))
    cabinet.doors[cabinet.visit.compartment].open = True
    cabinet.plug(off_s=off_s)
    assert (cabinet.grant_state("g") is GrantState.USED) is counts
    late = [event for event in cabinet.events(e.AttemptOpened) if event.late]
    assert [event.after_ms for event in late] == ([None] if counts else [])


def test_on_a_clock_nobody_believes_a_door_found_open_proves_nothing() -> None:
    cabinet = prepared()
    cabinet.tell(i.CodeTyped("code"))
    cabinet.doors[cabinet.visit.compartment].open = True
    cabinet.clock.trusted = False
    cabinet.plug()
    assert cabinet.grant_state("g") is GrantState.RESERVED


def test_a_door_that_springs_open_after_the_restart_counts() -> None:
    cabinet = prepared()
    cabinet.tell(i.CodeTyped("code"))
    box = cabinet.visit.compartment
    cabinet.plug()
    cabinet.wait(1.0)
    cabinet.doors[box].open = True
    cabinet.wait(0.2)
    assert cabinet.grant_state("g") is GrantState.USED
    assert cabinet.phase() is VisitPhase.OPEN


def test_a_visit_whose_door_was_shut_may_be_reopened_for_five_minutes_from_the_start() -> None:
    cabinet = prepared()
    cabinet.ask(i.CodeTyped("code"))
    cabinet.shut()
    cabinet.plug()
    for _ in range(5):
        cabinet.wait(59.0, step_s=1.0)
        cabinet.tell(i.PersonPresent(cabinet.visit.visit))
    cabinet.wait(10.0)
    cabinet.choose(Choice.REOPEN)
    cabinet.wait(1.0)
    assert cabinet.visit.attempts == 1


def test_the_length_of_a_power_cut_is_journaled_only_on_a_clock_that_is_believed() -> None:
    cabinet = prepared()
    cabinet.plug(off_s=600.0)
    assert cabinet.events(e.ServiceChanged)[-1] == e.ServiceChanged("power", ok=True, off_s=600.0)
    cabinet.clock.trusted = False
    cabinet.plug(off_s=600.0)
    assert len(cabinet.events(e.ServiceChanged)) == 1


def test_a_board_that_was_away_before_and_after_is_one_outage() -> None:
    cabinet = prepared()
    cabinet.bus_silent = True
    cabinet.wait(3.0)
    cabinet.plug()
    cabinet.wait(3.0)
    cabinet.bus_silent = False
    cabinet.wait(0.2)
    down = [s.ok for s in cabinet.events(e.ServiceChanged) if s.what == "board"]
    assert down[0] is False
    assert down[-1] is True
    (outage,) = [o for o in _outages(cabinet) if o[1] - o[0] > 7]
    assert outage[1] - outage[0] == pytest.approx(9.2, abs=3)


def _outages(cabinet: BenchCabinet) -> list[tuple[float, float]]:
    ledger = cabinet.engine.docket(cabinet.clock.moment()).draft.ledger
    assert not ledger.down_since
    return [(o.began, o.ended or 0.0) for o in ledger.outages]


def test_older_visits_that_never_ended_end_as_they_stand() -> None:
    cabinet = prepared()
    cabinet.ask(i.CodeTyped("code"))
    older = cabinet.visit
    cabinet.engine.memory = type(cabinet.engine.memory)(doors=cabinet.engine.memory.doors)
    cabinet.tell(i.RecordingChanged(ok=True))
    cabinet.read()
    cabinet.command("in")
    cabinet.plug()
    assert cabinet.visit.visit != older.visit
    ended = {event.visit: event.outcome for event in cabinet.events(e.VisitEnded)}
    assert ended[older.visit] is VisitOutcome.LEFT_OPEN
