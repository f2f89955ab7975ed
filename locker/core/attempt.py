"""The life of one pulse, as a literal table, and the watch over the readings that follow it.

The board's reply never says that a door opened; only an edge does: a valid shut reading before
the pulse, an open one after it. Where the readings cannot tell, the attempt is unresolved, and
that is what it is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from locker.contract import event as e
from locker.contract.vocabulary import AttemptState, Contact, DoorState, GrantState
from locker.core import coil, contact
from locker.core.docket import Docket
from locker.core.effect import PulseLock
from locker.core.input import PulseDone, PulseResult, Settings
from locker.core.memory import AttemptWatch
from locker.core.state import AttemptRecord, GrantRecord, VisitRecord


class Trigger(StrEnum):
    """What moves an attempt on."""

    NOT_SENT = "no byte was written"
    REPLIED = "the board replied"
    IN_DOUBT = "reply missing, write broken, or restart"
    EDGE = "shut before the pulse, open after"
    ALL_SHUT = "read shut without a gap until the deadline"
    UNCLEAR = "anything else at the deadline"
    LATE_EDGE = "open within 60 s of the last pulse"
    SHUT = "seen shut"


class Unclear(StrEnum):
    """Why nobody can tell from the readings whether a door opened."""

    RESTART = "restart"
    WORKER_STUCK = "worker_stuck"
    READINGS_MISSING = "readings_missing"
    NOT_SHUT_BEFORE = "contact_not_shut_before"
    DOUBTFUL = "contact_doubtful"


PENDING = frozenset({AttemptState.COMMITTED, AttemptState.ACKNOWLEDGED, AttemptState.IN_DOUBT})
GIVEN_UP = frozenset({AttemptState.FAILED, AttemptState.UNRESOLVED})

TABLE: Mapping[tuple[AttemptState, Trigger], AttemptState] = MappingProxyType(
    {
        (AttemptState.COMMITTED, Trigger.NOT_SENT): AttemptState.NOT_SENT,
        (AttemptState.COMMITTED, Trigger.REPLIED): AttemptState.ACKNOWLEDGED,
        (AttemptState.COMMITTED, Trigger.IN_DOUBT): AttemptState.IN_DOUBT,
        (AttemptState.ACKNOWLEDGED, Trigger.IN_DOUBT): AttemptState.IN_DOUBT,
        (AttemptState.COMMITTED, Trigger.EDGE): AttemptState.OPENED,
        (AttemptState.ACKNOWLEDGED, Trigger.EDGE): AttemptState.OPENED,
        (AttemptState.IN_DOUBT, Trigger.EDGE): AttemptState.OPENED,
        (AttemptState.COMMITTED, Trigger.ALL_SHUT): AttemptState.FAILED,
        (AttemptState.ACKNOWLEDGED, Trigger.ALL_SHUT): AttemptState.FAILED,
        (AttemptState.IN_DOUBT, Trigger.ALL_SHUT): AttemptState.FAILED,
        (AttemptState.COMMITTED, Trigger.UNCLEAR): AttemptState.UNRESOLVED,
        (AttemptState.ACKNOWLEDGED, Trigger.UNCLEAR): AttemptState.UNRESOLVED,
        (AttemptState.IN_DOUBT, Trigger.UNCLEAR): AttemptState.UNRESOLVED,
        (AttemptState.FAILED, Trigger.LATE_EDGE): AttemptState.OPENED,
        (AttemptState.UNRESOLVED, Trigger.LATE_EDGE): AttemptState.OPENED,
        (AttemptState.OPENED, Trigger.SHUT): AttemptState.COMPLETED,
    }
)
"""From, on → to. A KeyError here is our bug: the caller asked for what cannot happen."""


def check(attempt: AttemptRecord, trigger: Trigger) -> None:
    """Raise KeyError unless the table knows this move; called before every attempt event."""
    TABLE[(attempt.state, trigger)]


def commit(docket: Docket, visit: VisitRecord, *, reopening: bool) -> None:
    """Write the intent and ask for the pulse; at most one pulse comes of it."""
    key = f"a{docket.draft.ledger.attempts + 1}-{docket.draft.ledger.journal[:6]}"
    at_s = docket.now.mono_s
    docket.emit(
        e.AttemptCommitted(
            key,
            visit.visit,
            visit.compartment,
            visit.attempts + 1,
            docket.door(visit.compartment),
            reopening,
        )
    )
    watch = AttemptWatch(key, visit.compartment, at_s)
    docket.remember(watches={**docket.memory.watches, key: watch}, retry_wanted=None)
    coil.begin(docket, visit.compartment)
    docket.effects.append(PulseLock(key, visit.compartment, at_s + docket.settings.pulse_life_s))


def pulse_done(docket: Docket, done: PulseDone) -> None:
    """Note what became of the one frame."""
    attempt = docket.draft.find(AttemptRecord, done.attempt)
    if attempt is None or attempt.state is not AttemptState.COMMITTED:
        return
    if done.result is PulseResult.NOT_SENT:
        check(attempt, Trigger.NOT_SENT)
        docket.emit(e.AttemptNotSent(attempt.attempt, done.reason))
        coil.not_sent(docket, attempt.compartment)
        stop_watching(docket, attempt.attempt)
        release(docket, attempt)
        return
    watch = docket.memory.watches.get(attempt.attempt)
    if watch is not None:
        _set_watch(docket, replace(watch, pulse_at_s=done.at_s))
        coil.sent(docket, attempt.compartment, done.at_s)
    if done.result is PulseResult.ACKNOWLEDGED:
        check(attempt, Trigger.REPLIED)
        docket.emit(e.AttemptAcknowledged(attempt.attempt))
    elif done.result in {PulseResult.SILENT, PulseResult.BROKEN}:
        check(attempt, Trigger.IN_DOUBT)
        docket.emit(e.AttemptInDoubt(attempt.attempt, done.reason or done.result))


def saw_reading(docket: Docket, compartment: int, state: DoorState, at_s: float) -> None:
    """Follow a valid reading of a door that an attempt is watching."""
    for watch in list(docket.memory.watches.values()):
        if watch.compartment != compartment:
            continue
        if watch.pulse_at_s is None or at_s <= watch.pulse_at_s:
            _set_watch(docket, replace(watch, open_before=state is DoorState.OPEN))
            continue
        before = watch.last_read_s or watch.pulse_at_s
        gap = watch.gap or at_s - before > docket.settings.max_gap_s
        _set_watch(docket, replace(watch, last_read_s=at_s, gap=gap))
        attempt = docket.draft.must(AttemptRecord, watch.attempt)
        shut_before = attempt.door_before is DoorState.CLOSED and not watch.open_before
        proves = contact.of(docket, compartment) is not Contact.FLICKERING
        if state is DoorState.OPEN and shut_before and proves:
            check(attempt, Trigger.EDGE)
            _opened(docket, attempt, round((at_s - watch.pulse_at_s) * 1000), late=False)


def saw_late_edge(docket: Docket, attempt: AttemptRecord, at_s: float | None) -> None:
    """Count an open edge after the attempt was given up as its opening."""
    check(attempt, Trigger.LATE_EDGE)
    pulse_at_s = docket.memory.pulsed_at_s.get(attempt.compartment)
    known = at_s is not None and pulse_at_s is not None
    after_ms = round((at_s - pulse_at_s) * 1000) if known else None  # type: ignore[operator]
    _opened(docket, attempt, after_ms, late=True)


def saw_shut(docket: Docket, attempt: AttemptRecord, *, at_start: bool) -> None:
    """The door that this attempt opened is shut again."""
    check(attempt, Trigger.SHUT)
    docket.emit(e.AttemptCompleted(attempt.attempt, at_start))
    visit = docket.draft.find(VisitRecord, attempt.visit)
    if visit is not None:
        note_shut(docket, visit)


def note_shut(docket: Docket, visit: VisitRecord) -> None:
    """Begin the five minutes in which the grant may open its door again."""
    now_s, within_s = docket.now.mono_s, docket.settings.reopen_within_s
    recent = {g: at_s for g, at_s in docket.memory.shut_at_s.items() if now_s - at_s <= within_s}
    docket.remember(shut_at_s={**recent, visit.grant: now_s})


def since_pulse_s(docket: Docket, attempt: AttemptRecord, at_s: float) -> float | None:
    """Give the seconds from the latest attempt's pulse to `at_s`; None where nobody can tell.

    After a restart the wall clock tells, if it is trusted.
    """
    pulsed_at_s = docket.memory.pulsed_at_s.get(attempt.compartment)
    if pulsed_at_s is not None:
        return at_s - pulsed_at_s
    since_s = docket.now.wall - attempt.at
    return since_s if docket.now.trusted and since_s >= 0 else None


def settle_overdue(docket: Docket) -> list[AttemptRecord]:
    """Give up the attempts whose time is over; return those that are now failed or unresolved."""
    given_up = []
    for watch in list(docket.memory.watches.values()):
        reason = _why_unclear(docket, watch)
        if reason is None:
            continue
        attempt = docket.draft.must(AttemptRecord, watch.attempt)
        stop_watching(docket, attempt.attempt)
        if reason:
            check(attempt, Trigger.UNCLEAR)
            docket.emit(e.AttemptUnresolved(attempt.attempt, reason))
            _hold_against_contact(docket, attempt, reason)
        else:
            check(attempt, Trigger.ALL_SHUT)
            docket.emit(e.AttemptFailed(attempt.attempt))
            release(docket, attempt)
        given_up.append(attempt)
    return given_up


def due_s(watch: AttemptWatch, settings: Settings) -> float:
    """Give the monotonic second at which an attempt is given up; later while no pulse was told."""
    if watch.pulse_at_s is None:
        return watch.committed_at_s + settings.pulse_life_s + settings.watch_s
    return watch.pulse_at_s + settings.watch_s


def restart(docket: Docket) -> None:
    """After a restart: what was under way is in doubt, and nobody watched it to its deadline."""
    for attempt in list(docket.draft.all(AttemptRecord)):
        if attempt.state in {AttemptState.COMMITTED, AttemptState.ACKNOWLEDGED}:
            check(attempt, Trigger.IN_DOUBT)
            docket.emit(e.AttemptInDoubt(attempt.attempt, Unclear.RESTART))
        if attempt.state in PENDING:
            docket.emit(e.AttemptUnresolved(attempt.attempt, Unclear.RESTART))
    docket.remember(pulsed_before_start=_perhaps_warm(docket))


def _perhaps_warm(docket: Docket) -> frozenset[int]:
    """Give the locks that the last run may have pulsed so lately that their coils must rest."""
    settings, now = docket.settings, docket.now
    cold_after_s = settings.pulse_life_s + settings.coil_rest_s
    return frozenset(
        attempt.compartment
        for attempt in docket.draft.all(AttemptRecord)
        if not now.trusted or now.wall - attempt.at < cold_after_s
    )


def release(docket: Docket, attempt: AttemptRecord) -> None:
    """Give the grant back, if this attempt's visit still holds it and the door never opened."""
    visit = docket.draft.find(VisitRecord, attempt.visit)
    if visit is None:
        return
    release_visit(docket, visit)


