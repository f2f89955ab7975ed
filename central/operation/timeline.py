"""An auditor's one timeline of a matter, or a door: centre and cabinet, each line with evidence.

Cabinet events stand in the order of their journals, never of their clock; steps that an event
caused follow it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, not_, or_
from sqlmodel import Session, col, select

from central.operation import desk
from central.record.cabinet import Alarm, CabinetEvent, DoorVisit
from central.record.case import Consignment, Matter, MatterStep, Task
from central.record.people import Audit, Notice, Staff


class Source(StrEnum):
    """Who says so."""

    CABINET = "cabinet"
    CENTRE = "centre"
    NOTICE = "notice"
    AUDIT = "audit"
    ALARM = "alarm"
    TASK = "task"


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
    matter: str = ""
    """The number of the matter, where lines of several stand together."""


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
        evidence=_place(event),
        flag=_flag(event),
        said=desk.said(event),
    )
    return event.arrived_at, line


def _place(event: CabinetEvent) -> str:
    return f"{event.journal_number}/{event.sequence} {event.hash[:12]}"


def _flag(event: CabinetEvent) -> str:
    """Give what is wrong with an event: as it arrived, or that its clock was not believed."""
    if event.fork:
        return "fork"  # flagged as late too, for its place was taken
    return event.flag or ("" if event.trusted else "clock")


def of_cabinet(session: Session, cabinet: str, *, limit: int = 300) -> list[Line]:
    """Give the events of a cabinet that arrived with something wrong, newest first."""
    names = {row.id: row.name for row in session.exec(select(Staff))}
    wrong = select(CabinetEvent).where(CabinetEvent.cabinet == cabinet, CabinetEvent.flag != "")
    rows = session.exec(wrong.order_by(col(CabinetEvent.id).desc()).limit(limit))
    return [_of_event(event, names)[1] for event in rows]


def of_door(session: Session, cabinet: str, compartment: int, *, limit: int = 300) -> list[Line]:
    """Give the visits, alarms and tasks of one door, newest first.

    A visit's evidence is the event that began it; its flag the first of any of its events.
    """
    names = {row.id: row.name for row in session.exec(select(Staff))}
    rows = session.exec(
        select(DoorVisit, Matter.reference)
        .outerjoin(Consignment, col(Consignment.id) == col(DoorVisit.consignment))
        .outerjoin(Matter, col(Matter.id) == col(Consignment.matter))
        .where(DoorVisit.cabinet == cabinet, DoorVisit.compartment == compartment)
        .order_by(col(DoorVisit.opened_at).desc())
        .limit(limit)
    ).all()
    proofs: dict[str, list[CabinetEvent]] = {}
    known = col(CabinetEvent.visit).in_([visit.visit for visit, _ in rows])
    told_of = or_(
        col(CabinetEvent.kind) == "visit.opened",
        col(CabinetEvent.flag) != "",
        col(CabinetEvent.fork),
        not_(col(CabinetEvent.trusted)),
    )
    events = select(CabinetEvent).where(CabinetEvent.cabinet == cabinet, known, told_of)
    for event in session.exec(
        events.order_by(col(CabinetEvent.journal_number), col(CabinetEvent.sequence))
    ):
        proofs.setdefault(event.visit, []).append(event)
    told = [
        _of_visit(visit, reference or "", proofs.get(visit.visit, []), names)
        for visit, reference in rows
    ]
    told += _alarms(session, cabinet, compartment, names, limit=limit)
    told += _tasks(session, cabinet, compartment, names, limit=limit)
    return sorted(told, key=lambda line: line.at, reverse=True)


def _of_visit(
    visit: DoorVisit, reference: str, events: list[CabinetEvent], names: dict[str, str]
) -> Line:
    flags = (_flag(event) for event in events)
    return Line(
        source=Source.CABINET,
        at=visit.opened_at,
        what=f"purpose.{visit.purpose}",
        who=names.get(visit.staff, ""),
        door=visit.compartment,
        evidence=_place(events[0]) if events else visit.visit,
        flag=next((flag for flag in flags if flag), ""),
        said=tuple(word for word in (visit.credential, visit.outcome) if word),
        matter=reference,
    )


def _alarms(
    session: Session, cabinet: str, compartment: int, names: dict[str, str], *, limit: int
) -> list[Line]:
    """Give what a door was alarmed of, each with the event that said so, and who saw to it."""
    rows = session.exec(
        select(Alarm)
        .where(Alarm.cabinet == cabinet, _of_compartment(Alarm.details, compartment))
        .order_by(col(Alarm.id).desc())
        .limit(limit)
    ).all()
    said_by = {row.id: int(row.subject.partition("@")[2] or 0) for row in rows}
    ids = col(CabinetEvent.id).in_(set(said_by.values()))
    events = {event.id: event for event in session.exec(select(CabinetEvent).where(ids))}
    found: list[Line] = []
    for row in rows:
        event = events.get(said_by[row.id])
        line = Line(
            Source.ALARM, row.at, f"alarm.{row.kind}", "", compartment,
            f"#{row.id}" if event is None else _place(event),
            "" if event is None else _flag(event),
        )  # fmt: skip
        found += _with_end(line, row.closed_at, names.get(row.closed_by, ""))
    return found


def _tasks(
    session: Session, cabinet: str, compartment: int, names: dict[str, str], *, limit: int
) -> list[Line]:
    """Give what staff had to do about a door, what an audit found there among it, and who did."""
    rows = session.exec(
        select(Task)
        .where(Task.cabinet == cabinet, _of_compartment(Task.details, compartment))
        .order_by(col(Task.id).desc())
        .limit(limit)
    )
    found: list[Line] = []
    for row in rows:
        line = Line(Source.TASK, row.at, f"task.{row.kind}", "", compartment, f"#{row.id}")
        found += _with_end(line, row.done_at, names.get(row.done_by, ""))
    return found


def _of_compartment(details: Any, compartment: int) -> ColumnElement[bool]:
    found: ColumnElement[bool] = details["compartment"].as_integer() == compartment
    return found


def _with_end(line: Line, ended_at: float | None, who: str) -> list[Line]:
    if ended_at is None:
        return [line]
    return [line, replace(line, at=ended_at, who=who, said=("seen_to",))]


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
