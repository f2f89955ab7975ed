"""Who may open what, now: the judgement of a credential on what the cabinet holds.

Pure and local: no network is asked. A denial is journaled and shown; it reserves nothing.
"""

from __future__ import annotations

from dataclasses import replace

from locker.contract import event as e
from locker.contract.credential import LAST_FOUR_S, GrantClaims
from locker.contract.failure import Failure
from locker.contract.vocabulary import (
    Condition,
    CredentialKind,
    GrantState,
    Purpose,
    VisitOutcome,
    VisitPhase,
)
from locker.core import coil, tries, two_people
from locker.core import visit as visits
from locker.core.allocation import allocate
from locker.core.deadline import is_expired
from locker.core.docket import Docket
from locker.core.memory import LastFourAsked
from locker.core.settlement import end_visit
from locker.core.state import CompartmentRecord, GrantRecord
from locker.core.two_people import Opener, Permit
from locker.core.unsure import UNSURE

_STATE_FAILURES = {
    GrantState.USED: Failure.CREDENTIAL_USED,
    GrantState.REVOKED: Failure.CREDENTIAL_REVOKED,
    GrantState.RESERVED: Failure.IN_USE,
}


def show_qr(docket: Docket, claims: GrantClaims) -> None:
    """Judge a signed QR; what the cabinet has not heard of yet is taken from the token."""
    if claims.purpose not in {Purpose.DEPOSIT, Purpose.COLLECT}:
        docket.refuse(Failure.NOT_ALLOWED, CredentialKind.SIGNED_QR)
        return
    grant = docket.draft.find(GrantRecord, claims.grant)
    if grant is None:
        grant = GrantRecord(
            claims.grant,
            claims.purpose,
            claims.consignment,
            float(claims.iat),
            float(claims.exp),
            "token",
            claims.matter,
            claims.reference,
            low_door=claims.low_door,
            size=claims.size,
            last_four=claims.last_four,
        )
    elif claims.iat > grant.issued_at:
        grant = replace(grant, issued_at=float(claims.iat), expires_at=float(claims.exp))
    elif claims.iat == int(grant.issued_at) or claims.exp < grant.expires_at:
        # Shorter, or made longer by the centre, which the cabinet may not have heard.
        grant = replace(grant, expires_at=float(claims.exp))
    present(docket, grant, CredentialKind.SIGNED_QR)


def present(docket: Docket, grant: GrantRecord, credential: CredentialKind) -> bool:
    """Use a grant that was shown or typed at the glass; tell whether its door opens now.

    Where it asks for four digits more they are asked for once it would open, and not before.
    """
    held = docket.draft.find(GrantRecord, grant.grant) or grant
    if held.last_four is None:
        return use(docket, grant, credential) is None
    mark = docket.mark()
    failure, _ = _judge(docket, grant, None, by_staff=False)
    docket.rewind(mark)
    if failure is not None:
        return use(docket, grant, credential) is None
    if held.last_four_digest is None:
        # A signed QR that the cabinet has not heard of: there is nothing to compare with.
        docket.refuse(Failure.LAST_FOUR_UNKNOWN, credential, grant=grant.grant)
        return False
    if tries.rests(docket, held.grant):
        docket.refuse(Failure.LAST_FOUR_RESTS, credential, grant=held.grant)
        return False
    make_room(docket, grant, by_staff=False)
    until_s = docket.now.mono_s + LAST_FOUR_S
    docket.remember(last_four=LastFourAsked(grant, credential, until_s), refused=None)
    return False


def use(
    docket: Docket,
    grant: GrantRecord,
    credential: CredentialKind,
    *,
    staff: str | None = None,
    command: str | None = None,
    at: int | None = None,
    opener: Opener | None = None,
) -> Failure | None:
    """Open a visit for the grant, or refuse; return why it was refused.

    `at`: the compartment that a member of staff pointed to; otherwise the books say which.
    `opener`: who opens what is not theirs.
    """
    mark = docket.mark()
    failure, compartment = _judge(docket, grant, at, by_staff=staff is not None)
    permit = Permit(counted=False)
    if failure is None and compartment is not None and opener is not None:
        docket.rewind(mark)  # the rule of two people is about how things stood before the trial
        permitted = two_people.permit(docket, grant, compartment, opener)
        if isinstance(permitted, Failure):
            failure = permitted
        else:
            permit = permitted
            _judge(docket, grant, at, by_staff=staff is not None)
    if failure is not None or compartment is None:
        docket.rewind(mark)
        failure = failure or Failure.CABINET_FULL
        docket.refuse(failure, credential, grant=grant.grant, reference=grant.reference)
        return failure
    held = docket.draft.find(GrantRecord, grant.grant)
    if held is None or held.issued_at < grant.issued_at:
        docket.emit(_as_put(grant))
    visits.start(
        docket,
        docket.draft.must(GrantRecord, grant.grant),
        compartment=compartment,
        credential=credential,
        staff=staff,
        command=command,
        permit=permit,
    )
    if permit.counted:
        two_people.count(docket, compartment)
    return None


