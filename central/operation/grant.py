"""Grants: who may open what, once. Made here, told to the cabinet as news, spent by its doors."""

from __future__ import annotations

import secrets

from sqlalchemy import case
from sqlmodel import Session, col, select

from central import normal
from central.catalogue import AtDoor, Item
from central.key import KeyRing, new_id
from central.operation import alarm, card, catalogue, news, outage, resident
from central.record.cabinet import Cabinet, CabinetEvent
from central.record.case import Consignment, Grant, Matter
from locker.contract.centre import RevokeNews
from locker.contract.credential import CLAIMS_VERSION, CODE_DIGITS, GrantClaims
from locker.contract.digest import code_digest
from locker.contract.event import GrantRevoked
from locker.contract.failure import Failure
from locker.contract.vocabulary import GrantState, LastFour, Purpose

LIFE_S = {
    Purpose.DEPOSIT: 2 * 3600.0,
    Purpose.TAKE_OUT: 90 * 86400.0,
    Purpose.LOAD: 30 * 86400.0,
    Purpose.COLLECT: 30 * 86400.0,
    Purpose.RECALL: 3600.0,
}
"""How long a new grant lasts; the outages of the cabinet are added on both sides."""

_NEAR_EXPIRY_S = 300.0
_WORTH_TELLING_S = 86400.0
NO_CODE = dict.fromkeys(
    ("code", "code_digest", "last_four_digest", "card_lookup", "card_digest"), ""
)
"""A grant of which nothing is kept that somebody could type."""
NEW_CODE = "new_code"
"""The kind of notice that brings a code in place of a lost one; it is about the new grant."""


def make(
    session: Session, consignment: Consignment, purpose: Purpose, *, reference: str, now: float
) -> Grant:
    """Make a grant for a consignment and tell its cabinet."""
    grant = Grant(
        id=new_id("g"),
        cabinet=consignment.cabinet,
        purpose=purpose.value,
        consignment=consignment.id,
        matter=consignment.matter,
        reference=reference,
        issued_at=float(int(now)),
        expires_at=float(int(now + LIFE_S[purpose])),
    )
    session.add(grant)
    session.flush()
    news.put(session, grant.cabinet, news.grant_news(grant), now=now)
    return grant


def make_collection(
    session: Session, consignment: Consignment, matter: Matter, *, keys: KeyRing, now: float,
    delegate: str = "", phone: str = "",
) -> Grant:  # fmt: skip
    """Make a grant to collect, with its eight digits, and tell the cabinet their digest only.

    `delegate`: whose it is, where it is not the resident's own; `phone`: the delegate's.
    """
    cabinet = session.get_one(Cabinet, consignment.cabinet, with_for_update=True)
    person = resident.sealer(session, matter.resident, keys=keys)
    digits = pick_code(live_codes(session, cabinet.id, keys=keys))
    grant = Grant(
        id=new_id("g"),
        cabinet=cabinet.id,
        purpose=Purpose.COLLECT.value,
        consignment=consignment.id,
        matter=matter.id,
        reference=matter.reference,
        issued_at=float(int(now)),
        expires_at=float(int(now + LIFE_S[Purpose.COLLECT])),
        delegate=delegate,
    )
    if person is not None:
        asked, four = _asked(session, matter, keys=keys, phone=phone)
        grant.last_four = asked
        grant.code = person.seal(digits + four, place=f"code:{grant.id}")
        _put_digests(grant, digits + four, cabinet, keys=keys)
    if not delegate:
        card.put_on(session, grant, cabinet, matter.resident, keys=keys)
    session.add(grant)
    session.flush()
    news.put(session, cabinet.id, news.grant_news(grant), now=now)
    return grant


def asks_at_door(session: Session, matter: Matter, item: Item) -> str:
    """Say what is asked at the door for the resident's own code (`AtDoor`).

    "unknown": the matter wants it and nothing was known when the code was made, so none is asked.
    """
    if item.at_door is AtDoor.NONE:
        return AtDoor.NONE.value
    found = find(session, matter=matter.id, purpose=Purpose.COLLECT)
    return item.at_door.value if found is None else found.last_four or "unknown"


