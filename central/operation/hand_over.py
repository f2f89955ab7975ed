"""What one shift leaves to the next: a note with what is open, read and signed by who comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from central.key import KeyRing, new_id
from central.operation.matter_state import ENDED, MatterState
from central.record.case import Matter
from central.record.people import Staff
from central.record.team import HandOver
from locker.contract.failure import Failure

LENGTH = 600
_SHOWN = 20
_NOT_OPEN = [MatterState.DRAFT.value, *(state.value for state in ENDED)]


@dataclass(frozen=True, slots=True)
class Left:
    """A hand-over, opened. `text` is empty when its time is over."""

    row: HandOver
    text: str
    by: str
    read_by: str


def open_of(session: Session, staff: str) -> Sequence[Matter]:
    """Give the matters that somebody has and that are not over, the most pressing first."""
    return session.exec(
        select(Matter)
        .where(Matter.steward == staff, col(Matter.state).not_in(_NOT_OPEN))
        .order_by(col(Matter.due_at).is_(None), col(Matter.due_at), col(Matter.state_since))
    ).all()


def leave(
    session: Session, text: str, *, staff: str, keys: KeyRing, now: float
) -> HandOver | Failure:
    """Leave a note to the next shift, with the numbers of what is open."""
    if not text:
        return Failure.FORM_INVALID
    row = HandOver(id=new_id("h"), at=now, by=staff, text="")
    row.text = keys.sealer.seal(text[:LENGTH], place=f"hand_over:{row.id}")
    row.open = [case.reference for case in open_of(session, staff)]
    session.add(row)
    session.flush()
    return row


def sign(session: Session, hand_over: str, *, staff: str, now: float) -> Failure | None:
    """Sign that one has read it and takes over; who wrote it cannot."""
    row = session.get(HandOver, hand_over, with_for_update=True)
    if row is None:
        return Failure.NOT_FOUND
    if row.read_at is not None or row.by == staff:
        return Failure.MATTER_MOVED_ON
    row.read_at, row.read_by = now, staff
    return None


def unsigned(session: Session, *, staff: str) -> int:
    """Count the hand-overs that wait for somebody else's signature."""
    rows = session.exec(
        select(HandOver.id).where(col(HandOver.read_at).is_(None), HandOver.by != staff)
    )
    return len(rows.all())


def lately(session: Session, *, keys: KeyRing) -> list[Left]:
    """Give the last twenty, those that nobody signed first."""
    rows = session.exec(
        select(HandOver)
        .order_by(col(HandOver.read_at).is_not(None), col(HandOver.at).desc())
        .limit(_SHOWN)
    ).all()
    people = {row.by for row in rows} | {row.read_by for row in rows}
    names = dict(session.exec(select(Staff.id, Staff.name).where(col(Staff.id).in_(people))).all())
    return [
        Left(
            row,
            keys.sealer.open(row.text, place=f"hand_over:{row.id}") if row.text else "",
            names.get(row.by, ""),
            names.get(row.read_by, ""),
        )
        for row in rows
    ]
