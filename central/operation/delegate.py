"""Delegates: somebody the resident, or a steward on their word, lets collect; each with a code.

Using one code uses all: what was collected lies there no more. The resident is told afterwards.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlmodel import Session, col, select

from central.catalogue import Actor
from central.key import KeyRing, new_id
from central.operation import audit, catalogue, grant, matter, outage, resident
from central.operation.matter_state import BAD_ENDS, ENDED, MatterState
from central.operation.retention import KEPT_S
from central.record.case import Consignment, Delegate, Grant, Matter
from central.record.people import Notice
from central.record.privacy import SealedItem
from locker.contract.failure import Failure
from locker.contract.vocabulary import GrantState, Purpose

KIND = "delegate"
"""Of the sealed item with the delegate's name and telephone number."""
LIMIT = 3
OWN = "own"
"""Instead of a delegate: the slip of who wants no message."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who may collect. `phone` in international form."""

    name: str
    phone: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class View:
    """One delegate as the resident may see it. `code`: eight digits while they open a door."""

    id: str
    person: Person
    code: str


@dataclass(frozen=True, slots=True)
class Row:
    """One delegate as staff see it: no name. `by_staff`: written down at the desk or on a call."""

    id: str
    actor: Actor
    by_staff: bool
    at: float
    has_code: bool


@dataclass(frozen=True, slots=True)
class Slip:
    """What a delegate's printed slip says. `until`: Unix seconds. `last_four`: asked beside it."""

    code: str
    until: float
    last_four: str = ""


def may_name(session: Session, case: Matter) -> bool:
    """Tell whether somebody else may still be named to collect what comes of this matter.

    Where it gives nothing, papers may still come back: not accepted, or withdrawn.
    """
    item = catalogue.item_of(session, case)
    comes = not item.gives_nothing or (case.outcome in BAD_ENDS and not item.is_said)
    return MatterState(case.state) not in ENDED and bool(item.actors) and comes


def name(
    session: Session, case: Matter, person: Person, *, keys: KeyRing, now: float, staff: str = ""
) -> Delegate | Failure:
    """Let somebody collect. `staff`: who wrote it down on the resident's word, or nothing."""
    sealer = resident.sealer(session, case.resident, keys=keys)
    allowed = catalogue.item_of(session, case).actors
    if sealer is None or not may_name(session, case) or person.actor not in allowed:
        return Failure.MATTER_MOVED_ON
    if len(_named(session, case)) >= LIMIT:
        return Failure.TOO_MANY_TRIES
    item = SealedItem(
        id=new_id("i"),
        resident=case.resident,
        matter=case.id,
        kind=KIND,
        sealed="",
        at=now,
        keep_until=now + KEPT_S["text"],
    )
    text = json.dumps([person.name, person.phone], ensure_ascii=False)
    item.sealed = sealer.seal(text, place=f"item:{item.id}")
    row = Delegate(
        id=new_id("d"), matter=case.id, item=item.id, actor=person.actor.value, made_at=now,
        made_by=staff,
    )  # fmt: skip
    session.add(item)
    session.add(row)
    session.flush()
    if staff:
        audit.note(session, "delegate_named", resident=case.resident, staff=staff, now=now)
    packed = matter.outbound(session, case.id)
    if packed is not None and packed.state != "out":
        _give_code(session, row, packed, case, keys=keys, now=now)
    return row


def mark_ready(
    session: Session, case: Matter, *, keys: KeyRing, staff: str, now: float
) -> Failure | None:
    """Say that the envelope is packed; everybody who was named gets a code for it."""
    packed = matter.mark_ready(session, case, keys=keys, staff=staff, now=now)
    if isinstance(packed, Failure):
        return packed
    for row in _named(session, case):
        _give_code(session, row, packed, case, keys=keys, now=now)
    return None


def revoke(session: Session, case: Matter, delegate: str, *, now: float, staff: str = "") -> bool:
    """Take the permission back; shown as sent until the cabinet has heard of it."""
    row = session.get(Delegate, delegate)
    if row is None or row.matter != case.id or row.revoked_at is not None:
        return False
    row.revoked_at = now
    if staff:
        audit.note(session, "delegate_revoked", resident=case.resident, staff=staff, now=now)
    for code in session.exec(select(Grant).where(Grant.delegate == row.id)).all():
        grant.revoke(session, code, reason="delegate_revoked", now=now)
    return True


def of(session: Session, case: Matter, *, keys: KeyRing, now: float) -> list[View]:
    """Give who may collect, with the codes to pass on once it is in the cabinet."""
    found: list[View] = []
    for row in _named(session, case):
        person = _person(session, case, row, keys=keys)
        if person is None:
            continue
        code = _live_code(session, row, now=now) if case.state == MatterState.IN_CABINET else None
        digits = "" if code is None else grant.code_of(session, code, keys=keys)
        found.append(View(row.id, person, digits))
    return found


