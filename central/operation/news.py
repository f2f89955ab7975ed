"""News for cabinets: numbered items under the cabinet's own counter, or everything anew."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from sqlalchemy import delete, func, text, update
from sqlmodel import Session, col, select

from central.database import NEWS_FOR
from central.key import KeyRing, decode
from central.record.cabinet import Cabinet, CabinetEvent, CabinetNews
from central.record.case import Grant
from central.record.people import Badge, Staff
from locker.contract.centre import (
    GrantNews,
    KeyNews,
    News,
    NumberedNews,
    RevokeNews,
    StaffNews,
)
from locker.contract.digest import badge_digest, badge_lookup
from locker.contract.event import NewsApplied
from locker.contract.vocabulary import Capability, GrantState, LastFour, Purpose

CHANNEL = "bangbangui_news"
"""PostgreSQL's NOTIFY channel; the payload is the cabinet's id. A hint, never the news."""

ITEMS_PER_ANSWER = 500
KEPT_ITEMS = 2000
"""Older items are dropped; a cabinet that missed them gets a snapshot."""
_PRUNE_EVERY = 500
PUT_OFF_S = 30 * 86400.0
"""By how much outages may put an expiry off, at most, for a withdrawal to be told again."""


def put(
    session: Session, cabinet: str, item: BaseModel, *, now: float, life_s: float | None = None
) -> int:
    """Write one item and give its number. `life_s`: after how long it is worth nothing."""
    n = _raise_counter(session, cabinet)
    expires_at = None if life_s is None else now + life_s
    body = item.model_dump(mode="json")
    session.add(CabinetNews(cabinet=cabinet, n=n, item=body, at=now, expires_at=expires_at))
    if n % _PRUNE_EVERY == 0:
        old = (col(CabinetNews.cabinet) == cabinet) & (col(CabinetNews.n) <= n - KEPT_ITEMS)
        session.execute(delete(CabinetNews).where(old))
    _wake(session, cabinet)
    return n


def start_over(session: Session, cabinet: str) -> None:
    """Forget what was told: whatever this cabinet has, it gets everything anew."""
    session.execute(delete(CabinetNews).where(col(CabinetNews.cabinet) == cabinet))
    _raise_counter(session, cabinet)
    _wake(session, cabinet)


def _raise_counter(session: Session, cabinet: str) -> int:
    raised = (
        update(Cabinet)
        .where(col(Cabinet.id) == cabinet)
        .values(news_n=col(Cabinet.news_n) + 1)
        .returning(col(Cabinet.news_n))
        .execution_options(synchronize_session=False)
    )
    n: int = session.execute(raised).scalar_one()
    return n


def _wake(session: Session, cabinet: str) -> None:
    told = session.info.setdefault(NEWS_FOR, set())
    if cabinet not in told:
        told.add(cabinet)
        if session.get_bind().dialect.name == "postgresql":
            notify = text("SELECT pg_notify(:channel, :cabinet)")
            session.execute(notify, {"channel": CHANNEL, "cabinet": cabinet})


def counter(session: Session, cabinet: str) -> int:
    """Give the cabinet's counter."""
    return session.exec(select(Cabinet.news_n).where(Cabinet.id == cabinet)).one()


def counters(session: Session) -> dict[str, int]:
    """Give every cabinet's counter."""
    return dict(session.exec(select(Cabinet.id, Cabinet.news_n)).all())


def after(session: Session, cabinet: str, *, n: int, keys: KeyRing, now: float) -> News:
    """Give what followed number `n`, or everything anew when that number is unknown here.

    In a snapshot every item carries the counter itself, which is also the answer's `n`.
    """
    latest = counter(session, cabinet)
    if n == latest:
        return News(n=n, centre_time=now)
    oldest: int | None = session.exec(
        select(func.min(CabinetNews.n)).where(CabinetNews.cabinet == cabinet)
    ).one()
    if n == 0 or n > latest or oldest is None or oldest > n + 1:
        return _snapshot(session, cabinet, latest=latest, keys=keys, now=now)
    rows = session.exec(
        select(CabinetNews)
        .where(CabinetNews.cabinet == cabinet, CabinetNews.n > n)
        .order_by(col(CabinetNews.n))
        .limit(ITEMS_PER_ANSWER)
    ).all()
    items = tuple(NumberedNews(n=row.n, item=row.item) for row in rows)
    return News(n=items[-1].n if items else n, items=items, centre_time=now)


def grant_news(grant: Grant) -> GrantNews:
    """Give a grant in the form that its cabinet keeps."""
    return GrantNews(
        grant=grant.id,
        purpose=Purpose(grant.purpose),
        consignment=grant.consignment,
        matter=grant.matter,
        reference=grant.reference,
        issued_at=grant.issued_at,
        expires_at=grant.expires_at,
        code_digest=grant.code_digest or None,
        card_lookup=grant.card_lookup or None,
        card_digest=grant.card_digest or None,
        last_four=LastFour(grant.last_four) if grant.last_four else None,
        last_four_digest=grant.last_four_digest or None,
        low_door=grant.low_door,
        size=grant.size,
    )


