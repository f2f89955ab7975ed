"""How often something may be tried. Kept in the database, so that a restart forgives nothing."""

from __future__ import annotations

from sqlmodel import Session

from central.database import take_turns
from central.key import digest
from central.record.people import Tries

_LONGEST = 80


def is_spent(session: Session, key: str, *, limit: int, window_s: float, now: float) -> bool:
    """Tell whether one more try under `key` would be over the limit; nothing is counted."""
    row = session.get(Tries, _row(key))
    return row is not None and now - row.began_at < window_s and row.count >= limit


def allow(session: Session, key: str, *, limit: int, window_s: float, now: float) -> bool:
    """Count one try under `key` and tell whether it is within the limit of this window."""
    take_turns(session, f"tries:{key}")
    row = session.get(Tries, _row(key), with_for_update=True)
    if row is None:
        row = Tries(key=_row(key), began_at=now, count=0)
        session.add(row)
    if now - row.began_at >= window_s:
        row.began_at, row.count = now, 0
    row.count += 1
    return row.count <= limit


def forgive(session: Session, key: str) -> None:
    """Forget the tries under `key`, after one was right."""
    row = session.get(Tries, _row(key))
    if row is not None:
        session.delete(row)


def _row(key: str) -> str:
    """Give the key of the row: of two long ones that begin alike each has its own."""
    return key if len(key) <= _LONGEST else digest(key)
