"""Things done over and over, by one worker at a time: who moves the due time on does the work."""

from __future__ import annotations

from sqlalchemy import update
from sqlmodel import Session, col

from central.record.privacy import Chore


def claim(session: Session, name: str, *, every_s: float, now: float) -> float | None:
    """Give by how many seconds the chore is overdue, and it is ours; None while it is not due.

    Nobody else gets it for `every_s`.
    """
    row = session.get(Chore, name)
    if row is None:
        session.add(Chore(name=name, due_at=now + every_s))
        session.flush()
        return 0.0
    late_s = now - row.due_at
    moved = session.execute(
        update(Chore)
        .where(col(Chore.name) == name, col(Chore.due_at) <= now)
        .values(due_at=now + every_s)
        .returning(col(Chore.name))
        .execution_options(synchronize_session=False)
    )
    return None if moved.first() is None else late_s
