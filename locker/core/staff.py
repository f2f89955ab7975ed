"""Staff at the glass: badge and PIN, who stands beside them, and loading by label.

Loading needs no finger after the PIN: the next label says that the last envelope lies inside, and
the badge, shown again, says it of the very last and signs out.
"""

from __future__ import annotations

import hmac
from dataclasses import replace

from locker.contract import event as e
from locker.contract.failure import Failure
from locker.contract.vocabulary import Capability, Choice, CredentialKind, GrantState, Purpose
from locker.core import judge, keypad
from locker.core import visit as visits
from locker.core.docket import Docket
from locker.core.input import Settings
from locker.core.memory import DoorWanted, StaffSession, Vouch
from locker.core.state import StaffRecord


def badge_shown(docket: Docket, lookup: str) -> None:
    """Ask for the PIN of a known badge; an unknown one is refused like a wrong PIN.

    While a second person is waited for, another's badge does not end the session of the first.
    One's own badge, shown again, ends the work: the last envelope lies inside.
    """
    staff = _by_lookup(docket, lookup)
    if staff is None:
        docket.refuse(Failure.BADGE_OR_PIN_WRONG, CredentialKind.STAFF)
        return
    if docket.surely > staff.expires_at:
        docket.refuse(Failure.BADGE_EXPIRED, CredentialKind.STAFF)
        return
    shown = StaffSession(staff.staff, lookup, signed_in=False, touched_at_s=docket.now.mono_s)
    session = docket.memory.staff
    if session is not None and session.staff != staff.staff and is_second_wanted(docket):
        session = replace(session, touched_at_s=docket.now.mono_s)
        docket.remember(staff=session, second=shown, refused=None)
        return
    if session is not None and session.signed_in and session.staff == staff.staff:
        judge.confirm_loaded(docket, by=staff.staff)
        sign_out(docket, "own_badge")
        return
    sign_out(docket, "another_badge")
    docket.remember(staff=shown, refused=None)


def pin_typed(docket: Docket, lookup: str, digest: str) -> DoorWanted | None:
    """Sign in, or vouch, when badge and PIN are both right; wrong PINs are slowed.

    Gives what a second person vouched for, so that it can be opened now.
    """
    session = docket.memory.second or docket.memory.staff
    if session is None or session.signed_in or session.lookup != lookup:
        docket.show_refusal(Failure.SESSION_OVER)
        return None
    if keypad.pauses(docket, docket.memory.pin_until_s):
        return None
    staff = _by_lookup(docket, lookup)
    if staff is None or not hmac.compare_digest(staff.digest, digest):
        keypad.wrong_pin(docket)
        return None
    docket.remember(wrong_pins=0, refused=None)
    if docket.memory.second is not None:
        return _vouch(docket, staff)
    docket.emit(e.StaffSignedIn(staff.staff))
    docket.remember(staff=replace(session, signed_in=True, touched_at_s=docket.now.mono_s))
    return None


def is_second_wanted(docket: Docket) -> bool:
    """Whether somebody signed in was told to bring a second person, within the minute."""
    wanted, session = docket.memory.second_wanted, docket.memory.staff
    if wanted is None or session is None or not session.signed_in:
        return False
    return docket.now.mono_s < wanted.at_s + docket.settings.second_s


def _vouch(docket: Docket, second: StaffRecord) -> DoorWanted | None:
    wanted = docket.memory.second_wanted if is_second_wanted(docket) else None
    session = docket.memory.staff
    docket.remember(second=None, second_wanted=None)
    if session is None or wanted is None:
        return None
    docket.emit(e.StaffVouched(session.staff, second.staff))
    docket.remember(vouch=Vouch(second.staff, docket.now.mono_s))
    return wanted


def leave(docket: Docket) -> None:
    """Go back: from the second person's PIN to who is signed in, else out."""
    if docket.memory.second is not None:
        docket.remember(second=None)
    else:
        sign_out(docket, "left")


def sign_out(docket: Docket, reason: str) -> None:
    """End the staff session, if there is one; who vouched for it goes with it."""
    session = docket.memory.staff
    if session is not None and session.signed_in:
        docket.emit(e.StaffSignedOut(session.staff, reason))
    docket.remember(
        staff=None, second=None, second_wanted=None, vouch=None, report=None, audit_visit=None
    )


def end_overdue(docket: Docket) -> None:
    """End a session that nobody touched; an unanswered PIN question sooner."""
    session, settings = docket.memory.staff, docket.settings
    second = docket.memory.second
    if second is not None and docket.now.mono_s >= second.touched_at_s + settings.pin_s:
        docket.remember(second=None)
    if session is None or docket.visit is not None:
        return
    if docket.now.mono_s >= session.touched_at_s + patience_s(docket.settings, session):
        sign_out(docket, "idle")


def patience_s(settings: Settings, session: StaffSession) -> float:
    """Give the seconds without a touch after which a session ends."""
    if session.technician:
        return settings.technician_idle_s
    return settings.staff_idle_s if session.signed_in else settings.pin_s


def label_shown(docket: Docket, consignment: str) -> None:
    """Load this envelope: a free compartment opens, or its own again within five minutes."""
    staff = signed_in(docket, Capability.LOAD)
    if staff is None or _opens_again(docket, consignment, staff):
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


def _opens_again(docket: Docket, consignment: str, staff: StaffRecord) -> bool:
    """Whether this envelope's door is the one that they are at: then it is opened again."""
    visit = docket.visit
    if visit is None or (visit.purpose, visit.consignment) != (Purpose.LOAD, consignment):
        return False
    if visit.staff != staff.staff or Choice.REOPEN not in visits.choices_now(docket, visit):
        return False
    visits.chosen(docket, visit.visit, Choice.REOPEN)
    return True


def signed_in(docket: Docket, capability: Capability) -> StaffRecord | None:
    """Give who is signed in and may do this; otherwise say why not."""
    session = docket.memory.staff
    if session is None or not session.signed_in:
        docket.refuse(Failure.STAFF_ONLY, CredentialKind.STAFF)
        return None
    docket.remember(staff=replace(session, touched_at_s=docket.now.mono_s))
    if session.technician:
        docket.refuse(Failure.NOT_ALLOWED, CredentialKind.STAFF)
        return None
    staff = docket.draft.find(StaffRecord, session.staff)
    if staff is None or docket.surely > staff.expires_at:
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
