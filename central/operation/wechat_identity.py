"""A resident's WeChat as who they are: the openid, sealed with their key, found by a keyed hash.

One openid is one resident's. It is no part of `Details`: staff neither see nor correct it.
"""

from __future__ import annotations

from sqlmodel import Session, col, select

from central.database import take_turns
from central.key import KeyRing
from central.operation import audit, limit, resident
from central.record.privacy import BlindIndex, PersonalValue
from locker.contract.failure import Failure

FIELD = "openid"
_ASKED = (("browser", 6, 3600.0), ("all", 120, 60.0))
"""How often WeChat is asked whose a code is, by one browser and by all of them."""
_SIGNED_IN = (8, 86400.0)


def may_ask(session: Session, visit: str, *, keys: KeyRing, now: float) -> bool:
    """Count one question to WeChat and tell whether it may be asked."""
    browser = keys.index("visit", visit)[:40]
    found = [
        limit.allow(
            session, f"wechat-{name}:{browser if name == 'browser' else ''}", limit=most,
            window_s=window_s, now=now,
        )
        for name, most, window_s in _ASKED
    ]  # fmt: skip
    return all(found)


def whose(session: Session, openid: str, *, keys: KeyRing) -> str:
    """Give the resident whose WeChat this is, or nothing."""
    digests = keys.indexes(FIELD, openid)
    rows = select(BlindIndex.resident).where(
        BlindIndex.field == FIELD, col(BlindIndex.digest).in_(digests)
    )
    return session.exec(rows.order_by(col(BlindIndex.resident))).first() or ""


def of(session: Session, who: str, *, keys: KeyRing) -> str:
    """Give the openid that is kept of a resident, or nothing."""
    row = session.get(PersonalValue, (who, FIELD))
    person = resident.sealer(session, who, keys=keys)
    return "" if row is None or person is None else person.open(row.sealed, place=FIELD)


def keep(session: Session, who: str, openid: str, *, keys: KeyRing, now: float) -> Failure | None:
    """Keep a resident's openid in place of the former; not where it is somebody else's."""
    person = resident.sealer(session, who, keys=keys)
    if person is None:
        return Failure.PERSON_ERASED
    take_turns(session, who, keys.index(FIELD, openid))
    if whose(session, openid, keys=keys) not in {"", who}:
        return Failure.WECHAT_TAKEN
    resident.forget(session, who, FIELD)
    session.flush()
    sealed = person.seal(openid, place=FIELD)
    session.add(PersonalValue(resident=who, field=FIELD, sealed=sealed, at=now))
    session.add(BlindIndex(resident=who, field=FIELD, digest=keys.index(FIELD, openid)))
    audit.note(session, "wechat_kept", resident=who, fields=(FIELD,), now=now)
    return None


def forget(session: Session, who: str, *, now: float) -> None:
    """Destroy the openid on the resident's word."""
    if resident.forget(session, who, FIELD):
        audit.note(session, "wechat_forgotten", resident=who, fields=(FIELD,), now=now)


def sign_in(session: Session, who: str, *, now: float) -> str | Failure:
    """Bind another phone of a resident, and give the binding."""
    most, window_s = _SIGNED_IN
    if not limit.allow(session, f"wechat-in:{who}", limit=most, window_s=window_s, now=now):
        return Failure.TOO_MANY_TRIES
    return resident.bind_again(session, who, now=now)
