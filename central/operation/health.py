"""Cabinets that fall silent: one alarm and one ticket with an owner, one all-clear when back."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Session, col, select

from central.operation import alarm
from central.operation.role import Role
from central.record.cabinet import Alarm, Cabinet
from central.record.case import Task
from central.record.people import Staff

SILENT_S = 90.0
"""Known within two minutes: a round later, and a worker's own round, at the latest."""
OFFLINE, TICKET = "cabinet.offline", "cabinet_offline"


def watch(session: Session, *, now: float) -> None:
    """Ring for each cabinet that is silent, once, and give the all-clear to those that are back."""
    ringing = set(
        session.exec(
            select(Alarm.cabinet).where(Alarm.kind == OFFLINE, col(Alarm.closed_at).is_(None))
        )
    )
    # Columns, not rows: a row carries the whole layout, and this runs again and again.
    told = (Cabinet.id, Cabinet.seen_at, Cabinet.posted_at, Cabinet.enrolled_at)
    in_service = sa.select(*(col(column) for column in told)).where(
        col(Cabinet.enrolled_at).is_not(None), col(Cabinet.revoked_at).is_(None)
    )
    for cabinet, *heard in session.execute(in_service).all():
        silent = now - max(at or 0.0 for at in heard) > SILENT_S
        if silent and cabinet not in ringing:
            alarm.ring(session, cabinet, OFFLINE, now=now)
            alarm.set_task(session, TICKET, cabinet=cabinet, now=now, owner=_owner(session))
        elif not silent and cabinet in ringing:
            alarm.all_clear(session, cabinet, OFFLINE, subject="", now=now)
            _close_ticket(session, cabinet, now=now)


def _owner(session: Session) -> str:
    """Choose whose ticket it is: a technician, or else an administrator. The name, for the list."""
    rank = sa.case((col(Staff.role) == Role.TECHNICIAN.value, 0), else_=1)
    found = session.exec(
        select(Staff.name)
        .where(
            col(Staff.left_at).is_(None),
            col(Staff.role).in_((Role.TECHNICIAN.value, Role.ADMINISTRATOR.value)),
        )
        .order_by(rank, col(Staff.created_at), col(Staff.id))
    ).first()
    return found or ""


def _close_ticket(session: Session, cabinet: str, *, now: float) -> None:
    rows = select(Task).where(
        Task.kind == TICKET, Task.cabinet == cabinet, col(Task.done_at).is_(None)
    )
    for row in session.exec(rows):
        row.done_at, row.done_by = now, "cabinet"