def renew_collection(
    session: Session, matter: Matter, *, keys: KeyRing, now: float
) -> Grant | Failure:
    """Make a new grant to collect in place of one that has ended: what lies there still does."""
    old = find(session, matter=matter.id, purpose=Purpose.COLLECT)
    if old is None:
        return Failure.NOT_FOUND
    if old.state == GrantState.LIVE.value and now <= outage.ends(session, old, now=now):
        return Failure.MATTER_MOVED_ON
    inside = session.get_one(Consignment, old.consignment)
    if inside.state != "inside":
        return Failure.MATTER_MOVED_ON
    revoke(session, old, reason="expired", now=now)
    return make_collection(session, inside, matter, keys=keys, now=now)


def lengthen(session: Session, consignment: str, *, now: float) -> None:
    """Let codes last as long from now on as if they were made now: their resident is told only now.

    Where less than a day is won by it, they stay as they are.
    """
    ends = float(int(now + LIFE_S[Purpose.COLLECT]))
    shorter = select(Grant).where(
        Grant.consignment == consignment,
        Grant.purpose == Purpose.COLLECT.value,
        Grant.state == GrantState.LIVE.value,
        col(Grant.expires_at) < ends - _WORTH_TELLING_S,
    )
    for given in session.exec(shorter).all():
        given.expires_at = ends
        news.put(session, given.cabinet, news.grant_news(given), now=now)


def replace_others(session: Session, grant: str, *, now: float) -> None:
    """Withdraw the resident's own other grants of what this one opens: it was sent to them."""
    given = session.get_one(Grant, grant)
    others = select(Grant).where(
        Grant.consignment == given.consignment,
        Grant.purpose == given.purpose,
        Grant.state == GrantState.LIVE.value,
        Grant.delegate == "",
        Grant.id != given.id,
    )
    for old in session.exec(others).all():
        revoke(session, old, reason="replaced", now=now)


def pick_code(others: list[str]) -> str:
    """Pick eight random digits that differ in at least two places from every other code."""
    while True:
        digits = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        if all(_places_apart(digits, other) >= 2 for other in others):
            return digits


def live_codes(session: Session, cabinet: str, *, keys: KeyRing) -> list[str]:
    """Give the codes that a cabinet takes now."""
    rows = session.exec(
        select(Grant).where(
            Grant.cabinet == cabinet, Grant.state == GrantState.LIVE.value, Grant.code != ""
        )
    ).all()
    return [code_of(session, row, keys=keys) for row in rows]


def code_of(session: Session, grant: Grant, *, keys: KeyRing) -> str:
    """Give a grant's eight digits, or nothing where it has none."""
    if not grant.code:
        return ""
    return _typed(session, grant, keys=keys)[:CODE_DIGITS]


def signed_qr(grant: Grant, *, keys: KeyRing, code: str = "") -> str:
    """Make the signed QR of a grant; `code`: its digits, which go in where more is asked."""
    claims = GrantClaims(
        v=CLAIMS_VERSION,
        grant=grant.id,
        cabinet=grant.cabinet,
        purpose=Purpose(grant.purpose),
        consignment=grant.consignment,
        matter=grant.matter,
        reference=grant.reference,
        iat=int(grant.issued_at),
        exp=int(grant.expires_at),
        low_door=grant.low_door,
        size=grant.size,
        last_four=LastFour(grant.last_four) if grant.last_four else None,
        code=code if grant.last_four else "",
    )
    return keys.sign_grant(claims)


def find(session: Session, *, matter: str, purpose: Purpose) -> Grant | None:
    """Give the resident's live grant of a matter for a purpose, or else the newest of any state."""
    live_first = case((col(Grant.state) == GrantState.LIVE.value, 0), else_=1)
    return session.exec(
        select(Grant)
        .where(Grant.matter == matter, Grant.purpose == purpose.value, Grant.delegate == "")
        .order_by(live_first, col(Grant.issued_at).desc(), col(Grant.id))
    ).first()


def is_good(session: Session, grant: Grant, *, now: float) -> bool:
    """Tell whether a grant is live and lasts for a while yet, by the outage-fair clock."""
    if grant.state != GrantState.LIVE.value:
        return False
    return outage.ends(session, grant, now=now) > now + _NEAR_EXPIRY_S


