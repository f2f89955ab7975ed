"""Staff at the glass: badge and PIN, the take-out round, loading by label, looking into boxes."""

from __future__ import annotations

import hmac
from dataclasses import replace

from locker.contract import event as e
from locker.contract.failure import Failure
from locker.contract.vocabulary import (
    Capability,
    Condition,
    CredentialKind,
    GrantState,
    Purpose,
)
from locker.core import judge, keypad
from locker.core.docket import Docket
from locker.core.memory import StaffSession
from locker.core.state import CompartmentRecord, GrantRecord, StaffRecord, VisitRecord

MINTED_LIFE_S = 600.0


def badge_shown(docket: Docket, lookup: str) -> None:
    """Ask for the PIN of a known badge; an unknown one is refused like a wrong PIN."""
    staff = _by_lookup(docket, lookup)
    if staff is None:
        docket.refuse(Failure.BADGE_OR_PIN_WRONG, CredentialKind.STAFF)
        return
    if docket.now.surely > staff.expires_at:
        docket.refuse(Failure.BADGE_EXPIRED, CredentialKind.STAFF)
        return
    sign_out(docket, "another_badge")
    session = StaffSession(staff.staff, lookup, signed_in=False, touched_at_s=docket.now.mono_s)
    docket.remember(staff=session, refused=None)


def pin_typed(docket: Docket, lookup: str, digest: str) -> None:
    """Sign in when badge and PIN are both right; wrong PINs are slowed, wrong codes slow none."""
    session = docket.memory.staff
    if session is None or session.signed_in or session.lookup != lookup:
        docket.show_refusal(Failure.SESSION_OVER)
        return
    if keypad.pauses(docket, docket.memory.pin_until_s):
        return
    staff = _by_lookup(docket, lookup)
    if staff is None or not hmac.compare_digest(staff.digest, digest):
        keypad.wrong_pin(docket)
        return
    docket.emit(e.StaffSignedIn(staff.staff))
    session = replace(session, signed_in=True, touched_at_s=docket.now.mono_s)
    docket.remember(staff=session, wrong_pins=0, refused=None)


def sign_out(docket: Docket, reason: str) -> None:
    """End the staff session, if there is one."""
    session = docket.memory.staff
    if session is not None and session.signed_in:
        docket.emit(e.StaffSignedOut(session.staff, reason))
    docket.remember(staff=None)


def end_overdue(docket: Docket) -> None:
    """End a session that nobody touched; an unanswered PIN question sooner."""
    session, settings = docket.memory.staff, docket.settings
    if session is None or docket.visit is not None:
        return
    patience_s = settings.staff_idle_s if session.signed_in else settings.pin_s
    if docket.now.mono_s >= session.touched_at_s + patience_s:
        sign_out(docket, "idle")


def label_shown(docket: Docket, consignment: str) -> None:
    """Load this envelope: a free compartment opens, or its own again within five minutes."""
    staff = _signed_in(docket, Capability.LOAD)
    if staff is None:
        return
    live = [
        grant
        for grant in docket.draft.grants_of(consignment)
        if grant.purpose is Purpose.LOAD and grant.state is not GrantState.REVOKED
    ]
    if not live:
        docket.refuse(Failure.LABEL_UNKNOWN, CredentialKind.STAFF)
        return
    grant = max(live, key=lambda g: g.issued_at)
    if grant.state is GrantState.USED and judge.reopening_place(docket, grant) is None:
        docket.refuse(Failure.LABEL_ALREADY_LOADED, CredentialKind.STAFF, grant=grant.grant)
        return
    judge.use(docket, grant, CredentialKind.STAFF, staff=staff.staff)


def door_asked(docket: Docket, compartment: int) -> None:
    """Open a box of the take-out list, or one that is withheld and must be looked into."""
    staff = _signed_in(docket, Capability.TAKE_OUT)
    if staff is None:
        return
    box = docket.draft.find(CompartmentRecord, str(compartment))
    if box is None or box.condition is Condition.FREE:
        docket.refuse(Failure.NOT_FOUND, CredentialKind.STAFF)
        return
    own = _own_grant(docket, box)
    recent = ungranted(docket) if own is None else {}
    if len(recent.keys() - {compartment}) >= docket.settings.ungranted_openings:
        docket.refuse(Failure.NEEDS_SECOND_PERSON, CredentialKind.STAFF)
        return
    grant = own or _mint(docket, box)
    failure = judge.use(docket, grant, CredentialKind.STAFF, staff=staff.staff, at=box.number)
    if own is None and failure is None:
        docket.remember(ungranted_at_s={**recent, compartment: docket.now.mono_s})


