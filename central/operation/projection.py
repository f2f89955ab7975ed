"""What cabinets report, folded into matters, consignments, doors, tasks and alarms.

One function a kind of event; kinds that change no books of the centre are not listed. Every
function can be given the same event twice (a fork may bring it again).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlmodel import Session, select

from central.operation import alarm, card, help_call, matter, movement, outage, turn
from central.operation.source import Source
from central.record.cabinet import DoorAttempt, DoorVisit
from central.record.case import Consignment, Grant, Matter, Turn
from locker.contract import event as told
from locker.contract.bulletin import MOST_PAPERS
from locker.contract.credential import DIGIT_TRIES
from locker.contract.vocabulary import (
    AttemptState,
    Condition,
    Contact,
    CredentialKind,
    Found,
    GrantState,
    VisitOutcome,
)

STAFF_TOLD_AT_WRONG_CODES = 20
_NAMES_OF_ALL_DOORS = 1024
"""Longer than the numbers of a cabinet's 256 doors at most, written one by one."""
_LOOK_AT = frozenset({Condition.WITHHELD, Condition.JAMMED})
_SEEN = frozenset({*VisitOutcome, "audit"})
"""Why the books were entered by who stood before the open box, and not for its lock or its disk."""


def project(session: Session, event: told.Event, source: Source) -> None:
    """Fold one event; what it changes is flushed by whoever asks next, or at the commit."""
    fold = _FOLDS.get(type(event))
    if fold is not None:
        fold(session, event, source)


def visit_of(session: Session, event: told.Event, cabinet: str) -> str:
    """Give the visit an event belongs to, or nothing."""
    visit = getattr(event, "visit", None)
    if isinstance(visit, str):
        return visit
    attempt = getattr(event, "attempt", None)
    if isinstance(attempt, str):
        row = session.get(DoorAttempt, (cabinet, attempt))
        return "" if row is None else row.visit
    return ""


def _visit_opened(session: Session, event: told.VisitOpened, source: Source) -> None:
    if session.get(DoorVisit, (source.cabinet, event.visit)) is not None:
        return
    session.add(
        DoorVisit(
            cabinet=source.cabinet,
            visit=event.visit,
            grant=event.grant,
            purpose=event.purpose.value,
            consignment=event.consignment,
            compartment=event.compartment,
            credential=event.credential.value,
            staff=event.staff or "",
            opened_at=told.happened_at(event, source.wall),
        )
    )
    if event.credential is CredentialKind.CARD:
        # A timer runs from it, so the centre's own clock says when.
        card.used(session, event.grant, cabinet=source.cabinet, at=source.now)
    # A cabinet has one visit at a time: whoever was there before is gone.
    before = select(Turn).where(Turn.cabinet == source.cabinet, Turn.state == "taken")
    for row in session.exec(before):
        row.state = "done"
    waiting = turn.latest(session, event.grant)
    if waiting is not None and waiting.state in {"waiting", "sent", "missed", "done"}:
        # By whatever credential: the person is at the door now.
        waiting.state, waiting.visit = "taken", event.visit
        waiting.sent_at = waiting.sent_at or source.now


def _visit_ended(session: Session, event: told.VisitEnded, source: Source) -> None:
    visit = session.get(DoorVisit, (source.cabinet, event.visit))
    if visit is not None:
        visit.outcome = event.outcome.value
        if event.outcome is VisitOutcome.JAMMED:
            alarm.ring(
                session, source.cabinet, "door.jammed", subject=str(visit.compartment),
                now=source.now, compartment=visit.compartment,
            )  # fmt: skip
    ended = select(Turn).where(Turn.cabinet == source.cabinet, Turn.visit == event.visit)
    for row in session.exec(ended):
        if row.state == "taken":
            row.state = "done"
    turn.advance(session, source.cabinet, now=source.now)


def _attempt_committed(session: Session, event: told.AttemptCommitted, source: Source) -> None:
    if session.get(DoorAttempt, (source.cabinet, event.attempt)) is not None:
        return
    session.add(DoorAttempt(cabinet=source.cabinet, attempt=event.attempt, visit=event.visit))
    visit = session.get(DoorVisit, (source.cabinet, event.visit))
    if visit is not None:
        visit.attempt, visit.attempt_state = event.attempt, AttemptState.COMMITTED.value
        visit.pulses += 1


def _attempt_became(state: AttemptState) -> Callable[[Session, Any, Source], None]:
    def fold(session: Session, event: Any, source: Source) -> None:
        attempt = session.get(DoorAttempt, (source.cabinet, event.attempt))
        visit = attempt and session.get(DoorVisit, (source.cabinet, attempt.visit))
        if visit is not None and visit.attempt == event.attempt:
            visit.attempt_state = state.value
            if state is AttemptState.OPENED:
                visit.door = "open"
            elif state is AttemptState.COMPLETED:
                visit.door = "closed"

    return fold


