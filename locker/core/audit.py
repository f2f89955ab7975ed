"""The guided audit: box by box, what is inside is compared with the books, and they are mended.

The list is made when it begins, in walking order, and is in the books: a restart goes on where it
was, and so may a colleague. Each box is opened as a visit of its own; what the person says ends
it, and is entered. A box that nobody got into stays on the list, or is skipped. Whoever of the
staff looks into a box with no audit under way confirms by the same word what was only presumed.
"""

from __future__ import annotations

from dataclasses import dataclass

from locker.contract import event as e
from locker.contract.vocabulary import (
    Capability,
    Choice,
    Condition,
    DoorState,
    Found,
    Purpose,
    VisitOutcome,
    VisitPhase,
)
from locker.core import contact, staff_round
from locker.core import staff as sessions
from locker.core import visit as visits
from locker.core.docket import Docket
from locker.core.state import AuditRecord, CompartmentRecord, StaffRecord, VisitRecord


@dataclass(frozen=True, slots=True)
class _Books:
    """What the books said of a box before it was looked into."""

    number: int
    condition: Condition
    consignment: str | None
    shut: bool = False
    """Whether the door was seen shut again by whoever looked."""


_SURE = frozenset({Condition.FREE, Condition.OCCUPIED})
_FOUND = {VisitOutcome.CONFIRMED: Found.EMPTY, VisitOutcome.NOTHING: Found.HOLDS}


def current(docket: Docket) -> AuditRecord | None:
    """Give the audit that is under way; shared with the view."""
    return docket.draft.find(AuditRecord, "")


def asked(docket: Docket, *, everything: bool) -> None:
    """Begin: with all boxes, or with those that somebody must look into."""
    staff = sessions.signed_in(docket, Capability.MAINTAIN)
    if staff is None or current(docket) is not None:
        return
    boxes = staff_round.in_walking_order(docket)
    if not everything:
        boxes = [box for box in boxes if _is_doubtful(docket, box)]
    key = f"i{docket.draft.ledger.visits + 1}-{docket.draft.ledger.journal[:6]}"
    docket.remember(report=None)
    docket.emit(e.AuditStarted(key, staff.staff, tuple(box.number for box in boxes)))
    _end_if_done(docket, staff)


def opened(docket: Docket) -> None:
    """Open the box that the audit is at."""
    staff = sessions.signed_in(docket, Capability.MAINTAIN)
    audit = current(docket)
    if staff is None or audit is None or not audit.left:
        return
    box = docket.box(audit.left[0])
    docket.remember(audit_label=None)
    grant = staff_round.mint(docket, box, Purpose.MAINTAIN)
    failure = staff_round.open_box(
        docket, staff, box, grant, capability=Capability.MAINTAIN, audit=True
    )
    if failure is None:
        docket.remember(audit_visit=docket.memory.visit)


def skipped(docket: Docket) -> None:
    """Leave the box that the audit is at as it is."""
    staff = sessions.signed_in(docket, Capability.MAINTAIN)
    audit = current(docket)
    if staff is None or audit is None or not audit.left or docket.visit is not None:
        return
    box = docket.box(audit.left[0])
    books = _Books(box.number, box.condition, box.consignment)
    _enter(docket, audit, staff.staff, books, Found.SKIPPED)
    _end_if_done(docket, staff)


def stopped(docket: Docket) -> None:
    """End the audit before its list is done, or put its report away."""
    if current(docket) is None:
        docket.remember(report=None)
        return
    staff = sessions.signed_in(docket, Capability.MAINTAIN)
    if staff is not None:
        _end(docket, staff.staff)


def label_shown(docket: Docket, label: str) -> bool:
    """Take the label of an envelope that lies in the audit's open box; whether it was for it.

    It says that the box holds something: once the door is shut, nothing is asked any more.
    Where the same box was opened only to look into it, the label is of an envelope to be loaded.
    """
    audit, visit = current(docket), docket.visit
    if audit is None or visit is None or not _is_of_audit(audit, visit):
        return False
    if visit.visit != docket.memory.audit_visit:
        return False
    now = visits.phase(docket.draft, visit, docket.door(visit.compartment))
    if now in {VisitPhase.OPEN, VisitPhase.ASK}:
        docket.remember(audit_label=label)
        docket.touch()
    return True


