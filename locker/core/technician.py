"""A technician, by the command or at the glass: one door at a time, with a reason and their name.

At the glass they are let in by a pass that the centre signed: shown once, good for five minutes.

The same rules as for staff at the glass: no credential of the centre is needed, and so the
openings of boxes that may hold something are counted, and the fourth needs a second person.
"""

from __future__ import annotations

from dataclasses import replace

from locker.contract import event as e
from locker.contract.credential import PASS_LIFE_S, GrantClaims
from locker.contract.failure import Failure
from locker.contract.vocabulary import (
    Capability,
    Choice,
    CredentialKind,
    Purpose,
    VisitOutcome,
    VisitPhase,
)
from locker.core import judge, staff, staff_round
from locker.core import visit as visits
from locker.core.docket import Docket
from locker.core.input import TechnicianAsked, TechnicianSawEmpty
from locker.core.memory import DoorWanted, StaffSession
from locker.core.settlement import end_visit
from locker.core.state import CompartmentRecord, GrantRecord, VisitRecord
from locker.core.two_people import Opener

PREFIX = "tech:"
"""What stands before a login where a visit names its member of staff."""
AT_GLASS = "glass"
"""The ticket of what is asked for at the glass: nobody comes back for it."""
SHOWN = "shown"
"""Why a pass is good no longer."""


def arrived(docket: Docket, claims: GrantClaims) -> None:
    """Let in whoever shows a pass that the centre signed for them: once, with no network."""
    kind = CredentialKind.SIGNED_QR
    if not claims.staff or claims.exp - claims.iat > PASS_LIFE_S:
        docket.refuse(Failure.NOT_ALLOWED, kind, grant=claims.grant)
    elif docket.draft.find(GrantRecord, claims.grant) is not None:
        docket.refuse(Failure.CREDENTIAL_USED, kind, grant=claims.grant)
    elif docket.surely > claims.exp:
        docket.refuse(Failure.CREDENTIAL_EXPIRED, kind, grant=claims.grant)
    else:
        _let_in(docket, claims)


def _let_in(docket: Docket, claims: GrantClaims) -> None:
    staff.sign_out(docket, "another_badge")
    docket.emit(
        e.GrantPut(
            claims.grant,
            claims.purpose,
            claims.consignment,
            float(claims.iat),
            float(claims.exp),
            "token",
        ),
        e.GrantRevoked(claims.grant, SHOWN, already_used=True),
        e.StaffSignedIn(PREFIX + claims.staff),
    )
    session = StaffSession(
        PREFIX + claims.staff, "", signed_in=True, touched_at_s=docket.now.mono_s, technician=True
    )
    docket.remember(staff=session, refused=None)


def door_asked(docket: Docket, compartment: int, reason: str) -> None:
    """Pulse a lock once for the technician at the glass; one who needs a second person is told."""
    session, seen = docket.memory.staff, docket.memory.refusals
    if session is None or not session.technician:
        docket.refuse(Failure.STAFF_ONLY, CredentialKind.STAFF)
        return
    now_s = docket.now.mono_s
    ask = TechnicianAsked(AT_GLASS, compartment, session.staff.removeprefix(PREFIX), reason)
    failure = _open(docket, ask)
    wanted = None
    if failure is Failure.NEEDS_SECOND_PERSON:
        wanted = DoorWanted(compartment, now_s, reason=reason)
    elif failure is not None and docket.memory.refusals == seen:
        docket.show_refusal(failure)
    docket.remember(staff=replace(session, touched_at_s=now_s), second_wanted=wanted)
    _note(docket, ask, failure)


def glass_restarted(docket: Docket) -> None:
    """Note who made the glass start anew; nothing else changes here."""
    session = docket.memory.staff
    if session is None or not session.technician:
        docket.refuse(Failure.STAFF_ONLY, CredentialKind.STAFF)
    else:
        docket.emit(e.GlassRestarted(session.staff.removeprefix(PREFIX)))


def asked(docket: Docket, ask: TechnicianAsked) -> None:
    """Open a visit for the technician, or refuse; either is journaled with login and reason."""
    held = docket.memory
    failure = _open(docket, ask)
    if failure is not None:
        # Refused to the technician; the glass belongs to whoever stands there.
        docket.remember(refused=held.refused, refusals=held.refusals)
    _note(docket, ask, failure)


def _note(docket: Docket, ask: TechnicianAsked, failure: Failure | None) -> None:
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


def _open(docket: Docket, ask: TechnicianAsked) -> Failure | None:
    by = ask.by
    box = docket.draft.find(CompartmentRecord, str(ask.compartment))
    if box is None:
        return Failure.NOT_FOUND
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
