"""The rounds of staff through the boxes: taking out, taking back, looking, out of service.

Lists are in walking order and shared with the view. A box is opened with the centre's own grant
where there is one; otherwise with a permission of ten minutes that the cabinet mints itself, which
is subject to the rule of two people unless the end of the keeping time is its reason.
"""

from __future__ import annotations

from locker.contract import event as e
from locker.contract.failure import Failure
from locker.contract.vocabulary import (
    Capability,
    Condition,
    Contact,
    CredentialKind,
    GrantState,
    Purpose,
)
from locker.core import contact, deadline, judge
from locker.core import staff as sessions
from locker.core.docket import Docket
from locker.core.memory import DoorWanted
from locker.core.state import SURE_BEFORE, CompartmentRecord, GrantRecord, StaffRecord
from locker.core.two_people import Opener
from locker.core.unsure import UNSURE

MINTED_LIFE_S = 600.0
_LOOK_AT = frozenset({Condition.WITHHELD, Condition.JAMMED})


def door_asked(docket: Docket, compartment: int) -> None:
    """Open a box of the take-out list, or one that must be looked into."""
    staff = sessions.signed_in(docket, Capability.TAKE_OUT)
    if staff is None:
        return
    box = docket.draft.find(CompartmentRecord, str(compartment))
    if box is None or box.condition is Condition.FREE:
        docket.refuse(Failure.NOT_FOUND, CredentialKind.STAFF)
        return
    grant = _own_grant(docket, box) or mint(docket, box, _purpose(box))
    open_box(docket, staff, box, grant, capability=Capability.TAKE_OUT)


def recall_asked(docket: Docket, compartment: int) -> None:
    """Take back what lies here: only when its keeping time is certainly over."""
    staff = sessions.signed_in(docket, Capability.RECALL)
    if staff is None:
        return
    box = docket.draft.find(CompartmentRecord, str(compartment))
    if box is None or not deadline.is_overdue(docket, box):
        docket.refuse(Failure.NOT_FOUND, CredentialKind.STAFF)
        return
    grant = mint(docket, box, Purpose.RECALL)
    open_box(docket, staff, box, grant, capability=Capability.RECALL)


def service_asked(docket: Docket, compartment: int, *, in_service: bool) -> None:
    """Take a compartment out of service, or put it back: then somebody must look into it first.

    What lies in one that is out of service stays in the books, and its clocks stand still.
    """
    staff = sessions.signed_in(docket, Capability.MAINTAIN)
    if staff is None:
        return
    box = docket.draft.find(CompartmentRecord, str(compartment))
    visit = docket.visit
    if box is None or (visit is not None and visit.compartment == compartment):
        docket.refuse(Failure.NOT_FOUND, CredentialKind.STAFF)
        return
    out = box.condition is Condition.OUT_OF_SERVICE
    if out is not in_service:
        return
    docket.emit(e.ServiceOrdered(compartment, in_service, staff.staff))
    if not in_service:
        why = SURE_BEFORE if box.condition is Condition.OCCUPIED else _doubt(box, "staff")
        docket.emit(e.BooksEntered(compartment, Condition.OUT_OF_SERVICE, box.consignment, why))
        return
    if not contact.is_believed(docket, compartment):
        docket.emit(e.ContactJudged(compartment, Contact.TRUSTED, "in_service"))
    condition = Condition.OCCUPIED if box.surely_holds else Condition.WITHHELD
    why = _doubt(box, "in_service")
    docket.emit(e.BooksEntered(compartment, condition, box.consignment, why))


def _doubt(box: CompartmentRecord, other: str) -> str:
    """Keep in the books why nobody but staff may open a box; else give the `other` reason."""
    return box.reason if box.reason in UNSURE else other


def open_box(
    docket: Docket,
    staff: StaffRecord,
    box: CompartmentRecord,
    grant: GrantRecord,
    *,
    capability: Capability,
    audit: bool = False,
) -> Failure | None:
    """Open a box for staff; where a second person is needed, remember what for."""
    failure = judge.use(
        docket,
        grant,
        CredentialKind.STAFF,
        staff=staff.staff,
        at=box.number,
        opener=Opener(staff.staff, capability),
    )
    wanted = None
    if failure is Failure.NEEDS_SECOND_PERSON:
        wanted = DoorWanted(box.number, docket.now.mono_s, audit)
    docket.remember(second_wanted=wanted)
    return failure


def take_out_boxes(boxes: list[CompartmentRecord]) -> list[CompartmentRecord]:
    """Give the boxes that hold what residents dropped off; shared with the view."""
    return [box for box in boxes if box.condition is Condition.OCCUPIED and box.inbound]


def recall_boxes(docket: Docket) -> list[CompartmentRecord]:
    """Give the boxes whose keeping time is over; shared with the view."""
    return [box for box in in_walking_order(docket) if deadline.is_overdue(docket, box)]


def boxes_to_look_at(boxes: list[CompartmentRecord]) -> list[CompartmentRecord]:
    """Give the boxes whose content nobody knows for certain; shared with the view."""
    return [box for box in boxes if box.condition in _LOOK_AT]


def in_walking_order(docket: Docket) -> list[CompartmentRecord]:
    """Give the books of all compartments as one walks along the front."""
    return [docket.box(p.number) for p in sorted(docket.places, key=lambda place: place.order)]


def mint(docket: Docket, box: CompartmentRecord, purpose: Purpose) -> GrantRecord:
    """Make a short permission without the centre."""
    now = docket.now
    ledger = docket.draft.ledger
    return GrantRecord(
        f"m{ledger.visits + 1}-{ledger.journal[:6]}",
        purpose,
        box.consignment or "none",
        now.surely,
        now.surely + MINTED_LIFE_S,
        e.MINTED,
    )


def _purpose(box: CompartmentRecord) -> Purpose:
    return Purpose.TAKE_OUT if box.inbound and box.consignment else Purpose.MAINTAIN


def _own_grant(docket: Docket, box: CompartmentRecord) -> GrantRecord | None:
    """Give the centre's permission to empty this box, where there is one that can be used.

    It is for a consignment that is known to lie here, not for a box where it perhaps does.
    """
    if box.consignment is None or box.inbound is None:
        return None
    for grant in docket.draft.grants_of(box.consignment):
        if grant.purpose in {Purpose.TAKE_OUT, Purpose.RECALL} and grant.source != e.MINTED:
            again = judge.reopening_place(docket, grant) == box.number
            live = grant.state is GrantState.LIVE and not deadline.is_expired(docket, grant)
            if again or live:
                return grant
    return None
