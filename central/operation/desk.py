"""What the staff's console shows: lists and one matter's whole story. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from central.catalogue import Item
from central.key import KeyRing
from central.operation import catalogue, note, opening, resident
from central.operation.matter_state import MatterState
from central.operation.turn import CUT_OFF_S
from central.record.cabinet import Alarm, Cabinet, CabinetEvent, Door, DoorVisit
from central.record.case import Consignment, Matter, MatterStep, Task

EVIDENCE = (
    "visit.opened", "attempt.committed", "attempt.acknowledged", "attempt.in_doubt",
    "attempt.opened", "attempt.failed", "attempt.unresolved", "attempt.completed",
    "attempt.not_sent", "person.answered", "consignment.moved", "visit.ended", "door.left_open",
)  # fmt: skip
"""Kinds that a matter's timeline shows, each with its source."""

_NEVER = 1e12
TURN_OF_STAFF = frozenset(
    {
        MatterState.PAPERS_RECEIVED, MatterState.TO_BE_CHECKED, MatterState.BEING_DONE,
        MatterState.AT_DESK, MatterState.READY_TO_LOAD, MatterState.TO_BE_LOOKED_AT,
    }
)  # fmt: skip
"""Whose turn it is: in the other states the resident acts, or nobody."""


@dataclass(frozen=True, slots=True)
class Row:
    """One matter in a list, with where its cabinet stands."""

    matter: Matter
    item: Item
    site: str
    compartment: int | None


@dataclass(frozen=True, slots=True)
class Story:
    """One matter from its first step to its last, with the doors' evidence."""

    matter: Matter
    item: Item
    cabinet: Cabinet
    notes: Sequence[note.Note]
    steps: Sequence[MatterStep]
    consignments: Sequence[Consignment]
    events: Sequence[CabinetEvent]


@dataclass(frozen=True, slots=True)
class CabinetView:
    """A cabinet as it is, as far as the centre knows."""

    cabinet: Cabinet
    doors: Sequence[Door]
    alarms: Sequence[Alarm]
    online: bool
    flagged: int
    """Events that arrived with something wrong."""
    inside: Sequence[tuple[Consignment, Matter | None]] = ()
    """What lies where, door by door."""


def matters(session: Session, *, found: str = "", keys: KeyRing, limit: int = 200) -> list[Row]:
    """List matters, those whose turn is the staff's first.

    `found`: a reference number, or what `resident.find` looks for.
    """
    waits = case((col(Matter.state).in_([state.value for state in TURN_OF_STAFF]), 0), else_=1)
    query = select(Matter, Cabinet.site).join(Cabinet, col(Cabinet.id) == col(Matter.cabinet))
    if found:
        people = resident.find(session, found, keys=keys)
        query = query.where(
            (col(Matter.reference) == found.upper()) | col(Matter.resident).in_(people)
        )
    else:
        query = query.where(Matter.state != MatterState.DRAFT.value)
    due = func.coalesce(Matter.due_at, _NEVER)  # whose clock runs out first stands first
    order = (waits, due, col(Matter.state_since))
    rows = session.exec(query.order_by(*order).limit(limit)).all()
    inside = _compartments(session, [row.id for row, _ in rows])
    items = catalogue.items_of(session, [row for row, _ in rows])
    return [Row(row, items[row.id], site, inside.get(row.id)) for row, site in rows]


def take_out_list(
    session: Session,
) -> list[tuple[Consignment, Matter | None, Cabinet, Item | None]]:
    """List the papers that lie in cabinets and wait to be taken out, in walking order."""
    query = (
        select(Consignment, Matter, Cabinet)
        .join(Cabinet, col(Cabinet.id) == col(Consignment.cabinet))
        .outerjoin(Matter, col(Matter.id) == col(Consignment.matter))
        .where(Consignment.direction == "inbound", Consignment.state == "inside")
        .order_by(col(Cabinet.short), col(Consignment.compartment))
    )
    rows: Sequence[tuple[Consignment, Matter | None, Cabinet]] = session.exec(query).all()
    named = [matter for _, matter, _ in rows if matter]
    items = catalogue.items_of(session, named)
    return [
        (row, matter, cabinet, items.get(matter.id) if matter else None)
        for row, matter, cabinet in rows
    ]


