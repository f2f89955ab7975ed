"""Things done over and over, by one worker at a time, and which of them are late.

A row says when its chore may be begun next, and when it is late. Who takes it keeps others from it
for a while; only who has `done` it moves both times on. So one that failed, or whose worker died,
is begun again after that while, and every worker says the same of what is late.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from central.database import take_turns
from central.record.privacy import Chore

LATE_S = 60.0
"""What is due may take so long before it is told as late."""


def take(session: Session, name: str, *, every_s: float, for_s: float, now: float) -> float | None:
    """Give by how many seconds the chore is overdue, and it is ours; None while it is not due.

    Nobody else gets it for `for_s`. What would be due later than in `every_s` was put off by a
    clock that was wrong: it is due.
    """
    take_turns(session, f"chore:{name}")
    row = session.get(Chore, name) or Chore(name=name, due_at=now)
    if now < row.due_at <= now + every_s:
        return None
    overdue_s = max(now - row.due_at, 0.0)
    row.due_at = now + for_s
    session.add(row)
    return overdue_s


def done(session: Session, name: str, *, next_at: float) -> None:
    """Let a chore rest until it is due again."""
    row = session.get_one(Chore, name)
    row.due_at, row.late_at = next_at, next_at + LATE_S


def late(session: Session, names: Sequence[str], *, since: float, now: float) -> list[str]:
    """Name those that should have been done by now, by who serves `since` then."""
    rested = set(session.exec(select(Chore.name).where(col(Chore.late_at) >= now)))
    return [] if now < since + LATE_S else [name for name in names if name not in rested]
