"""What the staff's console shows: lists and one matter's whole story. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeAlias, TypeVar, assert_never

from sqlalchemy import ColumnElement, case, exists, func
from sqlmodel import Session, col, select

from central.catalogue import Item
from central.key import KeyRing
from central.operation import (
    acceptance,
    card,
    catalogue,
    delegate,
    dispatch,
    grant,
    note,
    opening,
    outage,
    photo,
    resident,
    roster,
    team,
)
from central.operation.matter import outbound
from central.operation.matter_state import ENDED, MatterState
from central.operation.note import NoteKind
from central.operation.turn import CUT_OFF_S
from central.record.cabinet import Alarm, Cabinet, CabinetEvent, Door, DoorVisit, by_number
from central.record.case import Consignment, Matter, MatterStep, Task
from central.record.people import Staff
from central.record.privacy import PersonKey, SealedItem
from central.record.team import Team, TeamMember
from locker.contract.credential import LABEL_PREFIX

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
CLOCK_OVER = ENDED | {MatterState.IN_CABINET}
"""Nothing of what was promised is left to do: no date is late any more."""


class Whose(StrEnum):
    """Which matters of Today."""

    ALL = "all"
    MINE = "mine"
    TEAM = "team"
    """Of the teams that one belongs to; and what no team has and nobody took on."""
    NOBODY = "nobody"
    """With work left, and no steward has it."""


CABINETS_A_PAGE, ROWS_A_PAGE = 10, 80
LATELY_S, VISITS_SHOWN = 3600.0, 10
"""A cabinet's page shows the visits of the last hour, ten at most."""
_Shown = TypeVar("_Shown")
_OfCabinet = TypeVar("_OfCabinet", Door, Alarm)


@dataclass(frozen=True, slots=True)
class Part(Generic[_Shown]):
    """One page of a list. `page` counts from 1."""

    rows: Sequence[_Shown]
    page: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One matter in a list, with the number of its cabinet."""

    matter: Matter
    item: Item
    cabinet: str
    compartment: int | None
    team: str = ""
    steward: str = ""


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
    photos: Sequence[photo.Shown]
    delegates: Sequence[delegate.Row]
    delegates_going: int
    """Who was taken back, and whose code a cabinet may still open for."""
    may_name: bool
    """Whether somebody else may still be named to collect."""
    workflow: Sequence[dispatch.Done]
    may_extend: bool
    is_erased: bool
    """Whether nothing is left of who its resident was."""
    offers_card: bool
    """Whether some cabinet reads people's own cards, and there is still somebody to have one."""
    code_until: float | None
    """When the resident's code ends, or ended, of what waits behind a door."""
    at_door: str
    """What is asked at the door beside the code; see `grant.asks_at_door`."""
    team: str
    steward: str
    """The names of who has it."""
    teams: Mapping[str, str]
    stewards: Sequence[Staff]
    """Whom it can be given to."""
    proposed: roster.OnDuty | None
    """Who is on duty for its team, or for the community."""


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
    lately: Sequence[tuple[DoorVisit, str]] = ()
    """The last visits, the newest first, with who of the staff it was; only where one is shown."""


def matters(
    session: Session, *, found: str = "", keys: KeyRing, limit: int = ROWS_A_PAGE, page: int = 1,
    whose: Whose = Whose.ALL, staff: str = "",
) -> Part[Row]:  # fmt: skip
    """List matters, those whose turn is the staff's first.

    `found`: a reference number, or what `resident.find` looks for; `whose`: as seen by `staff`.
    """
    waits = case((col(Matter.state).in_([state.value for state in TURN_OF_STAFF]), 0), else_=1)
    query = (
        select(Matter, Cabinet.short, Team.name, Staff.name)
        .join(Cabinet, col(Cabinet.id) == col(Matter.cabinet))
        .outerjoin(Team, col(Team.id) == col(Matter.team))
        .outerjoin(Staff, col(Staff.id) == col(Matter.steward))
    )
    if found:
        people = resident.find(session, found, keys=keys)
        query = query.where(
            (col(Matter.reference) == found.upper()) | col(Matter.resident).in_(people)
        )
    else:
        query = query.where(_begun(), *_whose(whose, staff))
    due = func.coalesce(Matter.due_at, _NEVER)  # whose clock runs out first stands first
    order = (waits, due, col(Matter.state_since), col(Matter.id))
    query = query.order_by(*order).offset((page - 1) * limit).limit(limit + 1)
    rows = session.exec(query).all()
    listed = [row for row, *_ in rows[:limit]]
    inside = _compartments(session, [row.id for row in listed])
    items = catalogue.items_of(session, listed)
    shown = [
        Row(row, items[row.id], short, inside.get(row.id), team or "", steward or "")
        for row, short, team, steward in rows[:limit]
    ]
    return Part(shown, page, has_more=len(rows) > limit)