def seal_keys(cabinet: Cabinet, *, keys: KeyRing) -> None:
    """Keep a cabinet's key and salt so that the database alone does not tell them."""
    for of, place in (("key", "badge_key"), ("salt", "code_salt")):
        if sent := getattr(cabinet, place):
            setattr(cabinet, f"sealed_{of}", keys.sealer.seal(sent, place=f"{place}:{cabinet.id}"))
            setattr(cabinet, place, "")


def badge_key(cabinet: Cabinet, *, keys: KeyRing) -> bytes:
    """Give the key under which a cabinet keeps badges and cards; empty before it was enrolled."""
    return _opened(cabinet, cabinet.sealed_key, "badge_key", keys)


def code_salt(cabinet: Cabinet, *, keys: KeyRing) -> bytes:
    """Give the salt under which a cabinet keeps codes; empty before it was enrolled."""
    return _opened(cabinet, cabinet.sealed_salt, "code_salt", keys)


def _opened(cabinet: Cabinet, sealed: str, place: str, keys: KeyRing) -> bytes:
    if not sealed:
        return decode(getattr(cabinet, place))
    return decode(keys.sealer.open(sealed, place=f"{place}:{cabinet.id}"))


def is_withdrawal_applied(session: Session, cabinet: str, grant: str) -> bool:
    """Tell whether a cabinet has applied a withdrawal, also where it never knew the grant.

    One that is not kept any more was among what an older counter or a snapshot has brought.
    """
    here = CabinetNews.cabinet == cabinet
    body = col(CabinetNews.item)
    about = (body["item"].as_string() == "revoke", body["grant"].as_string() == grant)
    n: int | None = session.exec(select(func.max(CabinetNews.n)).where(here, *about)).one()
    if n is None:
        oldest: int | None = session.exec(select(func.min(CabinetNews.n)).where(here)).one()
        n = counter(session, cabinet) if oldest is None else oldest - 1
    applied = session.exec(
        select(CabinetEvent.body)
        .where(CabinetEvent.cabinet == cabinet, CabinetEvent.kind == NewsApplied.kind)
        .order_by(col(CabinetEvent.id).desc())
        .limit(1)
    ).first()
    known = None if applied is None else applied.get("n")
    return isinstance(known, int) and known >= n


def staff_news(
    badge: Badge, cabinet: Cabinet, *, capabilities: list[str], keys: KeyRing
) -> StaffNews:
    """Give a badge in the form that one cabinet keeps: digests under that cabinet's key."""
    secret, pin = keys.sealer.open(badge.sealed, place=f"badge:{badge.id}").split(" ")
    key = badge_key(cabinet, keys=keys)
    return StaffNews(
        staff=badge.staff,
        lookup=badge_lookup(secret, badge_key=key),
        digest=badge_digest(secret, pin, badge_key=key),
        capabilities=tuple(Capability(word) for word in capabilities),
        expires_at=badge.expires_at,
    )


def badges_for(session: Session, cabinet: Cabinet, *, keys: KeyRing, now: float) -> list[StaffNews]:
    """Give every good badge in the form that this cabinet keeps."""
    rows = session.exec(
        select(Badge, Staff)
        .join(Staff, col(Staff.id) == col(Badge.staff))
        .where(
            col(Badge.revoked_at).is_(None),
            col(Staff.left_at).is_(None),
            col(Badge.expires_at) > now,
        )
    ).all()
    return [
        staff_news(badge, cabinet, capabilities=person.capabilities, keys=keys)
        for badge, person in rows
    ]


def _snapshot(session: Session, cabinet: str, *, latest: int, keys: KeyRing, now: float) -> News:
    items: list[BaseModel] = [KeyNews(kid=key.kid, key=key.key) for key in keys.accepted]
    row = session.get_one(Cabinet, cabinet)
    items += badges_for(session, row, keys=keys, now=now)
    grants = session.exec(
        select(Grant).where(
            Grant.cabinet == cabinet,
            Grant.state == GrantState.LIVE.value,
            col(Grant.from_cabinet).is_(False),
        )
    ).all()
    items += [grant_news(grant) for grant in grants]
    # What the cabinet itself gave stays in force where a snapshot does not name it.
    withdrawn = session.exec(
        select(Grant.id).where(
            Grant.cabinet == cabinet,
            Grant.state == GrantState.REVOKED.value,
            col(Grant.from_cabinet).is_(True),
            Grant.expires_at > now - PUT_OFF_S,
        )
    ).all()
    items += [RevokeNews(grant=grant, reason="not_in_snapshot") for grant in withdrawn]
    passing = session.exec(
        select(CabinetNews.item)
        .where(CabinetNews.cabinet == cabinet, col(CabinetNews.expires_at) > now)
        .order_by(col(CabinetNews.n))
    ).all()
    bodies: list[dict[str, Any]] = [item.model_dump(mode="json") for item in items]
    bodies += [dict(item) for item in passing]
    numbered = tuple(NumberedNews(n=max(latest, 1), item=body) for body in bodies)
    return News(n=latest, items=numbered, snapshot=True, centre_time=now)
