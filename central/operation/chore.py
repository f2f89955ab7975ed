"""Things done over and over, by one worker at a time: who moves the due time on does the work."""

from __future__ import annotations

from sqlalchemy import update
from sqlmodel import Session, col

from central.record.privacy import Chore


def claim(session: Session, name: str, *, every_s: float, now: float) -> bool:
    """Tell whether the chore is due and ours; nobody else gets it for `every_s`."""
    if session.get(Chore, name) is None:
        session.add(Chore(name=name, due_at=now + every_s))
        session.flush()
        return True
    moved = session.execute(
        update(Chore)
        .where(col(Chore.name) == name, col(Chore.due_at) <= now)
        .values(due_at=now + every_s)
        .returning(col(Chore.name))
        .execution_options(synchronize_session=False)
    )
    return moved.first() is not None