def story(session: Session, matter: Matter, *, keys: KeyRing) -> Story:
    """Give a matter's steps, and what its doors did, in the order of the journals."""
    consignments = session.exec(
        select(Consignment)
        .where(Consignment.matter == matter.id)
        .order_by(col(Consignment.created_at))
    ).all()
    visits = session.exec(
        select(DoorVisit.visit).where(
            DoorVisit.cabinet == matter.cabinet,
            col(DoorVisit.consignment).in_([row.id for row in consignments]),
        )
    ).all()
    events = session.exec(
        select(CabinetEvent)
        .where(
            CabinetEvent.cabinet == matter.cabinet,
            col(CabinetEvent.visit).in_(visits),
            col(CabinetEvent.kind).in_(EVIDENCE),
        )
        .order_by(col(CabinetEvent.journal_number), col(CabinetEvent.sequence))
    ).all()
    steps = session.exec(
        select(MatterStep).where(MatterStep.matter == matter.id).order_by(col(MatterStep.id))
    ).all()
    cabinet = session.get_one(Cabinet, matter.cabinet)
    item = catalogue.item_of(session, matter)
    notes = note.of(session, matter, keys=keys)
    return Story(matter, item, cabinet, notes, steps, consignments, events)


def cabinets(session: Session, *, now: float, only: str = "") -> list[CabinetView]:
    """List every cabinet, or only one, with its doors, what lies where and open alarms.

    As many queries for two hundred cabinets as for one.
    """
    query = select(Cabinet).order_by(col(Cabinet.short))
    shown = session.exec(query.where(Cabinet.id == only) if only else query).all()
    wanted = [cabinet.id for cabinet in shown]
    doors = session.exec(
        select(Door).where(col(Door.cabinet).in_(wanted)).order_by(col(Door.compartment))
    ).all()
    alarms = session.exec(
        select(Alarm)
        .where(col(Alarm.cabinet).in_(wanted), col(Alarm.closed_at).is_(None))
        .order_by(col(Alarm.id).desc())
    ).all()
    flagged = dict(
        session.exec(
            select(CabinetEvent.cabinet, func.count(col(CabinetEvent.id)))
            .where(col(CabinetEvent.cabinet).in_(wanted), CabinetEvent.flag != "")
            .group_by(col(CabinetEvent.cabinet))
        ).all()
    )
    doors_of: dict[str, list[Door]] = defaultdict(list)
    for door in doors:
        doors_of[door.cabinet].append(door)
    alarms_of: dict[str, list[Alarm]] = defaultdict(list)
    for alarm in alarms:
        alarms_of[alarm.cabinet].append(alarm)
    inside_of: dict[str, list[tuple[Consignment, Matter | None]]] = defaultdict(list)
    for row, matter in opening.inside(session, wanted):
        inside_of[row.cabinet].append((row, matter))
    return [
        CabinetView(
            cabinet=cabinet,
            doors=doors_of[cabinet.id],
            alarms=alarms_of[cabinet.id],
            online=cabinet.seen_at is not None and now - cabinet.seen_at <= CUT_OFF_S,
            flagged=flagged.get(cabinet.id, 0),
            inside=inside_of[cabinet.id],
        )
        for cabinet in shown
    ]


def references(session: Session, tasks: Sequence[Task]) -> dict[str, str]:
    """Give the reference numbers of the matters that tasks name."""
    wanted = {task.matter for task in tasks if task.matter}
    rows = session.exec(select(Matter.id, Matter.reference).where(col(Matter.id).in_(wanted)))
    return dict(rows.all())


def _compartments(session: Session, matters: list[str]) -> dict[str, int | None]:
    rows = session.exec(
        select(Consignment.matter, Consignment.compartment).where(
            col(Consignment.matter).in_(matters), Consignment.state == "inside"
        )
    ).all()
    return dict(rows)