def follow(docket: Docket) -> None:
    """After each turn: enter what somebody saw who looked into a box, for the audit or not."""
    _answer_by_label(docket)
    for event in tuple(docket.events):
        if not isinstance(event, e.VisitEnded):
            continue
        audit = current(docket)
        visit = docket.draft.find(VisitRecord, event.visit)
        found = _FOUND.get(event.outcome)
        if visit is None or found is None or not visit.opened:
            continue
        before = visit.condition_before or Condition.WITHHELD
        by = docket.draft.find(StaffRecord, visit.staff or "")
        books = _Books(visit.compartment, before, visit.held_before, visit.shut)
        if audit is not None and _is_of_audit(audit, visit):
            _enter(docket, audit, visit.staff or audit.staff, books, found)
            _end_if_done(docket, None)
        elif visit.purpose is Purpose.MAINTAIN and found is Found.HOLDS and by is not None:
            _confirm(docket, books, by.staff)


def _answer_by_label(docket: Docket) -> None:
    visit = docket.visit
    if visit is None or docket.memory.audit_label is None:
        return
    if visit.visit != docket.memory.audit_visit:
        return
    if visits.phase(docket.draft, visit, docket.door(visit.compartment)) is VisitPhase.ASK:
        visits.chosen(docket, visit.visit, Choice.NOTHING)


def _is_of_audit(audit: AuditRecord, visit: VisitRecord) -> bool:
    at = audit.left[:1]
    return visit.purpose is Purpose.MAINTAIN and at == (visit.compartment,)


def _is_doubtful(docket: Docket, box: CompartmentRecord) -> bool:
    """Whether the door or the books leave something to be seen."""
    if box.condition not in _SURE or not box.confirmed:
        return True
    stands_open = docket.door(box.number) is not DoorState.CLOSED
    return stands_open or not contact.is_believed(docket, box.number)


def _enter(docket: Docket, audit: AuditRecord, staff: str, before: _Books, found: Found) -> None:
    label = docket.memory.audit_label if found is Found.HOLDS else None
    docket.remember(audit_label=None)
    docket.emit(
        e.AuditFound(
            audit.audit,
            before.number,
            found,
            before.condition,
            before.consignment,
            _agrees(before, found, label),
            staff,
            label,
        )
    )
    if label is not None and label != before.consignment:
        _correct(docket, before, label, staff)
    elif found is Found.HOLDS and before.consignment is not None:
        _confirm(docket, before, staff)


def _agrees(before: _Books, found: Found, label: str | None) -> bool:
    match found:
        case Found.EMPTY:
            return before.condition is not Condition.OCCUPIED
        case Found.HOLDS:
            other = label is not None and label != before.consignment
            return before.condition is not Condition.FREE and not other
        case Found.SKIPPED:
            return True


def _confirm(docket: Docket, before: _Books, staff: str) -> None:
    """Somebody saw that it lies there: no longer only presumed, neither in nor taken."""
    box = docket.box(before.number)
    # It was withheld or, if its door would not open meanwhile, jammed.
    presumed_taken = before.condition is not Condition.OCCUPIED and box.inbound is False
    unsure = presumed_taken or not box.confirmed
    if box.condition is Condition.OCCUPIED and unsure and box.consignment:
        how = "deposited" if box.inbound else "loaded"
        _move(docket, box, how, staff, shut=before.shut)


def _correct(docket: Docket, before: _Books, label: str, staff: str) -> None:
    """Enter the envelope where it was found; where the books had it, somebody must look."""
    for other in list(docket.draft.all(CompartmentRecord)):
        if other.consignment == label and other.number != before.number:
            docket.emit(e.BooksEntered(other.number, Condition.WITHHELD, None, "audit"))
    docket.emit(e.BooksEntered(before.number, Condition.OCCUPIED, label, "audit"))
    _move(docket, docket.box(before.number), "loaded", staff, shut=before.shut)


def _move(docket: Docket, box: CompartmentRecord, how: str, staff: str, *, shut: bool) -> None:
    docket.emit(
        e.ConsignmentMoved(
            box.consignment or "",
            box.number,
            how,
            docket.memory.visit or "",
            confirmed=True,
            shut_in_visit=shut,
            staff=staff,
        )
    )


def _end_if_done(docket: Docket, staff: StaffRecord | None) -> None:
    audit = current(docket)
    if audit is not None and not audit.left:
        _end(docket, audit.staff if staff is None else staff.staff)


def _end(docket: Docket, staff: str) -> None:
    audit = current(docket)
    if audit is None:
        return
    left = len(audit.left) + audit.skipped
    ended = e.AuditEnded(audit.audit, staff, audit.checked, audit.missing, audit.unexpected, left)
    docket.emit(ended)
    docket.remember(report=ended)
