"""What must hold after every turn of the core, whatever people and hardware do.

The witness knows the wire and the true doors; it believes the core in nothing. People here are
honest: what they confirm is true.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from locker.contract import event as e
from locker.contract.vocabulary import AttemptState, Condition, DoorState, GrantState
from locker.core.effect import PulseLock
from locker.core.engine import Turn
from locker.core.fold import fold
from locker.core.state import (
    AttemptRecord,
    CompartmentRecord,
    Draft,
    GrantRecord,
    Record,
    State,
    VisitRecord,
)

if TYPE_CHECKING:
    from tests.unit.locker.core.bench_cabinet import BenchCabinet

HOLDS = frozenset({Condition.RESERVED, Condition.OCCUPIED})


class Witness:
    """Looks at each turn and each pulse; an AssertionError is a broken promise."""

    def __init__(self) -> None:
        self.pulses: Counter[str] = Counter()
        self.last_pulse_s: dict[int, float] = {}
        self.pulses_s: dict[int, list[float]] = {}
        self.counted_s: dict[int, float] = {}
        self.committed: dict[str, e.AttemptCommitted] = {}
        self.attempts: Counter[str] = Counter()
        self.reopenings: Counter[str] = Counter()
        self.grant_of: dict[str, str] = {}
        self.used: set[str] = set()
        self.honest = True
        self.seen = 0
        self.replayed = State()

    def saw_pulse(self, job: PulseLock, cabinet: BenchCabinet) -> None:
        """Judge a pulse on the wire."""
        now_s = cabinet.clock.mono_s
        in_journal = {event.attempt for event in cabinet.events(e.AttemptCommitted)}
        assert job.attempt in in_journal, "a pulse without a journaled intent"
        self.pulses[job.attempt] += 1
        assert self.pulses[job.attempt] == 1, "two pulses of one attempt"
        limit = cabinet.settings.coil_pulses
        window_s = cabinet.settings.coil_window_s
        before = [
            at_s for at_s in self.pulses_s.get(job.compartment, []) if at_s > now_s - window_s
        ]
        assert len(before) < limit, "the coil was on for too long"
        self.pulses_s[job.compartment] = [*before, now_s]
        rested_s = now_s - self.last_pulse_s.get(job.compartment, -1e9)
        assert rested_s >= cabinet.settings.coil_rest_s - 1e-6, "the coil had no rest"
        self.last_pulse_s[job.compartment] = now_s

    def saw_turn(self, turn: Turn, cabinet: BenchCabinet) -> None:
        """Judge what a turn said, and everything held after it."""
        for event, wall in cabinet.journal.events[self.seen :]:
            draft = Draft(self.replayed)
            fold(draft, event, wall)
            self.replayed.put(draft.changes)
            self._saw_event(event, cabinet, now=event in turn.events)
        self.seen = len(cabinet.journal.events)
        due_s = cabinet.engine.next_due_s()
        assert due_s is None or due_s > cabinet.clock.mono_s, "due, and not done"
        if turn.events or turn.changes:
            assert self.replayed.records() == cabinet.engine.state.records(), "replay differs"
            self._judge_books(cabinet)

    def _saw_event(self, event: e.Event, cabinet: BenchCabinet, *, now: bool) -> None:
        match event:
            case e.VisitOpened():
                self.grant_of[event.visit] = event.grant
                if now:
                    self._saw_visit(event, cabinet)
            case e.AttemptCommitted():
                self._saw_commit(event, cabinet)
            case e.AttemptOpened():
                if not event.late:
                    assert self.pulses[event.attempt] == 1, "opened without a pulse"
                    before = self.committed[event.attempt].door_before
                    assert before is DoorState.CLOSED, "opened without an edge"
                if now:
                    number = self.committed[event.attempt].compartment
                    reading = cabinet.engine.memory.doors[number]
                    assert reading.state is DoorState.OPEN, "opened while it reads shut"
            case e.GrantUsed():
                assert event.grant not in self.used, "used twice"
                self.used.add(event.grant)
            case e.GrantPut(source=e.AGAIN):
                self.used.discard(event.grant)
                self.reopenings.pop(event.grant, None)
            case _:
                pass

    def _saw_visit(self, event: e.VisitOpened, cabinet: BenchCabinet) -> None:
        """Nobody opens a fourth box that is not theirs without somebody beside them."""
        now_s, within_s = cabinet.clock.mono_s, cabinet.settings.ungranted_within_s
        recent = {n for n, at_s in self.counted_s.items() if at_s > now_s - within_s}
        if event.counted:
            crowd = len(recent - {event.compartment})
            alone = event.second is None
            assert not (alone and crowd >= cabinet.settings.ungranted_openings), "one person alone"
            assert alone or event.second != event.staff, "one person is not two"
            self.counted_s[event.compartment] = now_s

    def _saw_commit(self, event: e.AttemptCommitted, cabinet: BenchCabinet) -> None:
        self.committed[event.attempt] = event
        assert event.door_before is not DoorState.UNKNOWN, "committed on a stale reading"
        if event.reopening:
            grant = self.grant_of[event.visit]
            self.reopenings[grant] += 1
            assert self.reopenings[grant] <= cabinet.settings.reopenings, "too many re-openings"
        else:
            self.attempts[event.visit] += 1
            assert self.attempts[event.visit] <= cabinet.settings.attempts, "too many attempts"

    def _judge_books(self, cabinet: BenchCabinet) -> None:
        records = list(cabinet.engine.state.records().values())
        for box in (r for r in records if isinstance(r, CompartmentRecord)):
            if self.honest and box.condition is Condition.FREE:
                content = cabinet.doors[box.number].content
                assert content is None, f"box {box.number} is offered and holds {content}"
            if box.condition is Condition.RESERVED:
                assert _is_waited_for(box, records), f"box {box.number} is reserved for nobody"
        held = Counter(
            r.consignment
            for r in records
            if isinstance(r, CompartmentRecord) and r.consignment and r.condition in HOLDS
        )
        assert all(n == 1 for n in held.values()), f"one consignment in two boxes: {held}"
        for grant in (r for r in records if isinstance(r, GrantRecord)):
            self._judge_grant(grant, cabinet)

    def _judge_grant(self, grant: GrantRecord, cabinet: BenchCabinet) -> None:
        if grant.state is GrantState.LIVE:
            assert grant.grant not in self.used, f"{grant.grant} is both used and live"
        if grant.state is GrantState.RESERVED:
            visit = cabinet.engine.state.get(VisitRecord.table, grant.visit or "")
            assert isinstance(visit, VisitRecord)
            assert visit.outcome is None, f"{grant.grant} is held by a visit that has ended"


def _is_waited_for(box: CompartmentRecord, records: list[Record]) -> bool:
    """Whether a visit is at the box, or its door, once opened, has not been seen shut since."""
    for visit in (r for r in records if isinstance(r, VisitRecord)):
        if visit.compartment == box.number and (visit.outcome is None or not visit.settled):
            return True
    return any(
        attempt.compartment == box.number and attempt.state is AttemptState.OPENED
        for attempt in records
        if isinstance(attempt, AttemptRecord)
    )
