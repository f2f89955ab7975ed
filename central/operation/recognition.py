"""认人: whom of the known residents staff may mean who open a matter for somebody.

Who is known stays one person with one history, and reads on the own phone what staff opened. Not
offered: who was erased or asked for it, and who took the consent back; they begin anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from central.catalogue import Item
from central.database import take_turns
from central.key import KeyRing
from central.operation import audit, card, catalogue, consent, limit, matter
from central.operation import resident as residents
from central.record.case import Matter
from central.record.people import Resident
from locker.contract.failure import Failure

LISTED = 5
"""So many are shown at most: of more, something better has to be typed."""
SHOWN = ("name", "phone", "building")
LOOKS_AN_HOUR = 60
"""So many looks that showed somebody; after them one of staff is shown nobody."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed about a person, each as far as it was. `card`: `digest.card_lookup`."""

    words: str = ""
    """Anything that `resident.find` understands."""
    name: str = ""
    phone: str = ""
    card: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A resident, as much as it takes to be sure: name and number masked, and the last matter."""

    resident: str
    name: str
    phone: str
    building: str
    last: tuple[Matter, Item] | None


@dataclass(frozen=True, slots=True)
class Found:
    """Whom it may be, the likeliest first."""

    people: Sequence[Known] = ()
    has_more: bool = False
    hits: frozenset[str] = frozenset()
    """Whoever is found at all."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody new, beside whoever else is found by what was typed."""

    details: residents.Details
    beside: frozenset[str] = frozenset()


def find(session: Session, typed: Typed, *, keys: KeyRing) -> Found:
    """Give whom it may be. Show it to nobody without `note`."""
    hits = Counter[str]()
    for words in {typed.words, typed.name, typed.phone} - {""}:
        hits.update(residents.find(session, words, keys=keys))
    if typed.card:
        hits.update(card.owners(session, typed.card, keys=keys))
    rows = session.exec(
        select(Resident)
        .where(col(Resident.id).in_(list(hits)))
        .order_by(col(Resident.created_at).desc())
    ).all()
    likeliest = sorted(rows, key=lambda row: -hits[row.id])
    offered = [row.id for row in likeliest if _is_offered(session, row)]
    people = [_known(session, who, keys=keys) for who in offered[:LISTED]]
    return Found(people, has_more=len(offered) > LISTED, hits=frozenset(hits))


def note(session: Session, found: Found, *, staff: str, now: float) -> bool:
    """Write down, for each who is shown, who saw them; they may read it.

    False where nobody is to be shown any more within this hour.
    """
    key = f"recognised:{staff}"
    if not limit.allow(session, key, limit=LOOKS_AN_HOUR, window_s=3600.0, now=now):
        return False
    for one in found.people:
        audit.note(
            session, "recognised", resident=one.resident, staff=staff, fields=SHOWN,
            reason="check_identity", now=now,
        )  # fmt: skip
    return True


def take(
    session: Session, helped: Newcomer | str, text: consent.Text, *,
    how: str, keys: KeyRing, now: float,
) -> str | Failure | None:  # fmt: skip
    """Give the id of who is helped: the known person that was chosen, or one taken in now.

    None where somebody else has just taken in who may be the same. `how` they consented to which
    text: a known person may have read only an older one.
    """
    if isinstance(helped, Newcomer):
        new = helped.details
        found_by = residents.found_by(new)
        about = ("name", "phone")  # everybody in this order
        take_turns(session, *(keys.index(one, found_by[one]) for one in about if one in found_by))
        typed = Typed(name=new.name, phone=new.phone)
        if find(session, typed, keys=keys).hits - helped.beside:
            return None
        return residents.admit(session, new, text, language="zh_CN", how=how, keys=keys, now=now)
    row = session.get(Resident, helped, with_for_update=True)
    if row is None or not _is_offered(session, row):
        return Failure.PERSON_ERASED
    last = consent.latest(session, row.id)
    if last is None or last.version not in {consent.VERSION, text.version}:
        consent.give(session, row.id, text, how=how, now=now)
    return row.id


def _is_offered(session: Session, row: Resident) -> bool:
    if row.erased_at is not None or row.erase_asked_at is not None:
        return False
    last = consent.latest(session, row.id)
    return last is not None and last.act == "given"


def _known(session: Session, who: str, *, keys: KeyRing) -> Known:
    details = residents.of(session, who, keys=keys) or residents.Details("", "", "")
    case = next(iter(matter.of_resident(session, who)), None)
    return Known(
        who, residents.masked(details.name), residents.masked_phone(details.phone),
        details.building, None if case is None else (case, catalogue.item_of(session, case)),
    )  # fmt: skip
