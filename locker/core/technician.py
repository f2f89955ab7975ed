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
    Condition,
    CredentialKind,
    Purpose,
    VisitOutcome,
    VisitPhase,
)
from locker.core import judge, staff
from locker.core import visit as visits
from locker.core.docket import Docket
from locker.core.input import TechnicianAsked, TechnicianSawEmpty
from locker.core.settlement import end_visit
from locker.core.state import CompartmentRecord, GrantRecord, StaffRecord, VisitRecord

PREFIX = "tech:"
"""What stands before a login where a visit names its member of staff."""
SECOND_S = 60.0
"""How long badge and PIN at the glass vouch for what a technician does."""
SOURCE = "technician"
"""Source of the grant for a box that the books call free: such openings are not counted."""


def asked(docket: Docket, ask: TechnicianAsked) -> None:
    """Open a visit for the technician, or refuse; either is journaled with login and reason."""
    held = docket.memory
    box = docket.draft.find(CompartmentRecord, str(ask.compartment))
    second, failure = (None, Failure.NOT_FOUND) if box is None else _permitted(docket, box, ask.by)
    if box is not None and failure is None:
        failure = _open(docket, box, ask.by)
    if failure is not None:
        # Refused to the technician; the glass belongs to whoever stands there.
        docket.remember(refused=held.refused, refusals=held.refusals)
    visit = None if failure else docket.memory.visit
    docket.emit(
        e.TechnicianAsked(
            ask.ticket, ask.compartment, ask.by, ask.reason, visit, failure or "", second
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


def _permitted(
    docket: Docket, box: CompartmentRecord, by: str
) -> tuple[str | None, Failure | None]:
    """Give who vouches, where somebody must, and why not."""
    if docket.visit is not None and not _is_own(docket.visit, by):
        return None, Failure.BUSY
    if not _is_counted(docket, box, by):
        return None, None
    others = staff.ungranted(docket).keys() - {box.number}
    if len(others) < docket.settings.ungranted_openings:
        return None, None
    second = _second_person(docket, by)
    return second, None if second else Failure.NEEDS_SECOND_PERSON


def _open(docket: Docket, box: CompartmentRecord, by: str) -> Failure | None:
    counted = _is_counted(docket, box, by)
    recent = staff.ungranted(docket)
    grant = _mint(docket, box, counted=counted)
    failure = judge.use(docket, grant, CredentialKind.STAFF, staff=PREFIX + by, at=box.number)
    if failure is None and counted:
        docket.remember(ungranted_at_s={**recent, box.number: docket.now.mono_s})
    return failure


def _mint(docket: Docket, box: CompartmentRecord, *, counted: bool) -> GrantRecord:
    now, ledger = docket.now, docket.draft.ledger
    return GrantRecord(
        f"m{ledger.visits + 1}-{ledger.journal[:6]}",
        Purpose.MAINTAIN,
        box.consignment or "none",
        now.surely,
        now.surely + staff.MINTED_LIFE_S,
        "cabinet" if counted else SOURCE,
    )


def _is_counted(docket: Docket, box: CompartmentRecord, by: str) -> bool:
    """Whether the box may hold something: all but a free one, and one's own that was free."""
    if box.condition is Condition.FREE:
        return False
    visit = docket.visit
    mine = visit is not None and _is_own(visit, by) and visit.compartment == box.number
    return not (mine and box.condition is Condition.RESERVED and box.consignment is None)


def _is_own(visit: VisitRecord, by: str) -> bool:
    return visit.staff == PREFIX + by


def _second_person(docket: Docket, by: str) -> str | None:
    """Give the staff who signed in, or was last busy, at the glass within a minute, if allowed."""
    session = docket.memory.staff
    if session is None or not session.signed_in or session.staff == by:
        return None
    if docket.now.mono_s >= session.touched_at_s + SECOND_S:
        return None
    found = docket.draft.find(StaffRecord, session.staff)
    if found is None or docket.now.surely > found.expires_at:
        return None
    return session.staff if Capability.MAINTAIN in found.capabilities else None
