"""That a telephone number is somebody's own: six digits by SMS, for ten minutes and five tries.

One proof a browser at a time. A number that was proven lets its owner bind another phone.
"""

from __future__ import annotations

import hmac
import secrets
from enum import StrEnum

from sqlmodel import Session, col, select

from central.key import KeyRing
from central.notice_settings import Budget
from central.operation import limit, resident
from central.record.people import Resident
from central.record.privacy import BlindIndex, PhoneProof
from locker.contract.failure import Failure

KIND = "proof"
"""The kind of its message, as templates are named by."""
LIFE_S = 600.0
TRIES = 5
_LIMITS = (("number", 3, 600.0), ("number-day", 8, 86400.0), ("browser", 6, 3600.0))
_TOWN = "proof-town-{:.0f}"


class Use(StrEnum):
    """What a right code is for."""

    NEW = "new"
    """Somebody binds for the first time."""
    AGAIN = "again"
    """Another phone of somebody who is bound."""
    OWN = "own"
    """A bound resident proves the number that is kept."""


class Checked(StrEnum):
    """What six typed digits were."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"
    """Too late, or one try too many: a new code is needed."""


def is_spent(session: Session, budget: Budget, *, now: float) -> bool:
    """Tell whether no number is sent another code now."""
    return any(
        limit.is_spent(session, _TOWN.format(window_s), limit=most, window_s=window_s, now=now)
        for most, window_s in budget.windows
    )


def spend(session: Session, budget: Budget, *, now: float) -> None:
    """Count a code that is sent."""
    for most, window_s in budget.windows:
        limit.allow(session, _TOWN.format(window_s), limit=most, window_s=window_s, now=now)


def begin(
    session: Session, visit: str, phone: str, *, use: Use, who: str = "", keys: KeyRing, now: float
) -> str | Failure:
    """Begin a proof in a browser (`visit`) in place of the former one, and give the code.

    `who`: the resident whose it is, where it is known.
    """
    number, browser = keys.index("phone", phone), keys.index("visit", visit)
    for name, most, window_s in _LIMITS:
        key = f"proof-{name}:{(browser if name == 'browser' else number)[:40]}"
        if not limit.allow(session, key, limit=most, window_s=window_s, now=now):
            return Failure.TOO_MANY_TRIES
    code = f"{secrets.randbelow(10**6):06d}"
    row = session.get(PhoneProof, browser) or PhoneProof(
        id=browser, phone="", resident="", use="", code="", tries=0, at=now
    )
    row.phone, row.resident, row.use, row.at, row.tries = number, who, use.value, now, 0
    row.code = _digest(row, code, keys=keys)
    session.add(row)
    session.flush()
    return code


def waiting(
    session: Session, visit: str, *, keys: KeyRing, now: float, to_end: bool = False
) -> PhoneProof | None:
    """Give the proof that a browser has begun and may still end, locked where it is to end."""
    row = session.get(PhoneProof, keys.index("visit", visit), with_for_update=to_end)
    return None if row is None or now - row.at > LIFE_S or row.tries >= TRIES else row


def check(session: Session, row: PhoneProof, typed: str, *, keys: KeyRing) -> Checked:
    """Judge what was typed, and count it; the right code ends the proof."""
    row.tries += 1
    if hmac.compare_digest(row.code, _digest(row, typed, keys=keys)):
        session.delete(row)
        return Checked.RIGHT
    return Checked.OVER if row.tries >= TRIES else Checked.WRONG


def is_theirs(session: Session, row: PhoneProof) -> bool:
    """Tell whether the number that the code went to is still its resident's."""
    kept = session.get(BlindIndex, (row.resident, "phone"))
    return kept is not None and hmac.compare_digest(kept.digest, row.phone)


def whose(session: Session, name: str, phone: str, *, keys: KeyRing) -> str:
    """Give the resident of this name whose proven number this is, the newest, or nothing."""
    both = set(resident.with_phone(session, phone, keys=keys)) & set(
        resident.find(session, name, keys=keys)
    )
    rows = select(Resident.id).where(
        col(Resident.id).in_(both), col(Resident.phone_proven_at).is_not(None)
    )
    return session.exec(rows.order_by(col(Resident.created_at).desc())).first() or ""


def proven(session: Session, who: str, *, now: float) -> None:
    """Note that a resident's number is proven."""
    session.get_one(Resident, who, with_for_update=True).phone_proven_at = now


def _digest(row: PhoneProof, code: str, *, keys: KeyRing) -> str:
    return keys.index("proof", f"{row.id} {row.phone} {row.use} {code}")