def _begun() -> ColumnElement[bool]:
    """Leave out what a resident only looks at on the phone, and no draft that staff opened."""
    asked = (
        col(SealedItem.matter) == col(Matter.id),
        col(SealedItem.kind) == NoteKind.ASKED_BY.value,
    )
    return (col(Matter.state) != MatterState.DRAFT.value) | exists().where(*asked)


def named(session: Session, text: str) -> str | None:
    """Give the matter whose number or label somebody typed or scanned."""
    if text.startswith(LABEL_PREFIX):
        row = session.get(Consignment, text.removeprefix(LABEL_PREFIX))
        return (row.matter or None) if row else None
    return session.exec(select(Matter.id).where(Matter.reference == text.upper())).first()


def _whose(whose: Whose, staff: str) -> list[ColumnElement[bool]]:
    running = col(Matter.state).not_in([state.value for state in ENDED])
    teams = select(TeamMember.team).where(TeamMember.staff == staff)
    match whose:
        case Whose.ALL:
            return []
        case Whose.MINE:
            return [running, col(Matter.steward) == staff]
        case Whose.TEAM:
            everybodys = (col(Matter.team) == "") & (col(Matter.steward) == "")
            return [running, col(Matter.team).in_(teams) | everybodys]
        case Whose.NOBODY:
            waits = col(Matter.state) != MatterState.IN_CABINET.value  # its resident's turn
            return [running, waits, col(Matter.steward) == ""]
        case _:
            assert_never(whose)


Listed: TypeAlias = tuple[Consignment, Matter | None, Cabinet, Item | None]


def take_out_list(session: Session, *, page: int = 1) -> Part[Listed]:
    """List the papers that lie in cabinets and wait to be taken out, in walking order."""
    inside = (Consignment.direction == "inbound", Consignment.state == "inside")
    return _listed(session, *inside, then=col(Consignment.compartment), page=page)


def loading_list(session: Session, *, page: int = 1) -> Part[Listed]:
    """List the envelopes that wait to be put into a cabinet, the oldest of each first."""
    ready = (
        Consignment.direction == "outbound",
        Consignment.state == "expected",
        Matter.state == MatterState.READY_TO_LOAD.value,
    )
    return _listed(session, *ready, then=col(Matter.state_since), page=page)


def _listed(session: Session, *which: Any, then: Any, page: int) -> Part[Listed]:
    query = (
        select(Consignment, Matter, Cabinet)
        .join(Cabinet, col(Cabinet.id) == col(Consignment.cabinet))
        .outerjoin(Matter, col(Matter.id) == col(Consignment.matter))
        .where(*which)
        .order_by(*by_number(), then, col(Consignment.id))
        .offset((page - 1) * ROWS_A_PAGE)
        .limit(ROWS_A_PAGE + 1)
    )
    rows: Sequence[tuple[Consignment, Matter | None, Cabinet]] = session.exec(query).all()
    shown = rows[:ROWS_A_PAGE]
    items = catalogue.items_of(session, [matter for _, matter, _ in shown if matter])
    listed = [
        (row, matter, cabinet, items.get(matter.id) if matter else None)
        for row, matter, cabinet in shown
    ]
    return Part(listed, page, has_more=len(rows) > ROWS_A_PAGE)


def story(session: Session, matter: Matter, *, keys: KeyRing, now: float) -> Story:
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
    cabinet, person = session.exec(
        select(Cabinet, PersonKey.resident)
        .outerjoin(PersonKey, col(PersonKey.resident) == matter.resident)
        .where(Cabinet.id == matter.cabinet)
    ).one()
    item = catalogue.item_of(session, matter)
    notes = note.of(session, matter, keys=keys)
    teams, is_erased = team.names(session), person is None
    return Story(
        matter, item, cabinet, notes, steps, consignments, events,
        photos=photo.of(session, matter),
        delegates=delegate.rows(session, matter, now=now),
        delegates_going=len(delegate.going(session, matter, now=now)),
        may_name=not is_erased and delegate.may_name(session, matter),
        workflow=dispatch.workflow(session, matter, steps),
        may_extend=acceptance.may_extend(session, matter, item),
        is_erased=is_erased,
        offers_card=not is_erased and card.is_offered(session),
        code_until=_code_until(session, matter, now=now),
        at_door=grant.asks_at_door(session, matter, item),
        team=teams.get(matter.team, ""),
        steward=dispatch.steward_name(session, matter),
        teams=teams,
        stewards=team.stewards(session),
        proposed=roster.on_duty(session, now=now, team=matter.team),
    )  # fmt: skip