def _door_opened_unasked(session: Session, event: told.DoorOpenedUnasked, source: Source) -> None:
    alarm.ring(
        session, source.cabinet, event.kind, subject=f"{event.compartment}@{source.event}",
        now=source.now, compartment=event.compartment,
    )  # fmt: skip
    if inside := _believed_in(session, event.compartment, source):
        alarm.set_task(
            session, alarm.LOOK_INSIDE, cabinet=source.cabinet, now=source.now,
            consignment=inside, compartment=event.compartment,
        )  # fmt: skip


def _door_left_open(session: Session, event: told.DoorLeftOpen, source: Source) -> None:
    alarm.ring(
        session, source.cabinet, event.kind, subject=str(event.compartment), now=source.now,
        compartment=event.compartment,
    )  # fmt: skip


def _door_seen(session: Session, event: told.DoorSeen, source: Source) -> None:
    if event.state.value == "closed":
        alarm.all_clear(
            session, source.cabinet, told.DoorLeftOpen.kind, subject=str(event.compartment),
            now=source.now,
        )  # fmt: skip
    visit = event.visit and session.get(DoorVisit, (source.cabinet, event.visit))
    if visit:
        visit.door = event.state.value


def _books_entered(session: Session, event: told.BooksEntered, source: Source) -> None:
    outage.books_entered(session, event, cabinet=source.cabinet, wall=source.wall)
    if event.condition in _LOOK_AT:
        alarm.set_task(
            session, alarm.LOOK_AT_DOOR, cabinet=source.cabinet, now=source.now,
            consignment=event.consignment or _believed_in(session, event.compartment, source),
            compartment=event.compartment,
        )  # fmt: skip
        return
    if event.condition is Condition.OCCUPIED and event.consignment and event.reason in _SEEN:
        alarm.looked(
            session, cabinet=source.cabinet, compartment=event.compartment,
            consignment=event.consignment, now=source.now,
        )  # fmt: skip
    elif event.condition is Condition.FREE and event.reason == VisitOutcome.CONFIRMED:
        _seen_empty(session, event.compartment, source)


def _seen_empty(session: Session, compartment: int, source: Source) -> None:
    """Look no more, unless something should lie there: then nobody knows where it is."""
    if not _believed_in(session, compartment, source):
        alarm.looked(session, cabinet=source.cabinet, compartment=compartment, now=source.now)


def _believed_in(session: Session, compartment: int, source: Source) -> str:
    """Give what the centre has in a compartment, whether or not the cabinet knows of it."""
    row = session.exec(
        select(Consignment.id).where(
            Consignment.cabinet == source.cabinet,
            Consignment.compartment == compartment,
            Consignment.state == "inside",
        )
    ).first()
    return row or ""


def _service_changed(session: Session, event: told.ServiceChanged, source: Source) -> None:
    outage.service_changed(session, event, cabinet=source.cabinet, wall=source.wall)
    if event.what == "doors":
        _doors_silent(session, event, source)
        return
    kind = "service.down"
    if event.ok:
        alarm.all_clear(session, source.cabinet, kind, subject=event.what[:64], now=source.now)
    else:
        alarm.ring(
            session, source.cabinet, kind, subject=event.what[:64], now=source.now,
            what=event.what[:64],
        )  # fmt: skip


def _doors_silent(session: Session, event: told.ServiceChanged, source: Source) -> None:
    """One board of several: the cabinet works, and one alarm says which doors do not."""
    kind, now = "doors.silent", source.now
    alarm.all_clear(session, source.cabinet, kind, subject="doors", now=now)
    if not event.ok:
        doors = event.detail[:_NAMES_OF_ALL_DOORS]
        alarm.ring(session, source.cabinet, kind, subject="doors", now=now, what=doors)


def _contact_judged(session: Session, event: told.ContactJudged, source: Source) -> None:
    if event.contact is Contact.TRUSTED:
        alarm.finish_door_tasks(
            session, "contact", cabinet=source.cabinet, compartment=event.compartment,
            now=source.now,
        )  # fmt: skip
        return
    alarm.set_task(
        session, "contact", cabinet=source.cabinet, now=source.now,
        compartment=event.compartment, contact=event.contact.value,
    )  # fmt: skip


def _audit_found(session: Session, event: told.AuditFound, source: Source) -> None:
    if event.found is Found.EMPTY:
        _seen_empty(session, event.compartment, source)
    elif event.found is Found.HOLDS:
        alarm.looked(session, cabinet=source.cabinet, compartment=event.compartment, now=source.now)
    if not event.agrees:
        alarm.set_task(
            session, f"audit_{event.found.value}", cabinet=source.cabinet, now=source.now,
            consignment=event.consignment or "", compartment=event.compartment,
        )  # fmt: skip


def _keypad_counted(session: Session, event: told.KeypadCounted, source: Source) -> None:
    if event.wrong_in_a_row >= STAFF_TOLD_AT_WRONG_CODES:
        alarm.ring(
            session, source.cabinet, "keypad.many_wrong", now=source.now,
            count=event.wrong_in_a_row,
        )  # fmt: skip


