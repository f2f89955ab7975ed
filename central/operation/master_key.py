"""The change of the master key: what the one before has sealed is sealed anew, while all goes on.

Every row says by itself whether it is done: it opens with the new key alone. So a change that was
cut off is begun again anywhere, and a pass in which nothing was left to do is the end. Blind
indexes are made anew from what they stand for. Knows no files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlmodel import Session, col, select

from central.database import Database
from central.key import KeyRing, Sealer
from central.operation import alarm, card, help_call, resident, wechat_identity
from central.record.cabinet import Cabinet
from central.record.case import Task
from central.record.people import Badge, Staff
from central.record.privacy import BlindIndex, PersonKey
from central.record.team import HandOver
from central.record.told import RoomWish

BATCH = 50
"""So many people are in one transaction: others' turns come between two of them."""
_SEALED: tuple[tuple[Any, str, str], ...] = (
    (Badge, "sealed", "badge"),
    (Staff, "second_factor", "second"),
    (Cabinet, "sealed_key", "badge_key"),
    (Cabinet, "sealed_salt", "code_salt"),
    (HandOver, "text", "hand_over"),
    (RoomWish, "sealed", "room"),
)
"""Table, column, and what the place of the sealed text begins with; the row's id follows."""


@dataclass(slots=True)
class Found:
    """What a pass found. `shut`: rows that open with no key of ours, and stay as they are."""

    renewed: int = 0
    shut: int = 0


def renew(database: Database, keys: KeyRing) -> Found:
    """Go through everything once, so that it opens with the master key alone."""
    found = Found()
    last: str | None = ""
    while last is not None:
        with database.writing() as session:
            last = _renew_people(session, keys, found, after=last)
    with database.writing() as session:
        _renew_others(session, keys, found)
    return found


def _renew_people(session: Session, keys: KeyRing, found: Found, *, after: str) -> str | None:
    """Go through some people and give the last of them; None where there are no more."""
    rows = session.exec(
        select(PersonKey)
        .where(PersonKey.resident > after)
        .order_by(col(PersonKey.resident))
        .limit(BATCH)
        .with_for_update()
    ).all()
    for row in rows:
        place = f"person:{row.resident}"
        if not _renew(row, "wrapped", place=place, sealer=keys.wraps, found=found):
            continue
        found.renewed += _index_anew(session, row.resident, keys)
    return rows[-1].resident if rows else None


def _index_anew(session: Session, who: str, keys: KeyRing) -> int:
    """Let a person be found by the key in use; give how many hashes are others now."""
    known = resident.of(session, who, keys=keys)
    values = dict(resident.found_by(known)) if known is not None else {}
    values[wechat_identity.FIELD] = wechat_identity.of(session, who, keys=keys)
    changed = int(card.index_anew(session, who, keys=keys))
    for row in session.exec(select(BlindIndex).where(BlindIndex.resident == who)):
        value = values.get(row.field)
        digest = keys.index(row.field, value) if value else row.digest  # what it was of is gone
        changed += row.digest != digest
        row.digest = digest
    return changed


def _renew_others(session: Session, keys: KeyRing, found: Found) -> None:
    """Go through what belongs to nobody in particular; there is little of it."""
    sealer = keys.sealer
    for table, column, place in _SEALED:
        held = select(table).where(getattr(table, column) != "").with_for_update()
        for row in session.exec(held):
            _renew(row, column, place=f"{place}:{row.id}", sealer=sealer, found=found)
    for call in session.exec(select(Task).where(Task.kind == help_call.KIND).with_for_update()):
        if alarm.PASSING in call.details:
            number = _Number(call.details[alarm.PASSING])
            if _renew(number, "sealed", place=f"call:{call.id}", sealer=sealer, found=found):
                call.details = {**call.details, alarm.PASSING: number.sealed}


@dataclass(slots=True)
class _Number:
    """The number that was left with a call for help."""

    sealed: str


def _renew(row: object, column: str, *, place: str, sealer: Sealer, found: Found) -> bool:
    """Seal one text anew where it needs it; False where it does not open."""
    try:
        renewed = sealer.renewed(getattr(row, column), place=place)
    except InvalidTag:
        found.shut += 1
        return False
    if renewed is not None:
        found.renewed += 1
        setattr(row, column, renewed)
    return True
