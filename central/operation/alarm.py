"""Alarms of cabinets and tasks for staff: opened by events, closed by a person or an all-clear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from central.record.cabinet import Alarm
from central.record.case import Task
from locker.contract.event import DoorOpenedUnasked

PASSING = "sealed"
"""The name of what a task keeps for as long as it is open, and no longer."""
GIVE_BACK = "give_papers_back"
LOOK_AT_DOOR, LOOK_INSIDE = "look_at_door", "look_inside"
"""What lies behind a door is not known; or something does, and it opened by itself."""
LOOKS = (LOOK_AT_DOOR, LOOK_INSIDE)
HAND_SLIP, TELL, TELL_AT_DOOR, TELL_FAMILY = (
    "hand_slip", "tell_resident", "tell_at_door", "tell_family",
)  # fmt: skip
_OVER_WITH_IT = (GIVE_BACK, HAND_SLIP, TELL, TELL_AT_DOOR, TELL_FAMILY)
"""Who has collected need not be told any more that they may."""


def ring(
    session: Session, cabinet: str, kind: str, *, now: float, subject: str = "", **details: Any
) -> None:
    """Open an alarm, unless the same one (kind and subject) is open at this cabinet."""
    same = select(Alarm).where(
        Alarm.cabinet == cabinet,
        Alarm.kind == kind,
        Alarm.subject == subject,
        col(Alarm.closed_at).is_(None),
    )
    if session.exec(same).first() is None:
        session.add(Alarm(cabinet=cabinet, kind=kind, subject=subject, details=details, at=now))


def all_clear(session: Session, cabinet: str, kind: str, *, subject: str, now: float) -> None:
    """Close the open alarms of one kind and subject: what they said is over."""
    same = select(Alarm).where(
        Alarm.cabinet == cabinet,
        Alarm.kind == kind,
        Alarm.subject == subject,
        col(Alarm.closed_at).is_(None),
    )
    for row in session.exec(same):
        row.closed_at, row.closed_by = now, "cabinet"


def close(session: Session, alarm: int, *, staff: str, now: float) -> bool:
    """Close an alarm that a person has seen to. False when it is not there."""
    row = session.get(Alarm, alarm)
    if row is None:
        return False
    if row.closed_at is None:
        row.closed_at, row.closed_by = now, staff
        if row.kind == DoorOpenedUnasked.kind and not _rings(session, row):
            door = int(row.details["compartment"])
            finish_door_tasks(session, LOOK_INSIDE, cabinet=row.cabinet, compartment=door, now=now)
    return True


def _rings(session: Session, like: Alarm) -> bool:
    """Tell whether another alarm of the same kind and door is open: each opening is one."""
    same = select(Alarm).where(
        Alarm.cabinet == like.cabinet,
        Alarm.kind == like.kind,
        col(Alarm.closed_at).is_(None),
    )
    return any(row.details == like.details for row in session.exec(same))


def open_alarms(session: Session) -> Sequence[Alarm]:
    """Give all open alarms, newest first."""
    open_ones = select(Alarm).where(col(Alarm.closed_at).is_(None))
    return session.exec(open_ones.order_by(col(Alarm.id).desc())).all()


def set_task(
    session: Session, kind: str, *, cabinet: str, now: float, matter: str = "",
    consignment: str = "", **details: Any,
) -> None:  # fmt: skip
    """Give staff something to do, unless the same is open already."""
    same = select(Task).where(
        Task.kind == kind,
        Task.cabinet == cabinet,
        Task.matter == matter,
        Task.consignment == consignment,
        col(Task.done_at).is_(None),
    )
    if any(row.details == details for row in session.exec(same)):
        return
    session.add(
        Task(
            kind=kind,
            cabinet=cabinet,
            matter=matter,
            consignment=consignment,
            details=details,
            at=now,
        )
    )


def open_tasks(session: Session) -> Sequence[Task]:
    """Give what is to be done: who stands there and calls, 认领 (whose papers?), then by age."""
    return session.exec(
        select(Task)
        .where(col(Task.done_at).is_(None))
        .order_by(col(Task.kind) != "help_called", col(Task.kind) != "claim", col(Task.id))
    ).all()


def finish_task(session: Session, task: int, *, staff: str, now: float) -> Task | None:
    """Mark a task done and give it; None when it is not there or was done before."""
    row = session.get(Task, task, with_for_update=True)
    if row is None or row.done_at is not None:
        return None
    row.done_at, row.done_by = now, staff
    row.details = {key: row.details[key] for key in row.details if key != PASSING}
    return row


def finish_door_tasks(
    session: Session, kind: str, *, cabinet: str, compartment: int, now: float
) -> None:
    """Mark tasks at one door done that somebody has seen to at the cabinet."""
    same = select(Task).where(
        Task.kind == kind, Task.cabinet == cabinet, col(Task.done_at).is_(None)
    )
    for row in session.exec(same):
        if row.details.get("compartment") == compartment:
            row.done_at = now


def looked(
    session: Session, *, cabinet: str, compartment: int, consignment: str = "", now: float
) -> None:
    """Somebody saw what lies behind a door, or where the consignment is: no need to look there."""
    open_ones = select(Task).where(
        col(Task.kind).in_(LOOKS), Task.cabinet == cabinet, col(Task.done_at).is_(None)
    )
    for row in session.exec(open_ones):
        found = consignment and row.consignment == consignment
        if found or row.details["compartment"] == compartment:
            row.done_at = now


def finish_tasks_at_end(session: Session, matter: str, *, now: float) -> None:
    """Mark done what was to be told, or to be given back, of a matter that is over."""
    same = select(Task).where(
        Task.matter == matter, col(Task.kind).in_(_OVER_WITH_IT), col(Task.done_at).is_(None)
    )
    for row in session.exec(same):
        row.done_at = now


def finish_tasks_of(session: Session, *, kind: str, consignment: str, now: float) -> None:
    """Mark tasks done that something else made needless."""
    same = select(Task).where(
        Task.kind == kind, Task.consignment == consignment, col(Task.done_at).is_(None)
    )
    for row in session.exec(same):
        row.done_at = now
