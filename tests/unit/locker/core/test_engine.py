"""The engine as a machine: pure turns, deadlines that are neither missed nor ticked in vain."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from locker.contract import event as e
from locker.contract.vocabulary import Choice, Condition, DoorState, Health, Purpose
from locker.core import input as i
from locker.core.fold import OUTAGES_KEPT
from locker.core.state import Draft, Table
from tests.unit.locker.core.bench_cabinet import BenchCabinet, DiskError


def wait_by_deadlines(cabinet: BenchCabinet, seconds: float) -> int:
    """Let time pass with a Tick at each deadline only, and readings every second; count Ticks."""
    ends_s, ticks = cabinet.clock.mono_s + seconds, 0
    next_read_s = cabinet.clock.mono_s + 1.0
    while True:
        cabinet._work_wire()
        due_s = cabinet.engine.next_due_s() or ends_s
        at_s = min(due_s, next_read_s, ends_s)
        cabinet.clock.pass_s(max(0.001, at_s - cabinet.clock.mono_s))
        if cabinet.clock.mono_s >= ends_s:
            return ticks
        if at_s == next_read_s:
            next_read_s += 1.0
            cabinet.read()
        else:
            ticks += 1
            cabinet.tell(i.Tick())


def in_ask(cabinet: BenchCabinet) -> None:
    cabinet.put_grant("g1", Purpose.DEPOSIT, "c1")
    cabinet.command("g1")
    cabinet.wait(0.3)
    cabinet.shut()


def left_open(cabinet: BenchCabinet) -> None:
    cabinet.put_grant("g1", Purpose.DEPOSIT, "c1")
    cabinet.command("g1")
    cabinet.wait(0.3)


def waiting_for_the_coil(cabinet: BenchCabinet) -> None:
    in_ask(cabinet)
    cabinet.choose(Choice.REOPEN)


def worker_stuck(cabinet: BenchCabinet) -> None:
    cabinet.put_grant("g1", Purpose.DEPOSIT, "c1")
    cabinet.command("g1")
    cabinet.wire.clear()


def signed_in_and_refused(cabinet: BenchCabinet) -> None:
    cabinet.sign_in()
    cabinet.tell(i.LabelShown("nobody's"))
    cabinet.tell(i.PhoneArrived("shiliu", 3.0))


def walked_in(cabinet: BenchCabinet) -> None:
    cabinet.tell(i.WalkInAsked("w1", "w2", "cw", "7", "12345678", "d"))
    cabinet.wait(1.0)
    cabinet.tell(i.WalkInNoted())
    cabinet.wait(0.3)
    cabinet.shut(then=Choice.CONFIRM)


@pytest.mark.parametrize(
    "situation",
    [in_ask, left_open, waiting_for_the_coil, worker_stuck, signed_in_and_refused, walked_in],
    ids=lambda s: s.__name__,
)
def test_ticks_at_the_deadlines_alone_miss_nothing_and_are_few(
    situation: Callable[[BenchCabinet], None],
) -> None:
    finely, coarsely = BenchCabinet(count=8), BenchCabinet(count=8)
    situation(finely)
    situation(coarsely)
    finely.wait(200.0)
    assert wait_by_deadlines(coarsely, 200.0) < 20
    ends = (e.VisitEnded, e.StaffSignedOut, e.AttemptUnresolved, e.DoorLeftOpen)
    assert [event for event, _ in finely.journal.events if isinstance(event, ends)] == [
        event for event, _ in coarsely.journal.events if isinstance(event, ends)
    ]
    assert finely.engine.memory.visit == coarsely.engine.memory.visit
    assert finely.engine.memory.offer == coarsely.engine.memory.offer


def test_silence_of_the_worker_itself_is_noticed_at_its_deadline() -> None:
    cabinet = BenchCabinet()
    due_s = cabinet.engine.next_due_s()
    assert due_s == cabinet.clock.mono_s + 2.0
    cabinet.clock.pass_s(2.0)
    cabinet.tell(i.Tick())
    assert cabinet.events(e.ServiceChanged) == [e.ServiceChanged("board", ok=False)]
    assert cabinet.engine.next_due_s() is None


def test_a_turn_whose_commit_failed_never_was() -> None:
    cabinet = BenchCabinet()
    cabinet.put_grant("g1", Purpose.DEPOSIT, "c1")
    cabinet.journal.refuse = True
    with pytest.raises(DiskError):
        cabinet.command("g1")
    cabinet.journal.refuse = False
    assert not cabinet.wire
    assert cabinet.engine.memory.visit is None
    cabinet.command("g1")
    assert len(cabinet.wire) == 1


def test_a_part_is_journaled_once_when_it_goes_and_once_when_it_comes() -> None:
    cabinet = BenchCabinet()
    for ok in (True, False, False, True, True):
        cabinet.tell(i.PartChanged("scanner", ok, "" if ok else "unplugged"))
    assert [s.ok for s in cabinet.events(e.ServiceChanged)] == [False, True]
    for ok in (False, False, True):
        cabinet.tell(i.CentreHeard(ok, 0.0))
    assert cabinet.engine.memory.health["centre"] is Health.OK
    assert len(cabinet.events(e.ServiceChanged)) == 2


def test_what_is_said_of_a_part_that_works_is_journaled_and_leaves_it_well() -> None:
    cabinet = BenchCabinet()
    cabinet.tell(i.PartChanged("scanner", ok=True))
    cabinet.tell(i.PartChanged("scanner", ok=True, detail="set-up-unanswered"))
    assert [(s.ok, s.detail) for s in cabinet.events(e.ServiceChanged)] == [
        (True, "set-up-unanswered")
    ]
    assert cabinet.engine.memory.health["scanner"] is Health.OK


def test_a_flapping_board_fills_no_memory() -> None:
    cabinet = BenchCabinet(count=4)
    for _ in range(OUTAGES_KEPT + 50):
        cabinet.bus_silent = True
        cabinet.wait(2.5, step_s=0.5)
        cabinet.bus_silent = False
        cabinet.wait(0.5, step_s=0.5)
    ledger = Draft(cabinet.engine.state).ledger
    assert len(ledger.outages) == OUTAGES_KEPT


def test_many_visits_leave_no_more_behind_than_one_a_door() -> None:
    cabinet = BenchCabinet(count=4)
    for n in range(40):
        cabinet.deposit(f"in{n}", f"c{n}")
        cabinet.put_grant(f"out{n}", Purpose.COLLECT, f"c{n}", code=f"d{n}")
        cabinet.ask(i.CodeTyped(f"d{n}"))
        cabinet.take_all()
        cabinet.wait(200.0, step_s=1.5)
    tables = [table for table, _ in cabinet.engine.state.records()]
    assert tables.count(Table.VISIT) <= 4
    assert tables.count(Table.ATTEMPT) <= 4
    assert len(cabinet.engine.memory.shut_at_s) <= 4


def test_only_doors_that_somebody_may_move_are_read_fast() -> None:
    cabinet = BenchCabinet()
    cabinet.put_grant("g1", Purpose.DEPOSIT, "c1")
    cabinet.command("g1")
    box = cabinet.visit.compartment
    assert cabinet.engine.memory.watching == {box}
    cabinet.wait(0.3)
    cabinet.choose(Choice.LEAVE)
    assert cabinet.engine.memory.watching == {box}
    cabinet.shut(box)
    assert cabinet.engine.memory.watching == set()


def test_unknown_is_no_reading() -> None:
    cabinet = BenchCabinet()
    for _ in range(25):
        cabinet.clock.pass_s(0.1)
        doors = dict.fromkeys(cabinet.doors, DoorState.CLOSED) | {3: DoorState.UNKNOWN}
        cabinet.tell(i.DoorsRead(doors, cabinet.clock.mono_s))
    assert cabinet.engine.docket(cabinet.clock.moment()).door(3) is DoorState.UNKNOWN
    assert cabinet.engine.memory.health["board"] is Health.OK, "the others can be read"
    cabinet.silent = {3}
    cabinet.wait(3.0)
    assert cabinet.events(e.ServiceChanged)[-1] == e.ServiceChanged("doors", False, None, "3")


def test_help_and_recording_are_told() -> None:
    cabinet = BenchCabinet()
    cabinet.tell(i.HelpAsked("home"))
    cabinet.tell(i.RecordingChanged(ok=False))
    cabinet.put_grant("g1", Purpose.DEPOSIT, "c1")
    cabinet.command("g1")
    assert cabinet.events(e.HelpCalled) == [e.HelpCalled("home")]
    assert cabinet.refusal() == "NOT_RECORDED"


def test_the_first_start_calls_every_box_free_and_a_later_one_changes_none() -> None:
    cabinet = BenchCabinet()
    box = cabinet.deposit("g1", "c1")
    entered = len(cabinet.events(e.BooksEntered))
    cabinet.plug()
    assert len(cabinet.events(e.BooksEntered)) == entered
    assert cabinet.condition(box) is Condition.OCCUPIED


def test_a_line_that_breaks_takes_the_shared_word_off_the_glass() -> None:
    cabinet = BenchCabinet()
    cabinet.tell(i.PhoneArrived("shiliu", 0.0))
    assert cabinet.engine.memory.word == "shiliu"
    cabinet.tell(i.CentreHeard(ok=False, at_s=0.0))
    assert cabinet.engine.memory.word is None


def test_an_opening_by_the_centre_answers_the_scan_in_place_of_the_shared_word() -> None:
    cabinet = BenchCabinet()
    cabinet.put_grant("g1", Purpose.DEPOSIT, "c1")
    cabinet.tell(i.PhoneArrived("shiliu", 0.0))
    cabinet.command("g1")
    assert cabinet.visit.grant == "g1"
    assert cabinet.engine.memory.word is None