def _code_until(session: Session, matter: Matter, *, now: float) -> float | None:
    if matter.state != MatterState.IN_CABINET.value:
        return None
    packed = outbound(session, matter.id)
    return None if packed is None else outage.last_code_ends(session, packed.id, now=now)


def said(event: CabinetEvent) -> tuple[str, ...]:
    """Give how an event came out: the words of its body that people chose or doors showed."""
    found = (event.body.get(name) for name in ("outcome", "choice", "credential", "how"))
    return tuple(str(word) for word in found if word)


def cabinets(session: Session, *, now: float, page: int = 1, only: str = "") -> Part[CabinetView]:
    """List cabinets, or only one, with their doors and what lies where; those with an alarm first.

    As many queries for twenty cabinets as for one.
    """
    open_ones = col(Alarm.closed_at).is_(None)
    alarmed = exists().where(col(Alarm.cabinet) == col(Cabinet.id), open_ones)
    # The order is found without the rows: each carries a whole layout.
    query = select(Cabinet.id).where(Cabinet.id == only) if only else select(Cabinet.id)
    listed = session.exec(
        query.order_by(case((alarmed, 0), else_=1), *by_number())
        .offset((page - 1) * CABINETS_A_PAGE)
        .limit(CABINETS_A_PAGE + 1)
    ).all()
    shown = listed[:CABINETS_A_PAGE]
    rows = {row.id: row for row in session.exec(select(Cabinet).where(col(Cabinet.id).in_(shown)))}
    doors = select(Door).where(col(Door.cabinet).in_(shown)).order_by(col(Door.compartment))
    alarms = select(Alarm).where(col(Alarm.cabinet).in_(shown), open_ones)
    flagged = (
        select(CabinetEvent.cabinet, func.count(col(CabinetEvent.id)))
        .where(col(CabinetEvent.cabinet).in_(shown), CabinetEvent.flag != "")
        .group_by(col(CabinetEvent.cabinet))
    )
    doors_of = _by_cabinet(session.exec(doors).all())
    alarms_of = _by_cabinet(session.exec(alarms.order_by(col(Alarm.id).desc())).all())
    flagged_of = dict(session.exec(flagged).all())
    inside = opening.inside(session, shown)
    lately = _lately(session, only, now=now) if only else []
    views = [
        CabinetView(
            rows[id_],
            doors_of.get(id_, []),
            alarms_of.get(id_, []),
            now - (rows[id_].seen_at or 0.0) <= CUT_OFF_S,
            flagged_of.get(id_, 0),
            [(row, matter) for row, matter in inside if row.cabinet == id_],
            lately,
        )
        for id_ in shown
    ]
    return Part(views, page, has_more=len(listed) > CABINETS_A_PAGE)


def _lately(session: Session, cabinet: str, *, now: float) -> list[tuple[DoorVisit, str]]:
    rows = session.exec(
        select(DoorVisit, Staff.name)
        .outerjoin(Staff, col(Staff.id) == col(DoorVisit.staff))
        .where(DoorVisit.cabinet == cabinet, DoorVisit.opened_at > now - LATELY_S)
        .order_by(col(DoorVisit.opened_at).desc())
        .limit(VISITS_SHOWN)
    ).all()
    return [(row, name or "") for row, name in rows]


def _by_cabinet(rows: Sequence[_OfCabinet]) -> dict[str, list[_OfCabinet]]:
    found: dict[str, list[_OfCabinet]] = {}
    for row in rows:
        found.setdefault(row.cabinet, []).append(row)
    return found


def references(session: Session, tasks: Sequence[Task]) -> dict[str, str]:
    """Give the reference numbers of the matters that tasks name."""
    wanted = {task.matter for task in tasks if task.matter}
    rows = session.exec(select(Matter.id, Matter.reference).where(col(Matter.id).in_(wanted)))
    return dict(rows.all())


def cabinet_numbers(session: Session, tasks: Sequence[Task]) -> dict[str, str]:
    """Give the printed numbers of the cabinets at which tasks are."""
    wanted = {task.cabinet for task in tasks}
    rows = session.exec(select(Cabinet.id, Cabinet.short).where(col(Cabinet.id).in_(wanted)))
    return dict(rows.all())


def _compartments(session: Session, matters: list[str]) -> dict[str, int | None]:
    rows = session.exec(
        select(Consignment.matter, Consignment.compartment).where(
            col(Consignment.matter).in_(matters), Consignment.state == "inside"
        )
    ).all()
    return dict(rows)
