"""Whether anything that the console shows has changed: one short text to compare. Reads only."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlmodel import Session, col

from central.record.cabinet import Alarm, CabinetEvent, Door
from central.record.case import Matter, MatterStep, Task
from central.record.team import HandOver


def version(session: Session) -> str:
    """Give a text that differs after a change: no name and no number of a matter is in it."""
    parts = (
        func.max(col(CabinetEvent.id)),
        func.max(col(Door.at)),
        func.max(col(Alarm.id)),
        func.max(col(Alarm.closed_at)),
        func.max(col(MatterStep.id)),
        func.max(col(Matter.created_at)),
        func.max(col(Task.id)),
        func.max(col(Task.done_at)),
        func.max(col(HandOver.at)),
        func.max(col(HandOver.read_at)),
    )
    row = session.execute(select(*(select(part).scalar_subquery() for part in parts))).one()
    return ".".join(str(value or 0) for value in row)