def going(session: Session, case: Matter, *, now: float) -> list[Delegate]:
    """Give those who were taken back and whose code a cabinet may still open for."""
    codes = session.exec(
        select(Grant, Delegate)
        .join(Delegate, col(Delegate.id) == col(Grant.delegate))
        .where(Delegate.matter == case.id, col(Delegate.revoked_at).is_not(None))
        .order_by(col(Delegate.made_at), col(Delegate.id))
    ).all()
    return [row for code, row in codes if grant.is_going(session, code, now=now)]


def names(session: Session, case: Matter, who: list[Delegate], *, keys: KeyRing) -> list[str]:
    """Give their names, for the resident's own eyes."""
    people = (_person(session, case, row, keys=keys) for row in who)
    return [person.name for person in people if person is not None]


def rows(session: Session, case: Matter, *, now: float) -> list[Row]:
    """Give who may collect as staff see it before they open anything."""
    inside = case.state == MatterState.IN_CABINET
    return [
        Row(
            row.id, Actor(row.actor), bool(row.made_by), row.made_at,
            inside and _live_code(session, row, now=now) is not None,
        )
        for row in _named(session, case)
    ]  # fmt: skip


def slip(
    session: Session, case: Matter, delegate: str, *, staff: str, reason: str, keys: KeyRing,
    now: float,
) -> Slip | None:  # fmt: skip
    """Open a delegate's code, or the resident's (`OWN`), to be printed, and write that down.

    None where there is none now.
    """
    row = session.get(Delegate, delegate)
    if case.state != MatterState.IN_CABINET or (delegate != OWN and row is None):
        return None
    if row is not None and row.matter != case.id:
        return None
    code = _own_code(session, case, now=now) if row is None else _live_code(session, row, now=now)
    if code is None:
        return None
    act = "own_slip" if row is None else "delegate_slip"
    audit.note(session, act, resident=case.resident, staff=staff, reason=reason, now=now)
    digits = grant.code_of(session, code, keys=keys)
    return Slip(digits, outage.ends(session, code, now=now), code.last_four)


def who_collected(session: Session, case: Matter, *, keys: KeyRing) -> str:
    """Give the name of the delegate who collected, or nothing where it was the resident.

    Papers that counted as taken and were found are ready anew: who "took" them before did not.
    """
    kinds = ("collected_by", "ready", "return_ready")
    told = select(Notice).where(Notice.matter == case.id, col(Notice.kind).in_(kinds))
    last = session.exec(told.order_by(col(Notice.at).desc(), col(Notice.kind))).first()
    used = None if last is None else session.get(Grant, str(last.details.get("about", "")))
    row = None if used is None else session.get(Delegate, used.delegate)
    person = None if row is None else _person(session, case, row, keys=keys)
    return "" if person is None else person.name


def collected_by(session: Session, case: Matter, used: str, *, now: float) -> None:
    """Tell the resident when it was a delegate's code that opened the door."""
    row = session.get(Grant, used)
    if row is not None and row.delegate:
        matter.tell(session, case, "collected_by", about=row.id, now=now)


def _person(session: Session, case: Matter, row: Delegate, *, keys: KeyRing) -> Person | None:
    """Open who a delegate is; None where it was erased."""
    sealer = resident.sealer(session, case.resident, keys=keys)
    item = session.get(SealedItem, row.item)
    if sealer is None or item is None:
        return None
    who, phone = json.loads(sealer.open(item.sealed, place=f"item:{item.id}"))
    return Person(str(who), str(phone), Actor(row.actor))


def _named(session: Session, case: Matter) -> list[Delegate]:
    query = select(Delegate).where(Delegate.matter == case.id, col(Delegate.revoked_at).is_(None))
    return list(session.exec(query.order_by(col(Delegate.made_at), col(Delegate.id))))


def _live_code(session: Session, row: Delegate, *, now: float) -> Grant | None:
    found = session.exec(
        select(Grant)
        .where(Grant.delegate == row.id, Grant.state == GrantState.LIVE.value)
        .order_by(col(Grant.issued_at).desc())
    ).first()
    over = found is None or now > outage.ends(session, found, now=now)
    return None if over else found


def _own_code(session: Session, case: Matter, *, now: float) -> Grant | None:
    found = grant.find(session, matter=case.id, purpose=Purpose.COLLECT)
    is_live = found is not None and found.state == GrantState.LIVE.value
    return found if found and is_live and now <= outage.ends(session, found, now=now) else None


def _give_code(
    session: Session, row: Delegate, packed: Consignment, case: Matter, *, keys: KeyRing,
    now: float,
) -> None:  # fmt: skip
    person = _person(session, case, row, keys=keys)
    phone = "" if person is None else person.phone
    grant.make_collection(session, packed, case, keys=keys, now=now, delegate=row.id, phone=phone)
