"""A technician at the diagnostics command: one door at a time, with a reason, under their login.

The same rules as for staff at the glass: no credential of the centre is needed, and so the
openings of boxes that may hold something are counted, and the fourth needs a second person.
"""

from __future__ import annotations

from locker.contract import event as e
from locker.contract.failure import Failure
from locker.contract.vocabulary import (
    Capability,
    Choice,
    CredentialKind,
    Purpose,
    VisitOutcome,
    VisitPhase,
)
from locker.core import judge, staff_round
from locker.core import visit as visits
from locker.core.docket import Docket
from locker.core.input import TechnicianAsked, TechnicianSawEmpty
from locker.core.settlement import end_visit
from locker.core.state import CompartmentRecord, VisitRecord
from locker.core.two_people import Opener

PREFIX = "tech:"
"""What stands before a login where a visit names its member of staff."""


def asked(docket: Docket, ask: TechnicianAsked) -> None:
    """Open a visit for the technician, or refuse; either is journaled with login and reason."""
    held = docket.memory
    box = docket.draft.find(CompartmentRecord, str(ask.compartment))
    failure = Failure.NOT_FOUND if box is None else _open(docket, box, ask.by)
    if failure is not None:
        # Refused to the technician; the glass belongs to whoever stands there.
        docket.remember(refused=held.refused, refusals=held.refusals)
    visit = docket.visit if failure is None else None
    opened = [event for event in docket.events if isinstance(event, e.VisitOpened)]
    docket.emit(
        e.TechnicianAsked(
            ask.ticket,
            ask.compartment,
            ask.by,
            ask.reason,
            visit.visit if visit else None,
            failure or "",
            opened[-1].second if visit and opened else None,
        )
    )


def saw_empty(docket: Docket, word: TechnicianSawEmpty) -> None:
    """Take the word that the box is empty and shut; only of a box the books knew nothing in."""
    visit = docket.visit
    if visit is None or not _is_own(visit, word.by) or visit.compartment != word.compartment:
        return
    now = visits.phase(docket.draft, visit, docket.door(visit.compartment))
    if now is VisitPhase.ASK and docket.box(word.compartment).consignment is None:
        docket.emit(e.PersonAnswered(visit.visit, Choice.CONFIRM))
        end_visit(docket, visit, VisitOutcome.CONFIRMED)


def _open(docket: Docket, box: CompartmentRecord, by: str) -> Failure | None:
    if docket.visit is not None and not _is_own(docket.visit, by):
        return Failure.BUSY
    return judge.use(
        docket,
        staff_round.mint(docket, box, Purpose.MAINTAIN),
        CredentialKind.STAFF,
        staff=PREFIX + by,
        at=box.number,
        opener=Opener(PREFIX + by, Capability.MAINTAIN),
    )


def _is_own(visit: VisitRecord, by: str) -> bool:
    return visit.staff == PREFIX + by
