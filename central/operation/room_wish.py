"""Who stood before a full cabinet and wants to be told, once, when it has room.

The number is sealed and its row goes before the message does: nobody is told twice, and nothing
of it is kept. One that surely was not sent is put back.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from central import normal
from central.database import Database
from central.key import KeyRing, new_id
from central.notice_settings import NoticeSettings
from central.operation import bulletin
from central.operation.quiet import after_quiet
from central.provider.answer import Message, Outcome
from central.record.cabinet import Cabinet
from central.record.told import RoomWish
from locker.contract.text import Catalogue

_LOG = logging.getLogger(__name__)

KIND = "room"
MOST = 20
"""So many wait for one cabinet; then the glass offers it no more, and takes no number."""
KEPT_S = 7 * 86_400.0


@dataclass(frozen=True, slots=True)
class _Told:
    wish: RoomWish
    message: Message


def wish(session: Session, cabinet: str, typed: str, *, keys: KeyRing, now: float) -> None:
    """Keep a number until its cabinet has room; the same one once."""
    phone = normal.phone(typed)
    waiting = session.exec(select(RoomWish).where(RoomWish.cabinet == cabinet)).all()
    if phone is None or phone in {_open(row, keys=keys) for row in waiting}:
        return
    made = new_id("w")
    sealed = keys.sealer.seal(phone, place=f"room:{made}")
    session.add(RoomWish(id=made, cabinet=cabinet, sealed=sealed, at=now))


def is_full(session: Session, cabinet: str) -> bool:
    """Tell whether as many wait for a cabinet as are kept."""
    waiting = select(func.count()).where(RoomWish.cabinet == cabinet)
    return session.exec(waiting).one() >= MOST


def can_tell(settings: NoticeSettings) -> bool:
    """Tell whether any way is set up by which a mobile number could be told."""
    probe = Message(notice="", kind=KIND, number="", phone="+8613800000000", text="")
    return any(way.can(probe) for way in settings.channels)


def tell(database: Database, settings: NoticeSettings, *, keys: KeyRing, now: float) -> int:
    """Tell whoever waits for a cabinet that has room now, outside the quiet hours; count them."""
    if after_quiet(now, settings.quiet) > now:
        return 0
    with database.writing() as session:
        session.execute(delete(RoomWish).where(col(RoomWish.at) < now - KEPT_S))
        if session.exec(select(RoomWish.id).limit(1)).first() is None:
            return 0
        rows = select(RoomWish).where(
            col(RoomWish.cabinet).in_(bulletin.with_room(session, now=now))
        )
        due = [_take(session, row, keys=keys) for row in session.exec(rows).all()]
    for one in due:
        if not _send(settings, one.message, now=now):
            with database.writing() as session:
                session.add(one.wish)
    return len(due)


def _take(session: Session, row: RoomWish, *, keys: KeyRing) -> _Told:
    site = session.get_one(Cabinet, row.cabinet).site
    text = Catalogue.load("central", "phone", "zh_CN")(f"notice.{KIND}", site=site)
    message = Message(
        notice=row.id, kind=KIND, number="", phone=_open(row, keys=keys), text=text
    )  # fmt: skip
    kept = RoomWish(id=row.id, cabinet=row.cabinet, sealed=row.sealed, at=row.at)
    session.delete(row)
    return _Told(kept, message)


def _send(settings: NoticeSettings, message: Message, *, now: float) -> bool:
    """Send by the first way that takes it; False where it surely was not sent and may be later."""
    may_be_later = False
    for way in settings.channels:
        if not way.can(message):
            continue
        try:
            answer = way.send(message, now=now)
        except Exception:  # noqa: BLE001  (it may have gone: nobody is told twice)
            _LOG.exception("room at a cabinet by %s", way.name)
            return True
        match answer.outcome:
            case Outcome.ACCEPTED | Outcome.UNKNOWN:
                return True
            case Outcome.LATER:
                may_be_later = True
            case Outcome.REFUSED:
                pass
    return not may_be_later


def _open(row: RoomWish, *, keys: KeyRing) -> str:
    return keys.sealer.open(row.sealed, place=f"room:{row.id}")
