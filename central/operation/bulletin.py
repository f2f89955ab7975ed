"""What the centre lets a cabinet's glass show: matters, the community's words, other cabinets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from central.catalogue import Item
from central.operation import catalogue, roster
from central.operation.turn import CUT_OFF_S
from central.record.cabinet import Cabinet, Door
from locker.contract.bulletin import (
    MOST_MATTERS,
    MOST_PAPERS,
    Bulletin,
    Neighbour,
    WalkInMatter,
    WalkInPaper,
)
from locker.contract.vocabulary import Condition

ROOM = 6
"""Free compartments at which a cabinet is said to have room: some are kept back there."""
MOST_NEIGHBOURS = 2
MOST_TYPED = 60


@dataclass(frozen=True, slots=True)
class Said:
    """The community's own words for its glasses; an empty text says nothing."""

    theme: str = ""
    theme_ends: float = 0.0
    activity: str = ""
    activity_at: float = 0.0


def say(session: Session, community: str, said: Said) -> None:
    """Let all glasses of a community say this; it comes to each within a minute."""
    for row in session.exec(select(Cabinet).where(Cabinet.community == community)):
        row.theme, row.theme_ends = said.theme, said.theme_ends
        row.activity, row.activity_at = said.activity, said.activity_at


def put_nearby(session: Session, here: Cabinet, typed: str) -> bool:
    """Keep the numbers of the cabinets near this one; False where one is not the community's."""
    ours = select(Cabinet.short).where(
        Cabinet.community == here.community, Cabinet.id != here.id
    )  # fmt: skip
    is_good = len(typed) <= MOST_TYPED and set(typed.split()) <= set(session.exec(ours))
    if is_good:
        here.nearby = typed
    return is_good


def of(session: Session, cabinet: str, *, tells: bool, now: float) -> Bulletin:
    """Give what this cabinet's glass may show now."""
    row = session.get_one(Cabinet, cabinet)
    matters = [_matter(item) for item in catalogue.offered(session) if _is_handed_in(item)]
    return Bulletin(
        made_at=now,
        matters=tuple(matters[:MOST_MATTERS]),
        theme=row.theme,
        theme_ends=row.theme_ends,
        activity=row.activity,
        activity_at=row.activity_at,
        clearing_at=row.visit_at,
        duty=roster.duty_turns(session, now=now),
        neighbours=tuple(_neighbours(session, row, now=now)),
        tells=tells,
    ).fresh(now)


def _is_handed_in(item: Item) -> bool:
    return item.is_ours and item.takes_papers


def _matter(item: Item) -> WalkInMatter:
    papers = [
        WalkInPaper(key=paper.key, zh=paper.title.zh, en=paper.title.en) for paper in item.papers
    ]
    return WalkInMatter(key=item.key, title=item.title, papers=tuple(papers[:MOST_PAPERS]))


def with_room(session: Session, *, now: float) -> list[str]:
    """Give the cabinets that speak and have room, the emptiest first."""
    free = func.count(col(Door.compartment))
    rows = session.exec(
        select(Cabinet.id)
        .join(Door, col(Door.cabinet) == col(Cabinet.id))
        .where(
            col(Cabinet.revoked_at).is_(None),
            col(Cabinet.seen_at) > now - CUT_OFF_S,
            Door.condition == Condition.FREE.value,
        )
        .group_by(col(Cabinet.id), col(Cabinet.short))
        .having(free >= ROOM)
        .order_by(free.desc(), col(Cabinet.short))
    )
    return list(rows)


def _neighbours(session: Session, here: Cabinet, *, now: float) -> Iterator[Neighbour]:
    """Give others with room: the nearest first as staff typed them, then the emptiest."""
    ours = select(Cabinet).where(Cabinet.community == here.community, Cabinet.id != here.id)
    others = {row.id: row for row in session.exec(ours)}
    if not others:
        return
    order = here.nearby.split()
    found = [others[one] for one in with_room(session, now=now) if one in others]
    found.sort(key=lambda row: order.index(row.short) if row.short in order else len(order))
    for row in found[:MOST_NEIGHBOURS]:
        yield Neighbour(site=row.site, short=row.short)
