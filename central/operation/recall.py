"""What lies too long: recalled when its code is over, nudged where a cabinet is nearly full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from central.operation import desk, matter
from central.record.cabinet import Cabinet, CabinetOutage, Door
from central.record.case import Consignment, Grant, Matter
from central.record.people import Notice
from locker.contract.outage import OUT, Outage, effective_expiry
from locker.contract.vocabulary import Condition, GrantState, Purpose

FULL = 0.8
"""From this part of the usable compartments on a cabinet's residents are nudged."""
NUDGE = "nudge"


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
    waiting: Sequence[tuple[Consignment, Matter, float | None]]
    """The last: when its resident was nudged."""


def to_recall(session: Session, *, now: float, page: int = 1) -> desk.Part[Late]:
    """List what is to be recalled, in walking order: cabinet by cabinet, door by door."""
    good = (
        select(Grant.consignment)
        .where(Grant.purpose == Purpose.COLLECT.value, Grant.state == GrantState.LIVE.value)
        .where(col(Grant.expires_at) > now)
    )
    rows = session.exec(
        select(Consignment, Matter, Cabinet)
        .join(Cabinet, col(Cabinet.id) == col(Consignment.cabinet))
        .join(Matter, col(Matter.id) == col(Consignment.matter))
        .where(Consignment.direction == "outbound", Consignment.state == "inside")
        .where(col(Consignment.id).not_in(good))
        .order_by(col(Cabinet.short), col(Consignment.compartment))
    ).all()
    ends = _ends(session, [row for row, *_ in rows], now=now)
    late = [
        Late(row, case, cabinet, ends.get(row.id))
        for row, case, cabinet in rows
        if ends.get(row.id, 0.0) <= now
    ]
    first = (page - 1) * desk.ROWS_A_PAGE
    shown = late[first : first + desk.ROWS_A_PAGE]
    return desk.Part(shown, page, has_more=len(late) > first + len(shown))


def crowded(session: Session) -> list[Crowded]:
    """List the cabinets of whose usable compartments four in five are taken, the fullest first."""
    taken: Counter[str] = Counter()
    usable: Counter[str] = Counter()
    for cabinet, condition in session.exec(select(Door.cabinet, Door.condition)):
        usable[cabinet] += condition not in OUT
        taken[cabinet] += condition == Condition.OCCUPIED
    full = [id_ for id_ in usable if usable[id_] and taken[id_] >= FULL * usable[id_]]
    found = [
        Crowded(session.get_one(Cabinet, id_), taken[id_], usable[id_], _waiting(session, id_))
        for id_ in full
    ]
    return sorted(found, key=lambda one: one.usable - one.taken)


def nudge(session: Session, cabinet: str, *, now: float) -> int:
    """Tell the residents of a nearly full cabinet to come, once a load; give how many."""
    found = next((one for one in crowded(session) if one.cabinet.id == cabinet), None)
    if found is None:
        return 0
    return sum(
        matter.tell(session, case, NUDGE, about=row.id, now=now) for row, case, _ in found.waiting
    )


def _waiting(session: Session, cabinet: str) -> list[tuple[Consignment, Matter, float | None]]:
    rows = session.exec(
        select(Consignment, Matter)
        .join(Matter, col(Matter.id) == col(Consignment.matter))
        .where(Consignment.cabinet == cabinet, Consignment.direction == "outbound")
        .where(Consignment.state == "inside", Matter.state == "in_cabinet")
        .order_by(col(Consignment.moved_at), col(Consignment.created_at))
    ).all()
    told = session.exec(
        select(Notice).where(
            Notice.kind == NUDGE, col(Notice.matter).in_([case.id for _, case in rows])
        )
    ).all()
    nudged = {row.details.get("about", ""): row.at for row in told}
    return [(row, case, nudged.get(row.id)) for row, case in rows]


def _ends(session: Session, rows: Sequence[Consignment], *, now: float) -> dict[str, float]:
    """Give when the codes of these consignments really end, outages added; three queries in all."""
    outages = session.exec(
        select(CabinetOutage).where(col(CabinetOutage.cabinet).in_({row.cabinet for row in rows}))
    ).all()
    grants = session.exec(
        select(Grant).where(
            Grant.purpose == Purpose.COLLECT.value,
            Grant.state == GrantState.LIVE.value,
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