def revoke(session: Session, grant: Grant, *, reason: str, now: float) -> None:
    """Withdraw a live grant."""
    if grant.state == GrantState.LIVE.value:
        grant.state = GrantState.REVOKED.value
        if grant.last_four:
            where = grant.consignment
            alarm.finish_tasks_of(session, kind=card.CODE_RESTS, consignment=where, now=now)
        news.put(session, grant.cabinet, RevokeNews(grant=grant.id, reason=reason), now=now)


def is_going(session: Session, grant: Grant, *, now: float) -> bool:
    """Tell whether a withdrawal is only sent: its cabinet, cut off perhaps, may open for it yet."""
    if grant.state != GrantState.REVOKED.value or now > outage.ends(session, grant, now=now):
        return False
    heard = select(CabinetEvent.id).where(
        CabinetEvent.cabinet == grant.cabinet,
        CabinetEvent.kind == GrantRevoked.kind,
        col(CabinetEvent.body)["grant"].as_string() == grant.id,
    )
    if session.exec(heard).first() is not None:
        return False
    return not news.is_withdrawal_applied(session, grant.cabinet, grant.id)


def asks_four(session: Session, who: str) -> bool:
    """Tell whether something that waits for a resident asks for digits as they were known then."""
    waiting = (
        select(Grant.id)
        .join(Matter, col(Matter.id) == col(Grant.matter))
        .where(
            Matter.resident == who,
            Grant.delegate == "",
            Grant.last_four != "",
            Grant.state == GrantState.LIVE.value,
        )
    )
    return session.exec(waiting.limit(1)).first() is not None


def revoke_all(session: Session, consignment: str, *, reason: str, now: float) -> None:
    """Withdraw what the centre gave for a consignment and nobody has used."""
    left = select(Grant).where(
        Grant.consignment == consignment,
        Grant.state == GrantState.LIVE.value,
        col(Grant.from_cabinet).is_(False),
    )
    for unused in session.exec(left).all():
        revoke(session, unused, reason=reason, now=now)


def issue_anew(session: Session, cabinet: Cabinet, *, keys: KeyRing, now: float) -> None:
    """Issue a cabinet's live grants anew: it has a new journal, and perhaps a new salt."""
    rows = session.exec(
        select(Grant).where(
            Grant.cabinet == cabinet.id,
            Grant.state == GrantState.LIVE.value,
            col(Grant.from_cabinet).is_(False),
        )
    ).all()
    for row in rows:
        row.issued_at = float(int(now))
        if row.code:
            _put_digests(row, _typed(session, row, keys=keys), cabinet, keys=keys)
        if row.purpose == Purpose.COLLECT.value and not row.delegate:
            whose = session.get_one(Matter, row.matter).resident
            card.put_on(session, row, cabinet, whose, keys=keys)
        news.put(session, cabinet.id, news.grant_news(row), now=now)


def _asked(session: Session, matter: Matter, *, keys: KeyRing, phone: str) -> tuple[str, str]:
    """Give what is asked at the door and the four digits; nothing where none are known.

    `phone`: of a delegate, who knows no other number that the centre knows too.
    """
    wanted = catalogue.item_of(session, matter).at_door
    if wanted is AtDoor.NONE:
        return "", ""
    number = phone
    if phone:
        wanted = AtDoor.PHONE
    elif (held := resident.of(session, matter.resident, keys=keys)) is not None:
        number = held.phone if wanted is AtDoor.PHONE else held.id_number
    four = normal.last_four(number)
    return (wanted.value, four) if four else ("", "")


def _typed(session: Session, grant: Grant, *, keys: KeyRing) -> str:
    """Give all that is typed for a grant: its code, and the four digits where they are asked."""
    matter = session.get_one(Matter, grant.matter)
    person = resident.sealer(session, matter.resident, keys=keys)
    return "" if person is None else person.open(grant.code, place=f"code:{grant.id}")


def _put_digests(grant: Grant, typed: str, cabinet: Cabinet, *, keys: KeyRing) -> None:
    news.seal_keys(cabinet, keys=keys)  # a salt of before lies open, and codes are short
    grant.code_digest = _digest(typed[:CODE_DIGITS], cabinet, keys=keys)
    grant.last_four_digest = _digest(typed, cabinet, keys=keys) if grant.last_four else ""


def _digest(digits: str, cabinet: Cabinet, *, keys: KeyRing) -> str:
    salt = news.code_salt(cabinet, keys=keys)
    return code_digest(digits, salt=salt) if salt else ""


def _places_apart(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))
