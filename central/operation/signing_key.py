"""The change of the key that signs QR codes: told to every cabinet, used once all of them have it.

A cabinet that is cut off goes on with the keys it has: the new one is used only when each has it.
"""

from __future__ import annotations

from sqlmodel import Session, col, select

from central.operation import news
from central.record.cabinet import Cabinet, CabinetEvent
from locker.contract.centre import KeyGoneNews, KeyNews, SigningKey
from locker.contract.event import KeyPut, KeyRemoved


def tell(session: Session, key: SigningKey, *, now: float) -> None:
    """Tell every cabinet that has not said so yet that this key will be good."""
    for cabinet in waiting(session, key.kid):
        news.put(session, cabinet.id, KeyNews(kid=key.kid, key=key.key), now=now)


def tell_gone(session: Session, kid: str, *, now: float) -> None:
    """Tell every cabinet that a key is no longer good."""
    for cabinet in _in_service(session):
        news.put(session, cabinet.id, KeyGoneNews(kid=kid), now=now)


def waiting(session: Session, kid: str) -> list[Cabinet]:
    """Give the cabinets in service whose journal does not show that they have this key."""
    return [row for row in _in_service(session) if not _has(session, row.id, kid)]


def _in_service(session: Session) -> list[Cabinet]:
    enrolled = col(Cabinet.enrolled_at).is_not(None) & col(Cabinet.revoked_at).is_(None)
    return list(session.exec(select(Cabinet).where(enrolled).order_by(col(Cabinet.id))))


def _has(session: Session, cabinet: str, kid: str) -> bool:
    """Whether the last word of the cabinet's newest journal about this key is that it is there."""
    told = select(CabinetEvent).where(
        CabinetEvent.cabinet == cabinet, col(CabinetEvent.kind).in_({KeyPut.kind, KeyRemoved.kind})
    )
    words = [
        row.kind
        for row in session.exec(told.order_by(col(CabinetEvent.id)))
        if row.body.get("kid") == kid
    ]
    return bool(words) and words[-1] == KeyPut.kind
