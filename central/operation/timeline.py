"""An auditor's one timeline of a matter: centre and cabinet merged, each line with its evidence.

Cabinet events stand in the order of their journals, never of their clock; steps that an event
caused follow it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, col, select

from central.operation import desk
from central.record.cabinet import CabinetEvent, DoorVisit
from central.record.case import Consignment, Matter, MatterStep
from central.record.people import Audit, Notice, Staff


class Source(StrEnum):
    """Who says so."""

    CABINET = "cabinet"
    CENTRE = "centre"
    NOTICE = "notice"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `evidence`: journal, sequence and hash of an event, or the row that holds it."""

    source: Source
    at: float
    what: str
    who: str
    door: int | None
    evidence: str
    flag: str = ""
    said: tuple[str, ...] = ()
    """How it came out, in the words of the event."""


def of_matter(session: Session, matter: Matter) -> list[Line]:
    """Give a matter's whole story in one order."""
    names = {row.id: row.name for row in session.exec(select(Staff))}
    events = _events(session, matter)
    place = {event.id: number for number, event in enumerate(events, 1)}
    told: list[tuple[float, Line]] = []
    done = 0
    for step in session.exec(
        select(MatterStep).where(MatterStep.matter == matter.id).order_by(col(MatterStep.id))
    ):
        until = place.get(step.event, done)
        while step.event is None and until < len(events) and events[until].arrived_at < step.at:
            until += 1
        told += [_of_event(event, names) for event in events[done:until]]
        done = max(done, until)
        who = names.get(step.staff, "")
        line = Line(Source.CENTRE, step.at, f"trigger.{step.trigger}", who, None, f"#{step.id}")
        told.append((step.at, line))
    told += [_of_event(event, names) for event in events[done:]]
    for line in (*_notices(session, matter), *_looks(session, matter, names)):
        behind = next((n for n, (at, _) in enumerate(told) if at > line.at), len(told))
        told.insert(behind, (line.at, line))
    return [line for _, line in told]


def _of_event(event: CabinetEvent, names: dict[str, str]) -> tuple[float, Line]:
    """Give when the centre heard of an event, and its line with the cabinet's own time."""
    door = event.body.get("compartment")
    line = Line(
        source=Source.CABINET,
        at=event.wall,
        what=f"event.{event.kind}",
        who=names.get(str(event.body.get("staff") or ""), ""),
        door=door if isinstance(door, int) else None,
        evidence=f"{event.journal_number}/{event.sequence} {event.hash[:12]}",
        flag=event.flag,
        said=desk.said(event),
    )
    return event.arrived_at, line


def of_door(
    session: Session, cabinet: str, compartment: int, *, limit: int = 300
) -> list[tuple[DoorVisit, str]]:
    """Give the visits at one door, newest first, with the short number of each one's matter."""
    rows = session.exec(
        select(DoorVisit, Matter.reference)
        .outerjoin(Consignment, col(Consignment.id) == col(DoorVisit.consignment))
        .outerjoin(Matter, col(Matter.id) == col(Consignment.matter))
        .where(DoorVisit.cabinet == cabinet, DoorVisit.compartment == compartment)
        .order_by(col(DoorVisit.opened_at).desc())
        .limit(limit)
    ).all()
    return [(visit, reference or "") for visit, reference in rows]


def _events(session: Session, matter: Matter) -> list[CabinetEvent]:
    visits = (
        select(DoorVisit.visit)
        .join(Consignment, col(Consignment.id) == col(DoorVisit.consignment))
        .where(Consignment.matter == matter.id, DoorVisit.cabinet == matter.cabinet)
    )
    return list(
        session.exec(
            select(CabinetEvent)
            .where(
                CabinetEvent.cabinet == matter.cabinet,
                col(CabinetEvent.visit).in_(visits),
                col(CabinetEvent.kind).in_(desk.EVIDENCE),
            )
            .order_by(col(CabinetEvent.journal_number), col(CabinetEvent.sequence))
        )
    )


def _notices(session: Session, matter: Matter) -> list[Line]:
    rows = session.exec(select(Notice).where(Notice.matter == matter.id).order_by(col(Notice.at)))
    return [
        Line(Source.NOTICE, row.at, f"notice_state.{row.state}", "", None, f"#{row.id}")
        for row in rows
    ]


def _looks(session: Session, matter: Matter, names: dict[str, str]) -> list[Line]:
    rows = session.exec(
        select(Audit)
        .where(Audit.resident == matter.resident, Audit.at >= matter.created_at)
        .order_by(col(Audit.id))
    )
    return [
        Line(
            Source.AUDIT, row.at, f"act.{row.act}", names.get(row.staff, ""), None,
            f"#{row.id}",
        )
        for row in rows
    ]  # fmt: skip
