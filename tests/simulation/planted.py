"""One bug for each promise, planted in the product's code in memory, to see it found.

`weights` directs the lives to where the bug would show, so that few are needed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from central.key import digest
from central.operation import delegate, enrolment, matter, projection
from central.record.cabinet import CabinetSession
from central.record.case import Consignment, Matter
from drivers.codec import Pulse
from locker import board_worker, core_worker, credential, events_worker, identity
from locker.contract import event as e
from locker.contract.failure import Failure
from locker.contract.vocabulary import Condition, GrantState, Purpose, VisitOutcome
from locker.core import (
    attempt,
    audit,
    coil,
    deadline,
    docket,
    judge,
    open_door,
    settlement,
    two_people,
    unsure,
    visit,
)
from locker.core.allocation import allocate
from locker.core.effect import PulseLock
from locker.core.fold import fold
from locker.core.input import PulseResult
from locker.core.settlement import Ruling
from locker.core.state import AttemptRecord, VisitRecord
from tests.simulation.world import put

Patch = Callable[[contextlib.ExitStack], None]


@dataclass(frozen=True, slots=True)
class Planted:
    """A bug: the promise that must notice it, and how it is put in."""

    promise: str
    what: str
    plant: Patch
    weights: Mapping[str, float] = field(default_factory=dict)
    first: int = 0
    """The seed to begin with: one that shows it soon, so that the test is quick."""

    @contextlib.contextmanager
    def growing(self) -> Iterator[None]:
        """Have it in the code for a while."""
        with contextlib.ExitStack() as stack:
            self.plant(stack)
            yield


def _rule(**changes: Ruling) -> Patch:
    def plant(stack: contextlib.ExitStack) -> None:
        rulings = dict(settlement.RULINGS)
        for name, ruling in changes.items():
            purpose, _, outcome = name.partition("_after_")
            rulings[Purpose(purpose), VisitOutcome(outcome)] = ruling
        put(stack, settlement, "RULINGS", rulings)

    return plant


def _first_shut_box_is_free(stack: contextlib.ExitStack) -> None:
    def any_shut(paper: Any, purpose: Purpose, *, size: str, low_door: bool) -> int | None:
        found = allocate(paper, purpose, size=size, low_door=low_door)
        busy = [b for b in docket_boxes(paper) if b.consignment is not None]
        return busy[0].number if busy else found

    put(stack, judge, "allocate", any_shut)


def docket_boxes(paper: Any) -> list[Any]:
    """Give the books of all compartments on a working paper."""
    return [paper.box(place.number) for place in paper.places]


def _notice_when_the_door_opens(stack: contextlib.ExitStack) -> None:
    def opened(session: Any, event: Any, source: Any) -> None:
        as_it_was(session, event, source)
        load = session.get(Consignment, event.consignment)
        if event.purpose is Purpose.LOAD and load is not None:
            case = session.get_one(Matter, load.matter)
            matter.tell_in_cabinet(session, case, now=source.now)

    as_it_was = projection._visit_opened
    folds = {**projection._FOLDS, e.VisitOpened: opened}
    put(stack, projection, "_FOLDS", folds)


def _acts_without_record(stack: contextlib.ExitStack) -> None:
    recorded = core_worker.CoreWorker._recorded

    def pulse_all_the_same(worker: Any, turn: Any, now: Any) -> bool:
        good = recorded(worker, turn, now)
        for effect in turn.effects if not good else ():
            worker._act(effect)
        return good

    put(stack, core_worker.CoreWorker, "_recorded", pulse_all_the_same)


def _restart_fires(stack: contextlib.ExitStack) -> None:
    restart = attempt.restart

    def again(paper: Any) -> None:
        pending = [a for a in paper.draft.all(AttemptRecord) if a.state in attempt.PENDING]
        restart(paper)
        for a in pending:
            paper.effects.append(PulseLock(a.attempt, a.compartment, paper.now.mono_s + 5.0))

    put(stack, attempt, "restart", again)


def _pulse_repeated_after_silence(stack: contextlib.ExitStack) -> None:
    judged = board_worker._judge
    sent = board_worker.BoardWorker._pulse

    def twice(worker: Any, line: Any, job: Any) -> None:
        sent(worker, line, job)
        if results and results.pop() is PulseResult.SILENT and worker._line is not None:
            line.bus.exchange(Pulse(*worker._locks[job.compartment]))

    def noted(done: Any) -> Any:
        found = judged(done)
        results.append(found[0])
        return found

    results: list[PulseResult] = []
    put(stack, board_worker, "_judge", noted)
    put(stack, board_worker.BoardWorker, "_pulse", twice)


def _always_once_more(stack: contextlib.ExitStack) -> None:
    put(stack, visit, "may_pulse", lambda *_args, **_kwargs: True)


def _reply_means_open(stack: contextlib.ExitStack) -> None:
    done = attempt.pulse_done

    def believed(paper: Any, told: Any) -> None:
        done(paper, told)
        found = paper.draft.find(AttemptRecord, told.attempt)
        acknowledged = told.result is PulseResult.ACKNOWLEDGED
        if acknowledged and found is not None and found.state in attempt.PENDING:
            attempt._opened(paper, found, 0, late=False)

    put(stack, attempt, "pulse_done", believed)


def _gives_up_after_five(stack: contextlib.ExitStack) -> None:
    failed = events_worker.EventsWorker._failed

    def give_up(worker: Any, error: Any) -> float:
        pause_s = failed(worker, error)
        if worker._failures >= 5:
            worker._failures = 0
            worker._move(worker._cursor + 1)
        return pause_s

    put(stack, events_worker.EventsWorker, "_failed", give_up)


def _door_spends_nothing(stack: contextlib.ExitStack) -> None:
    put(stack, attempt, "_use", lambda _paper, _grant, _visit: None)


def _left_open_forgotten(stack: contextlib.ExitStack) -> None:
    for module in (settlement, open_door):
        put(stack, module, "settle_left_open", lambda _paper, _visit: None)


def _records_run_ahead(stack: contextlib.ExitStack) -> None:
    def ahead(draft: Any, event: Any, at: float) -> None:
        fold(draft, event, at)
        if isinstance(event, e.VisitEnded):
            draft.put(replace(draft.must(VisitRecord, event.visit), person_saw_open=True))

    put(stack, docket, "fold", ahead)


def _coil_never_rests(stack: contextlib.ExitStack) -> None:
    put(stack, coil, "is_rested", lambda _paper, _box: True)


def _nobody_ends_visits(stack: contextlib.ExitStack) -> None:
    put(stack, visit, "end_overdue", lambda _paper: None)


def _one_is_enough(stack: contextlib.ExitStack) -> None:
    put(stack, two_people, "permit", lambda *_args: two_people.Permit(counted=False))


def _keeping_is_over_at_once(stack: contextlib.ExitStack) -> None:
    put(stack, deadline, "keeping_ends", lambda _paper, box: 0.0 if box.inbound is False else None)


def _out_of_service_opens(stack: contextlib.ExitStack) -> None:
    def anywhere(paper: Any, grant: Any) -> Any:
        held = [b for b in docket_boxes(paper) if b.consignment == grant.consignment]
        out = [b for b in held if b.condition is Condition.OUT_OF_SERVICE]
        return (None, out[0].number) if out else as_it_was(paper, grant)

    as_it_was = judge._place_of
    put(stack, judge, "_place_of", anywhere)


def _audit_agrees_always(stack: contextlib.ExitStack) -> None:
    put(stack, audit, "_agrees", lambda *_args: True)


def _revoked_opens(stack: contextlib.ExitStack) -> None:
    failures = {k: v for k, v in judge._STATE_FAILURES.items() if k is not GrantState.REVOKED}
    put(stack, judge, "_STATE_FAILURES", failures)


def _keys_are_for_ever(stack: contextlib.ExitStack) -> None:
    known: dict[str, str] = {}

    def learn(ring: Any, keys: Mapping[str, str]) -> None:
        known.update(keys)
        as_it_was(ring, known)

    as_it_was = credential.KeyRing.learn
    put(stack, credential.KeyRing, "learn", learn)


def _old_codes_are_good(stack: contextlib.ExitStack) -> None:
    put(
        stack, identity.Enrolment, "tokens_from", lambda _enrolment, _journal, *, began: 0.0 * began
    )


def _old_books_are_believed(stack: contextlib.ExitStack) -> None:
    put(stack, judge, "UNSURE", frozenset())


def _new_disk_is_believed(stack: contextlib.ExitStack) -> None:
    put(stack, unsure, "replaced", lambda _held, _numbers: ())


def _revoked_is_let_in(stack: contextlib.ExitStack) -> None:
    def who(session: Any, token: str, *, now: float) -> Any:
        found = as_it_was(session, token, now=now)
        return (
            session.get_one(CabinetSession, digest(token)).cabinet if _is_revoked(found) else found
        )

    as_it_was = enrolment.who
    put(stack, enrolment, "who", who)


def _is_revoked(found: object) -> bool:
    return found == Failure.CREDENTIAL_REVOKED


def _delegate_comes_unnoticed(stack: contextlib.ExitStack) -> None:
    put(stack, delegate, "collected_by", lambda *_args, **_kwargs: None)


BUSY: Mapping[str, float] = {"whole_matter": 60.0, "image_restored": 0.0}
BAD_LOCKS: Mapping[str, float] = {**BUSY, "lock_fails": 12.0, "two_at_once": 6.0}
BAD_LINE: Mapping[str, float] = {**BUSY, "line_fails": 14.0}
BAD_NET: Mapping[str, float] = {**BUSY, "line_loses": 8.0, "line_repeats": 8.0, "partition": 6.0}

PLANTED: tuple[Planted, ...] = (
    Planted("OneConsignmentABox", "a full box is given again", _first_shut_box_is_free, BUSY),
    Planted(
        "TrueContent", "what was put in is forgotten",
        _rule(deposit_after_confirmed=Ruling(settlement._FREE)), BUSY,
    ),
    Planted("TrueContent", "told when the door opens", _notice_when_the_door_opens, BUSY),
    Planted(
        "JournaledIntent", "it acts although nothing was recorded", _acts_without_record,
        {**BUSY, "disk_refuses": 20.0}, 7,
    ),
    Planted(
        "JournaledIntent", "a restart fires what was under way", _restart_fires,
        {**BUSY, "power_cut_soon": 20.0}, 3,
    ),
    Planted(
        "OnePulseAnAttempt", "a pulse is repeated after silence", _pulse_repeated_after_silence,
        BAD_LINE, 8,
    ),
    Planted("ThreeAttemptsAVisit", "there is always one more try", _always_once_more, BAD_LOCKS, 2),
    Planted("OpenedByAnEdge", "a reply counts as open", _reply_means_open, BUSY),
    Planted("EachEventOnce", "the outbox gives up after five failures", _gives_up_after_five,
            BAD_NET, 1),
    Planted("GrantUsedOnce", "an opened door spends nothing", _door_spends_nothing, BUSY),
    Planted("DepositFindable", "what was left open is never settled", _left_open_forgotten,
            {**BUSY, "two_at_once": 40.0, "push_shut": 40.0}, 11),
    Planted("RecordsAreTheReplay", "a record holds more than its events", _records_run_ahead,
            {**BUSY, "power_cut": 6.0}, 1),
    Planted("CoilsRest", "a coil never rests", _coil_never_rests, BAD_LOCKS, 2),
    Planted("NobodyIsStuck", "a visit has no end of its own", _nobody_ends_visits, BUSY, 1),
    Planted("SecondPerson", "one person is always enough", _one_is_enough,
            {**BUSY, "audit": 40.0}, 1),
    Planted("KeptItsTime", "keeping is over at once", _keeping_is_over_at_once, BUSY),
    Planted("OutOfServiceStaysShut", "what lies out of service is handed out",
            _out_of_service_opens, {**BUSY, "out_of_service": 60.0}, 36),
    Planted("AuditIsTrue", "the books were always right", _audit_agrees_always,
            {**BUSY, "audit": 60.0}, 23),
    Planted("RevokedStaysShut", "a revoked permission opens", _revoked_opens,
            {**BUSY, "permission_withdrawn": 20.0}, 1),
    Planted("GoodTokensOnly", "a key is never given up", _keys_are_for_ever,
            {**BUSY, "keys_changed": 40.0}, 13),
    Planted("GoodTokensOnly", "codes from before the enrolment open", _old_codes_are_good,
            {**BUSY, "cabinet_revoked": 30.0}, 17),
    Planted("LookedAtFirst", "an old disk's books are believed", _old_books_are_believed,
            {**BUSY, "image_restored": 20.0}, 12),
    Planted("LookedAtFirst", "all is free on a new disk", _new_disk_is_believed,
            {**BUSY, "disk_replaced": 60.0}),
    Planted("RevokedHearsNothing", "a revoked cabinet is let in", _revoked_is_let_in,
            {**BUSY, "cabinet_revoked": 20.0}),
    Planted("ResidentIsTold", "a delegate comes unnoticed", _delegate_comes_unnoticed,
            {**BUSY, "collect_for_another": 60.0}, 4),
)  # fmt: skip