def release_visit(docket: Docket, visit: VisitRecord) -> None:
    """Give the visit's grant back; a visit that no longer holds it changes nothing."""
    grant = docket.draft.find(GrantRecord, visit.grant)
    if grant and grant.state is GrantState.RESERVED and grant.visit == visit.visit:
        docket.emit(e.GrantReleased(grant.grant, visit.visit))


def stop_watching(docket: Docket, key: str) -> None:
    """Forget the watch over an attempt that is no longer pending."""
    watches = {k: watch for k, watch in docket.memory.watches.items() if k != key}
    docket.remember(watches=watches)


def _opened(docket: Docket, attempt: AttemptRecord, after_ms: int | None, *, late: bool) -> None:
    docket.emit(e.AttemptOpened(attempt.attempt, after_ms, late))
    stop_watching(docket, attempt.attempt)
    visit = docket.draft.find(VisitRecord, attempt.visit)
    grant = docket.draft.find(GrantRecord, visit.grant) if visit else None
    if visit is None or grant is None:
        return
    if visit.outcome is not None and not visit.told_open:
        docket.emit(e.DoorLeftOpen(attempt.compartment, visit.visit))
    elif docket.memory.visit == visit.visit:
        docket.remember(retry_wanted=None)
        docket.touch()
    _use(docket, grant, visit)


