"""What people ask of the centre at the glass, by a telephone number that they type there.

The answer is the same whether the number is known: what follows is done after it was given.
"""

from __future__ import annotations

from sqlmodel import Session, col, select

from central import normal
from central.key import KeyRing
from central.operation import grant, limit, matter, resident, room_wish
from central.record.case import Consignment, Grant, Matter
from central.record.people import Notice
from locker.contract.vocabulary import GrantState, PhoneUse

CABINET_TRIES, CABINET_WINDOW_S = 20, 3600.0
"""Numbers that one glass may send in an hour for one use, known or not."""
PHONE_TRIES, PHONE_WINDOW_S = 3, 3600.0
"""New codes for one number in an hour; the fourth is let fall without a word."""


def may_ask(session: Session, cabinet: str, use: PhoneUse, *, now: float) -> bool:
    """Count one number typed at a glass, and tell whether it will be seen to.

    It is not where that glass has sent too many for this use, or too many wait for its room.
    """
    if use is PhoneUse.TELL_FREE and room_wish.is_full(session, cabinet):
        return False
    key = f"glass:{cabinet}:{use.value}"
    return limit.allow(session, key, limit=CABINET_TRIES, window_s=CABINET_WINDOW_S, now=now)


def new_codes(
    session: Session, cabinet: str, typed: str, *, keys: KeyRing, now: float
) -> None:  # fmt: skip
    """Make a new code for all that waits in this cabinet for who has this number.

    The old one opens until the new one was sent (`grant.replace_others`).
    """
    phone = normal.phone(typed)
    if phone is None:
        return
    key = f"new-code:{keys.index('phone', phone)}"
    if not limit.allow(session, key, limit=PHONE_TRIES, window_s=PHONE_WINDOW_S, now=now):
        return
    waiting = (
        select(Consignment, Matter)
        .join(Matter, col(Matter.id) == col(Consignment.matter))
        .where(
            Consignment.cabinet == cabinet,
            Consignment.direction == "outbound",
            Consignment.state == "inside",
            col(Matter.resident).in_(resident.with_phone(session, phone, keys=keys)),
        )
    )
    for inside, case in session.exec(waiting).all():
        if not _is_under_way(session, case) and _opens(session, inside):
            given = grant.make_collection(session, inside, case, keys=keys, now=now)
            matter.tell(session, case, grant.NEW_CODE, about=given.id, now=now)


def _is_under_way(session: Session, case: Matter) -> bool:
    """Tell whether a new code was made and has not been sent yet."""
    unsent = ("due", "sending", "unknown")
    rows = select(Notice.id).where(
        Notice.matter == case.id, Notice.kind == grant.NEW_CODE, col(Notice.state).in_(unsent)
    )
    return session.exec(rows).first() is not None


def _opens(session: Session, inside: Consignment) -> bool:
    """Tell whether something of the resident's own opens it still: nothing else is renewed here."""
    rows = select(Grant.id).where(
        Grant.consignment == inside.id,
        Grant.purpose == "collect",
        Grant.state == GrantState.LIVE.value,
        Grant.delegate == "",
    )
    return session.exec(rows).first() is not None