def take_out_boxes(boxes: list[CompartmentRecord]) -> list[CompartmentRecord]:
    """Give the boxes that hold what residents dropped off; shared with the view."""
    return [box for box in boxes if box.condition is Condition.OCCUPIED and box.inbound]


def boxes_to_look_at(boxes: list[CompartmentRecord]) -> list[CompartmentRecord]:
    """Give the boxes whose content nobody knows for certain; shared with the view."""
    return [box for box in boxes if box.condition in {Condition.WITHHELD, Condition.JAMMED}]


def _own_grant(docket: Docket, box: CompartmentRecord) -> GrantRecord | None:
    """Give the centre's permission to empty this box, where there is one that can be used.

    It is for a consignment that is known to lie here, not for a box where it perhaps does.
    """
    if box.consignment is None or box.inbound is None:
        return None
    for grant in docket.draft.grants_of(box.consignment):
        if grant.purpose in {Purpose.TAKE_OUT, Purpose.RECALL}:
            again = judge.reopening_place(docket, grant) == box.number
            if again or (grant.state is GrantState.LIVE and not judge.is_expired(docket, grant)):
                return grant
    return None


def ungranted(docket: Docket) -> dict[int, float]:
    """Give the boxes opened lately without their own grants; the fourth needs a second person.

    An empty withheld box counts too: nobody knows yet that it is empty.
    """
    now_s, within_s = docket.now.mono_s, docket.settings.ungranted_within_s
    at_s = docket.memory.ungranted_at_s
    return {box: opened_s for box, opened_s in at_s.items() if now_s < opened_s + within_s}


def restart(docket: Docket) -> None:
    """Count the openings without grants of the last ten minutes again: a restart forgives none."""
    now, found = docket.now, {}
    for visit in docket.draft.all(VisitRecord):
        grant = docket.draft.find(GrantRecord, visit.grant)
        if visit.staff is not None and grant is not None and grant.source == "cabinet":
            age_s = max(0.0, now.surely - grant.issued_at)
            if age_s < docket.settings.ungranted_within_s:
                found[visit.compartment] = now.mono_s - age_s
    docket.remember(ungranted_at_s=found)


def _mint(docket: Docket, box: CompartmentRecord) -> GrantRecord:
    """Make a short permission without the centre."""
    now = docket.now
    ledger = docket.draft.ledger
    purpose = Purpose.TAKE_OUT if box.inbound and box.consignment else Purpose.MAINTAIN
    return GrantRecord(
        f"m{ledger.visits + 1}-{ledger.journal[:6]}",
        purpose,
        box.consignment or "none",
        now.surely,
        now.surely + MINTED_LIFE_S,
        "cabinet",
    )


def _signed_in(docket: Docket, capability: Capability) -> StaffRecord | None:
    session = docket.memory.staff
    if session is None or not session.signed_in:
        docket.refuse(Failure.STAFF_ONLY, CredentialKind.STAFF)
        return None
    docket.remember(staff=replace(session, touched_at_s=docket.now.mono_s))
    staff = docket.draft.find(StaffRecord, session.staff)
    if staff is None or docket.now.surely > staff.expires_at:
        sign_out(docket, "removed")
        docket.refuse(Failure.BADGE_EXPIRED, CredentialKind.STAFF)
        return None
    if capability not in staff.capabilities:
        docket.refuse(Failure.NOT_ALLOWED, CredentialKind.STAFF)
        return None
    return staff


def _by_lookup(docket: Docket, lookup: str) -> StaffRecord | None:
    for staff in docket.draft.all(StaffRecord):
        if hmac.compare_digest(staff.lookup, lookup):
            return staff
    return None