def _digits_counted(session: Session, event: told.DigitsCounted, source: Source) -> None:
    known = session.get(Grant, event.grant) if event.wrong >= DIGIT_TRIES and event.grant else None
    if known is not None and known.cabinet == source.cabinet:
        alarm.set_task(
            session, card.CODE_RESTS if event.tried == known.id else card.RESTS,
            cabinet=source.cabinet, matter=known.matter, consignment=known.consignment,
            now=source.now,
        )  # fmt: skip


def _help_called(session: Session, event: told.HelpCalled, source: Source) -> None:
    help_call.called(session, source.cabinet, event, now=source.now)


def _left_out(session: Session, event: told.LeftOut, source: Source) -> None:
    alarm.ring(
        session, source.cabinet, event.kind, subject=event.what[:64], now=source.now,
        count=event.count,
    )  # fmt: skip


def _person_answered(session: Session, event: told.PersonAnswered, source: Source) -> None:
    """Take how it went, said by one touch at the glass, where the visit was for a known matter."""
    visit = session.get(DoorVisit, (source.cabinet, event.visit))
    if event.choice not in matter.RATINGS or visit is None:
        return
    row = session.get(Consignment, visit.consignment)
    case = session.get(Matter, row.matter) if row is not None and row.matter else None
    if case is not None:
        matter.rate(case, event.choice, now=source.now)


def _grant_put(session: Session, event: told.GrantPut, source: Source) -> None:
    known = session.get(Grant, event.grant, with_for_update=True)
    if known is not None and event.source == told.AGAIN and known.cabinet == source.cabinet:
        known.state = GrantState.LIVE.value
    if known is not None or event.source != "cabinet":
        return
    session.add(
        Grant(
            id=event.grant,
            cabinet=source.cabinet,
            purpose=event.purpose.value,
            consignment=event.consignment,
            reference=event.reference[:20],
            issued_at=event.issued_at,
            expires_at=event.expires_at,
            from_cabinet=True,
        )
    )


def _grant_used(session: Session, event: told.GrantUsed, source: Source) -> None:
    row = session.get(Grant, event.grant, with_for_update=True)
    if row is None or row.cabinet != source.cabinet:
        return
    if row.state == GrantState.REVOKED.value:
        # What the door did stands; it is recorded as used, and flagged.
        row.used_after_revoked = True
        alarm.ring(
            session, source.cabinet, "grant.used_after_revoked", subject=row.id, now=source.now
        )
    row.state = GrantState.USED.value


def _command_taken(session: Session, event: told.CommandTaken, source: Source) -> None:
    row = session.get(Turn, event.command)
    if row is None or row.cabinet != source.cabinet:
        return
    if event.failure:
        if row.state in {"waiting", "sent", "missed"}:
            row.state, row.failure = "refused", event.failure[:10]
    elif row.state in {"waiting", "sent", "missed"}:
        row.state, row.visit = "taken", event.visit or ""
    turn.advance(session, source.cabinet, now=source.now)


def _walk_in_accepted(session: Session, event: told.WalkInAccepted, source: Source) -> None:
    row = movement.consignment(session, event.consignment, source)
    row.walk_in, row.wanted = event.number[:20], event.matter[:40]
    row.missing = [key[:40] for key in event.missing[:MOST_PAPERS]]


_FOLDS: Mapping[type, Callable[[Session, Any, Source], None]] = MappingProxyType(
    {
        told.VisitOpened: _visit_opened,
        told.VisitEnded: _visit_ended,
        told.AttemptCommitted: _attempt_committed,
        told.AttemptNotSent: _attempt_became(AttemptState.NOT_SENT),
        told.AttemptAcknowledged: _attempt_became(AttemptState.ACKNOWLEDGED),
        told.AttemptInDoubt: _attempt_became(AttemptState.IN_DOUBT),
        told.AttemptOpened: _attempt_became(AttemptState.OPENED),
        told.AttemptFailed: _attempt_became(AttemptState.FAILED),
        told.AttemptUnresolved: _attempt_became(AttemptState.UNRESOLVED),
        told.AttemptCompleted: _attempt_became(AttemptState.COMPLETED),
        told.DoorOpenedUnasked: _door_opened_unasked,
        told.DoorLeftOpen: _door_left_open,
        told.DoorSeen: _door_seen,
        told.BooksEntered: _books_entered,
        told.ServiceChanged: _service_changed,
        told.KeypadCounted: _keypad_counted,
        told.DigitsCounted: _digits_counted,
        told.ContactJudged: _contact_judged,
        told.AuditFound: _audit_found,
        told.HelpCalled: _help_called,
        told.LeftOut: _left_out,
        told.PersonAnswered: _person_answered,
        told.GrantPut: _grant_put,
        told.GrantUsed: _grant_used,
        told.CommandTaken: _command_taken,
        told.WalkInAccepted: _walk_in_accepted,
        told.ConsignmentMoved: movement.moved,
    }
)