def _use(docket: Docket, grant: GrantRecord, visit: VisitRecord) -> None:
    """What the door did stands: a grant that was revoked meanwhile is used, and flagged."""
    held_by_other = grant.state is GrantState.RESERVED and grant.visit != visit.visit
    if grant.opened_compartment is None and not held_by_other:
        docket.emit(e.GrantUsed(grant.grant, visit.visit))
    if grant.state is GrantState.REVOKED:
        docket.emit(e.GrantRevoked(grant.grant, "opened_after_revocation", already_used=True))


def _why_unclear(docket: Docket, watch: AttemptWatch) -> Unclear | Literal[""] | None:
    """Give None while time is left, "" for an attempt that surely failed, else the reason."""
    settings, now_s = docket.settings, docket.now.mono_s
    if watch.pulse_at_s is None:
        return Unclear.WORKER_STUCK if now_s >= due_s(watch, settings) else None
    deadline = due_s(watch, settings)
    if now_s < deadline:
        return None
    attempt = docket.draft.must(AttemptRecord, watch.attempt)
    if not contact.is_believed(docket, watch.compartment):
        return Unclear.DOUBTFUL
    if attempt.door_before is not DoorState.CLOSED or watch.open_before:
        return Unclear.NOT_SHUT_BEFORE
    if watch.gap or watch.last_read_s is None:
        return Unclear.READINGS_MISSING
    return "" if deadline - watch.last_read_s <= settings.max_gap_s else Unclear.READINGS_MISSING


def _hold_against_contact(docket: Docket, attempt: AttemptRecord, reason: Unclear) -> None:
    """A contact that reads open before a pulse and long after it may be stuck; once a visit."""
    throughout = attempt.door_before is DoorState.OPEN is docket.door(attempt.compartment)
    if reason is Unclear.NOT_SHUT_BEFORE and throughout and attempt.number == 1:
        contact.doubt(docket, attempt.compartment, contact.Doubt.OPEN_THROUGHOUT)


def _set_watch(docket: Docket, watch: AttemptWatch) -> None:
    docket.remember(watches={**docket.memory.watches, watch.attempt: watch})
