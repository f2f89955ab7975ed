"""A card that a person carries anyway, bound at the desk, to collect with four digits of their own.

What is kept is sealed with the person's key: a slow hash by which the card is known again, and one
of card and digits. Neither card nor digits can be read from anything here.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlmodel import Session, col, select

from central.database import take_turns
from central.key import KeyRing, Sealer
from central.operation import alarm, audit, news, resident
from central.record.cabinet import Cabinet
from central.record.case import Grant, Matter
from central.record.privacy import Card
from locker.contract.credential import CARD_DIGITS
from locker.contract.digest import card_at, card_digest, card_lookup
from locker.contract.vocabulary import GrantState, Purpose

FIELD = "card"
"""Its name where the audit and the keyed hash name fields."""
RESTS = "card_rests"
"""The task for staff about a card whose digits were wrong too often: it may be lost."""
CODE_RESTS = "code_rests"
"""The same about a code that asks for four digits more: who has it may not be its owner."""


class Objection(StrEnum):
    """Why a card is not bound; each is a text of the form."""

    TRIVIAL = "form.digits_trivial"
    KNOWN = "form.digits_known"
    TAKEN = "form.card_taken"
    GONE = "form.card_gone"


@dataclass(frozen=True, slots=True)
class Hashed:
    """A card and its digits, of which only slow hashes are left."""

    lookup: str = field(repr=False)
    digest: str = field(repr=False)

    @classmethod
    def of(cls, number: str, digits: str) -> Hashed:
        """Hash them: some 60 ms, so before any transaction is begun."""
        return cls(card_lookup(number), card_digest(number, digits))


def is_offered(session: Session) -> bool:
    """Tell whether any cabinet could read a card."""
    readers = select(Cabinet.id).where(
        col(Cabinet.reads_cards).is_(True), col(Cabinet.revoked_at).is_(None)
    )
    return session.exec(readers).first() is not None


def is_trivial(digits: str) -> bool:
    """Tell whether four digits are what a finder tries first: 0000, 1212, 1234, 9876."""
    steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(digits)}
    return (len(steps) == 1 and steps <= {0, 1, 9}) or digits[:2] == digits[2:]


def bind(
    session: Session, who: str, hashed: Hashed, digits: str, *, staff: str, keys: KeyRing,
    now: float,
) -> Objection | None:  # fmt: skip
    """Bind a card to a resident who is there, in place of the one before."""
    person, details = resident.sealer(session, who, keys=keys), resident.of(session, who, keys=keys)
    if person is None or details is None:
        return Objection.GONE
    if is_trivial(digits):
        return Objection.TRIVIAL
    if digits in {details.phone[-CARD_DIGITS:], details.id_number[-CARD_DIGITS:]}:
        return Objection.KNOWN
    index = keys.index(FIELD, hashed.lookup)
    take_turns(session, who, index)
    if not {who}.issuperset(owners(session, hashed.lookup, keys=keys)):
        return Objection.TAKEN
    row = session.get(Card, who, with_for_update=True) or Card(resident=who, bound_at=now)
    row.digest = index
    row.sealed = person.seal(f"{hashed.lookup} {hashed.digest}", place=FIELD)
    row.bound_at, row.bound_by, row.used_at = now, staff, None
    session.add(row)
    session.flush()
    audit.note(session, "card_bound", resident=who, staff=staff, fields=(FIELD,), now=now)
    tell(session, who, keys=keys, now=now)
    return None


def owners(session: Session, lookup: str, *, keys: KeyRing) -> Sequence[str]:
    """Give whose card this is (`card_lookup`): one person, or nobody."""
    indexes = keys.indexes(FIELD, lookup)
    return session.exec(select(Card.resident).where(col(Card.digest).in_(indexes))).all()


def forget(
    session: Session, who: str, *, keys: KeyRing, now: float, staff: str = "",
    act: str = "card_forgotten",
) -> bool:  # fmt: skip
    """Let a card open nothing any more. False where there is none. `staff`: or the resident."""
    row = session.get(Card, who, with_for_update=True)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    audit.note(session, act, resident=who, staff=staff, fields=(FIELD,), now=now)
    tell(session, who, keys=keys, now=now)
    return True


def free(session: Session, who: str, *, staff: str, keys: KeyRing, now: float) -> bool:
    """Let a card that rests be used again. False where there is none."""
    if session.get(Card, who) is None:
        return False
    audit.note(session, "card_freed", resident=who, staff=staff, fields=(FIELD,), now=now)
    tell(session, who, keys=keys, now=now)
    return True


def tell(session: Session, who: str, *, keys: KeyRing, now: float) -> None:
    """Issue what waits for a person anew, with the card as it is now: a card that rests is free."""
    waiting = session.exec(
        select(Grant)
        .join(Matter, col(Matter.id) == col(Grant.matter))
        .where(
            Matter.resident == who,
            Grant.purpose == Purpose.COLLECT.value,
            Grant.state == GrantState.LIVE.value,
            Grant.delegate == "",
        )
        .order_by(col(Grant.cabinet))
    ).all()
    for grant in waiting:
        # A cabinet takes an issue for a new one by its second.
        grant.issued_at = max(float(int(now)), grant.issued_at + 1.0)
        # An enrolment at this moment brings another key: the row as it is after that.
        cabinet = session.get_one(Cabinet, grant.cabinet, with_for_update=True)
        put_on(session, grant, cabinet, who, keys=keys)
        news.put(session, grant.cabinet, news.grant_news(grant), now=now)
        for kind in (RESTS, CODE_RESTS):
            alarm.finish_tasks_of(session, kind=kind, consignment=grant.consignment, now=now)


def put_on(session: Session, grant: Grant, cabinet: Cabinet, who: str, *, keys: KeyRing) -> None:
    """Write a person's card on a grant of theirs, in the form that its cabinet keeps."""
    row, person = session.get(Card, who), resident.sealer(session, who, keys=keys)
    grant.card_lookup = grant.card_digest = ""
    if row is None or person is None or cabinet.enrolled_at is None:
        return
    news.seal_keys(cabinet, keys=keys)  # one of before lies open, and cards are short
    slow, key = _slow(row, person), news.badge_key(cabinet, keys=keys)
    grant.card_lookup, grant.card_digest = (card_at(one, badge_key=key) for one in slow)


def index_anew(session: Session, who: str, *, keys: KeyRing) -> bool:
    """Let a card be found by the master key that is used now; False where it is already."""
    row, person = session.get(Card, who), resident.sealer(session, who, keys=keys)
    if row is None or person is None:
        return False
    before, row.digest = row.digest, keys.index(FIELD, _slow(row, person)[0])
    return row.digest != before


def _slow(row: Card, person: Sealer) -> list[str]:
    return person.open(row.sealed, place=FIELD).split(" ")


def used(session: Session, grant: str, *, cabinet: str, at: float) -> None:
    """Note that the card opened a door for this grant of that cabinet."""
    known = session.get(Grant, grant)
    if known is None or known.cabinet != cabinet:
        return
    matter = session.get(Matter, known.matter) if known.matter else None
    row = session.get(Card, matter.resident) if matter is not None else None
    if row is not None:
        row.used_at = at