def _judge(
    docket: Docket, grant: GrantRecord, at: int | None, *, by_staff: bool
) -> tuple[Failure | None, int | None]:
    """Give why not, or where; the order of the questions is the order of the answers' use.

    The visit on the glass is ended first, on trial: it may hold what is asked for.
    """
    if failure := cannot_serve(docket):
        return failure, None
    no_room = make_room(docket, grant, by_staff=by_staff)
    if no_room is Failure.IN_USE:
        return no_room, None
    if (held := docket.draft.find(GrantRecord, grant.grant)) is not None:
        grant = replace(held, issued_at=grant.issued_at, expires_at=grant.expires_at)
    again = reopening_place(docket, grant)
    if again is None and (failure := _state_failure(grant)):
        return failure, None
    if again is None and is_expired(docket, grant):
        return Failure.CREDENTIAL_EXPIRED, None
    if no_room is not None:
        return no_room, None
    if at is not None or again is not None:
        return _answering(docket, at or again or 0)
    if grant.purpose in {Purpose.DEPOSIT, Purpose.LOAD}:
        return _place_for(docket, grant)
    return _place_of(docket, grant)


def _state_failure(grant: GrantRecord) -> Failure | None:
    if grant.state is GrantState.REVOKED and grant.revoked_for == e.RECALLED:
        return Failure.RECALLED
    return _STATE_FAILURES.get(grant.state)


def cannot_serve(docket: Docket) -> Failure | None:
    """Say what the cabinet itself lacks to open any door at all."""
    if not docket.memory.ready:
        return Failure.STARTING
    if not docket.memory.recording:
        return Failure.NOT_RECORDED
    fresh = any(docket.is_fresh(place.number) for place in docket.places)
    return None if fresh else Failure.BOARD_SILENT


def reopening_place(docket: Docket, grant: GrantRecord) -> int | None:
    """Give the compartment that a used grant may still open again, within its five minutes."""
    if grant.state is not GrantState.USED or grant.opened_compartment is None:
        return None
    shut_at_s = docket.memory.shut_at_s.get(grant.grant)
    limits = docket.settings
    if shut_at_s is None or docket.now.mono_s - shut_at_s > limits.reopen_within_s:
        return None
    if grant.reopenings >= limits.reopenings:
        return None
    box = docket.box(grant.opened_compartment)
    unchanged = box.consignment in {grant.consignment, None}
    usable = box.condition in {Condition.FREE, Condition.OCCUPIED, Condition.WITHHELD}
    return box.number if unchanged and usable else None


def make_room(docket: Docket, grant: GrantRecord, *, by_staff: bool) -> Failure | None:
    """End the visit on the glass for the next one, unless its door is open or about to open.

    A member of staff goes on to the next envelope: what was loaded and shut then counts as
    confirmed; a door of theirs that will not shut does not stop them.
    """
    visit = docket.visit
    if visit is None:
        return None
    now = visits.phase(docket.draft, visit, docket.door(visit.compartment))
    in_a_row = by_staff and visit.staff is not None
    if now is VisitPhase.OPENING or (now is VisitPhase.OPEN and not in_a_row):
        return Failure.IN_USE if visit.grant == grant.grant else Failure.BUSY
    if in_a_row and grant.purpose is Purpose.LOAD:
        confirm_loaded(docket, by=visit.staff)
    if docket.visit is not None:
        visits.leave(docket, visit, now)
    return None


def confirm_loaded(docket: Docket, *, by: str | None) -> None:
    """Whoever loads has scanned on: what they put in and shut in is confirmed."""
    visit = docket.visit
    if visit is None or visit.purpose is not Purpose.LOAD or visit.staff != by:
        return
    now = visits.phase(docket.draft, visit, docket.door(visit.compartment))
    if visit.opened and now is VisitPhase.ASK:
        end_visit(docket, visit, VisitOutcome.CONFIRMED)


def _place_for(docket: Docket, grant: GrantRecord) -> tuple[Failure | None, int | None]:
    number = allocate(docket, grant.purpose, size=grant.size, low_door=grant.low_door)
    return (Failure.CABINET_FULL, None) if number is None else (None, number)


def _place_of(docket: Docket, grant: GrantRecord) -> tuple[Failure | None, int | None]:
    boxes = [b for b in docket.draft.all(CompartmentRecord) if b.consignment == grant.consignment]
    for box in sorted(boxes, key=lambda b: b.condition is not Condition.OCCUPIED):
        match box.condition:
            case Condition.JAMMED if grant.purpose is Purpose.COLLECT:
                return Failure.DOOR_JAMMED, None
            case Condition.OUT_OF_SERVICE:
                return Failure.OUT_OF_SERVICE, None
            case Condition.RESERVED:
                return Failure.IN_USE, None
            case Condition.WITHHELD if box.reason in UNSURE:
                return Failure.NOT_READY, None
            case _:
                return _answering(docket, box.number)
    return Failure.NOT_READY, None


def _answering(docket: Docket, number: int) -> tuple[Failure | None, int | None]:
    if not docket.is_fresh(number):
        return Failure.BOARD_SILENT, None
    return (None, number) if coil.is_rested(docket, number) else (Failure.COOLING, None)


def _as_put(grant: GrantRecord) -> e.GrantPut:
    return e.GrantPut(
        grant.grant,
        grant.purpose,
        grant.consignment,
        grant.issued_at,
        grant.expires_at,
        grant.source,
        grant.matter,
        grant.reference,
        grant.code_digest,
        grant.low_door,
        grant.size,
        grant.card_lookup,
        grant.card_digest,
        grant.last_four,
        grant.last_four_digest,
    )
