"""A door that stays open: when staff are told, and what the books say of it all the same.

A person in front of an open door is given time. Staff are told once a visit: after five minutes,
or 60 s after the visit ended; by then what the visit did is entered as far as it is known, so that
nothing is lost where nobody ever shuts the door.
"""

from __future__ import annotations

from locker.contract import event as e
from locker.contract.vocabulary import AttemptState, DoorState, VisitOutcome
from locker.core import contact
from locker.core.docket import Docket
from locker.core.settlement import settle_left_open
from locker.core.state import AttemptRecord, VisitRecord


def note(docket: Docket, compartment: int, state: DoorState, at_s: float) -> None:
    """Remember since when a door reads open."""
    since = {n: s for n, s in docket.memory.open_since_s.items() if n != compartment}
    if state is DoorState.OPEN:
        since[compartment] = docket.memory.open_since_s.get(compartment, at_s)
    docket.remember(open_since_s=since)


def tell(docket: Docket) -> None:
    """Tell staff of each door that stands open for too long; once a visit."""
    for visit in list(docket.draft.all(VisitRecord)):
        due_s = _due_s(docket, visit)
        if due_s is None or docket.now.mono_s < due_s or not _is_not_seen_shut(docket, visit):
            continue
        docket.emit(e.DoorLeftOpen(visit.compartment, visit.visit))
        if visit.outcome is not None:
            settle_left_open(docket, docket.draft.must(VisitRecord, visit.visit))


def due_s(docket: Docket) -> list[float]:
    """Give the monotonic seconds at which `tell` will matter."""
    found = (_due_s(docket, visit) for visit in docket.draft.all(VisitRecord))
    return [at_s for at_s in found if at_s is not None]


def _is_not_seen_shut(docket: Docket, visit: VisitRecord) -> bool:
    """Whether the door reads open, or, once its person has gone, nobody can read it."""
    if docket.door(visit.compartment) is DoorState.OPEN:
        return True
    return visit.outcome is not None and not contact.is_believed(docket, visit.compartment)


def _due_s(docket: Docket, visit: VisitRecord) -> float | None:
    memory, settings = docket.memory, docket.settings
    if visit.told_open or not visit.opened:
        return None
    open_since_s = memory.open_since_s.get(visit.compartment)
    believed = contact.is_believed(docket, visit.compartment)
    if visit.outcome is None:
        return open_since_s + settings.open_told_s if believed and open_since_s else None
    if not _is_open_since(docket, visit) or (believed and open_since_s is None):
        return None
    left_at_s = memory.left_at_s.get(visit.visit, memory.started_at_s or 0.0)
    due_s = left_at_s + settings.left_open_told_s
    return due_s if open_since_s is None else min(due_s, open_since_s + settings.open_told_s)


def _is_open_since(docket: Docket, visit: VisitRecord) -> bool:
    """Whether the door has not been seen shut since the visit: whatever moved it was its person."""
    attempt = docket.draft.find(AttemptRecord, visit.attempt or "")
    opened = attempt is not None and attempt.state is AttemptState.OPENED
    return opened or (visit.outcome is VisitOutcome.LEFT_OPEN and not visit.settled)
