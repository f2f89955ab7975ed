"""What lies too long: recalled when its code is over, nudged where a cabinet is nearly full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import case as sa_case
from sqlalchemy import func, true
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from central.operation import desk, matter
from central.record.cabinet import Cabinet, CabinetOutage, Door, by_number
from central.record.case import Consignment, Grant, Matter
from central.record.people import Notice
from locker.contract.outage import OUT, Outage, effective_expiry
from locker.contract.vocabulary import Condition, GrantState, Purpose

FULL = 0.8
"""From this part of the usable compartments on a cabinet's residents are nudged."""
NUDGE = "nudge"


_Waits = tuple[Consignment, Matter, float | None]
"""The last: when its resident was nudged."""


@dataclass(frozen=True, slots=True)
class Late:
    """An envelope nobody collected in time. `since`: when its code ended; None: it has none."""

    consignment: Consignment
    matter: Matter
    cabinet: Cabinet
    since: float | None


@dataclass(frozen=True, slots=True)
class Crowded:
    """A cabinet that is nearly full, and what residents could collect, the longest there first."""

    cabinet: Cabinet
    taken: int
    usable: int
    waiting: Sequence[_Waits]


class _Lying(NamedTuple):
    id: str
    cabinet: str
    compartment: int | None


def to_recall(session: Session, *, now: float, page: int = 1) -> desk.Part[Late]:
    """List what is to be recalled, in walking order: cabinet by cabinet, door by door."""
    good = (
        select(Grant.consignment)
        .where(Grant.purpose == Purpose.COLLECT.value, Grant.state == GrantState.LIVE.value)
        .where(col(Grant.expires_at) > now)
    )
    columns = (Consignment.id, Consignment.cabinet, Consignment.compartment)
    rows = session.execute(
        sa_select(*(col(c) for c in columns))
        .join(Cabinet, col(Cabinet.id) == col(Consignment.cabinet))
        .where(col(Consignment.direction) == "outbound", col(Consignment.state) == "inside")
        .where(col(Consignment.matter) != "", col(Consignment.id).not_in(good))
        .order_by(*by_number(), col(Consignment.compartment))
    ).all()
    lying = [_Lying(*row) for row in rows]
    ends = _ends(session, lying, now=now)
    late = [row.id for row in lying if ends.get(row.id, 0.0) <= now]
    first = (page - 1) * desk.ROWS_A_PAGE
    shown = late[first : first + desk.ROWS_A_PAGE]
    found = session.exec(
        select(Consignment, Matter, Cabinet)
        .join(Cabinet, col(Cabinet.id) == col(Consignment.cabinet))
        .join(Matter, col(Matter.id) == col(Consignment.matter))
        .where(col(Consignment.id).in_(shown))
        .order_by(*by_number(), col(Consignment.compartment))
    )
    listed = [Late(*row, ends.get(row[0].id)) for row in found]
    return desk.Part(listed, page, has_more=len(late) > first + len(shown))


def crowded(session: Session, *, only: str = "") -> list[Crowded]:
    """List the cabinets of whose usable compartments four in five are taken, the fullest first."""
    usable = func.sum(sa_case((col(Door.condition).in_(OUT), 0), else_=1))
    taken = func.sum(sa_case((col(Door.condition) == Condition.OCCUPIED.value, 1), else_=0))
    full = (
        sa_select(col(Door.cabinet).label("cabinet"), taken.label("taken"), usable.label("usable"))
        .where(col(Door.cabinet) == only if only else true())
        .group_by(col(Door.cabinet))
        .having((usable > 0) & (taken >= FULL * usable))
        .subquery()
    )
    rows = session.execute(
        sa_select(Cabinet, full.c.taken, full.c.usable)
        .join(full, full.c.cabinet == Cabinet.id)
        .order_by(full.c.usable - full.c.taken, *by_number())
    ).all()
    waiting = _waiting(session, [cabinet.id for cabinet, *_ in rows])
    return [
        Crowded(cabinet, taken, usable, waiting.get(cabinet.id, ()))
        for cabinet, taken, usable in rows
    ]


def nudge(session: Session, cabinet: str, *, now: float) -> int:
    """Tell the residents of a nearly full cabinet to come, once a load; give how many."""
    return sum(
        matter.tell(session, case, NUDGE, about=row.id, now=now)
        for one in crowded(session, only=cabinet)
        for row, case, _ in one.waiting
    )


def _waiting(session: Session, cabinets: Sequence[str]) -> Mapping[str, Sequence[_Waits]]:
    rows = session.exec(
        select(Consignment, Matter)
        .join(Matter, col(Matter.id) == col(Consignment.matter))
        .where(col(Consignment.cabinet).in_(cabinets), Consignment.direction == "outbound")
        .where(Consignment.state == "inside", Matter.state == "in_cabinet")
        .order_by(col(Consignment.moved_at), col(Consignment.created_at))
    ).all()
    told = session.exec(
        select(Notice).where(
            Notice.kind == NUDGE, col(Notice.matter).in_([case.id for _, case in rows])
        )
    ).all()
    nudged = {row.details.get("about", ""): row.at for row in told}
    found: dict[str, list[_Waits]] = {}
    for row, case in rows:
        found.setdefault(row.cabinet, []).append((row, case, nudged.get(row.id)))
    return found


def _ends(session: Session, rows: Sequence[_Lying], *, now: float) -> dict[str, float]:
    """Give when the codes of these consignments really end, outages added; three queries in all."""
    outages = session.exec(
        select(CabinetOutage).where(col(CabinetOutage.cabinet).in_({row.cabinet for row in rows}))
    ).all()
    columns = (Grant.consignment, Grant.cabinet, Grant.issued_at, Grant.expires_at)
    grants = session.execute(
        sa_select(*(col(c) for c in columns)).where(
            col(Grant.purpose) == Purpose.COLLECT.value,
            col(Grant.state) == GrantState.LIVE.value,
            col(Grant.consignment).in_([row.id for row in rows]),
        )
    ).all()
    door_of = {row.id: row.compartment for row in rows}
    found: dict[str, float] = {}
    for grant in grants:
        own = [
            Outage(one.began, one.ended)
            for one in outages
            if one.cabinet == grant.cabinet
            and one.compartment in {0, door_of[grant.consignment] or 0}
        ]
        end = effective_expiry(
            issued_at=grant.issued_at, expires_at=grant.expires_at, outages=own, now=now
        )
        found[grant.consignment] = max(end, found.get(grant.consignment, 0.0))
    return found
