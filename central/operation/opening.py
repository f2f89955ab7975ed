"""Opening one door from afar: by a member of staff, for 30 seconds, with a reason from a list.

The reason goes into the cabinet's journal, so it names nobody. Where the cabinet asks for a second
person, whoever asks for the same door within a minute of the first is that person.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from sqlmodel import Session, col, select

from central.operation import audit, grant, turn
from central.record.cabinet import Cabinet
from central.record.case import Consignment, Grant, Matter, Turn
from locker.contract.failure import Failure
from locker.contract.vocabulary import GrantState, Purpose

SECOND_PERSON_S = 60.0


class Reason(StrEnum):
    """Why a door is opened from afar."""

    RESIDENT_AT_DOOR = "resident_at_door"
    """The resident stands there and cannot open it: it is opened as theirs."""
    TAKE_OUT = "take_out"
    """Staff stand there and take out what lies inside."""
    LOOK = "look"
    """What lies inside is not known for certain."""


def ask(
    session: Session, consignment: str, reason: Reason, *, cabinet: str, staff: str, now: float
) -> Turn | Failure:
    """Ask the cabinet to open the door behind which a consignment lies."""
    row = session.get(Consignment, consignment)
    if row is None or row.cabinet != cabinet:
        return Failure.NOT_FOUND
    session.get_one(Cabinet, row.cabinet, with_for_update=True)
    if row.state != "inside":
        return Failure.MATTER_MOVED_ON
    used = _grant(session, row, reason, now=now)
    if used is None:
        return Failure.NOT_READY
    first = _first_person(session, used, staff=staff, now=now)
    asked = turn.ask(session, used, now=now, by=turn.Staff(staff, reason.value, first))
    case = session.get(Matter, row.matter) if row.matter else None
    audit.note(session, "door_opened", resident=case.resident if case else "", staff=staff, now=now)
    return asked


def inside(session: Session, cabinets: Sequence[str]) -> list[tuple[Consignment, Matter | None]]:
    """Give what lies in these cabinets, door by door."""
    rows = session.exec(
        select(Consignment, Matter)
        .outerjoin(Matter, col(Matter.id) == col(Consignment.matter))
        .where(Consignment.state == "inside", col(Consignment.cabinet).in_(cabinets))
        .order_by(col(Consignment.cabinet), col(Consignment.compartment))
    ).all()
    return [(row, matter) for row, matter in rows]


def _grant(session: Session, row: Consignment, reason: Reason, *, now: float) -> Grant | None:
    inbound = row.direction == "inbound"
    purpose = Purpose.TAKE_OUT if inbound else Purpose.RECALL
    if reason is Reason.RESIDENT_AT_DOOR:
        purpose = Purpose.COLLECT
    known = session.exec(
        select(Grant).where(
            Grant.consignment == row.id,
            Grant.purpose == purpose.value,
            Grant.state == GrantState.LIVE.value,
            col(Grant.expires_at) > now,
            Grant.delegate == "",
        )
    ).first()
    if known is not None or purpose is Purpose.COLLECT:
        return known
    case = session.get(Matter, row.matter) if row.matter else None
    reference = case.reference if case else row.walk_in
    return grant.make(session, row, purpose, reference=reference, now=now)


def _first_person(session: Session, used: Grant, *, staff: str, now: float) -> str:
    before = turn.latest(session, used.id)
    refused = before is not None and before.failure == Failure.NEEDS_SECOND_PERSON.value
    if before is None or not refused or before.staff in {"", staff}:
        return ""
    return before.staff if now - before.asked_at <= SECOND_PERSON_S else ""
