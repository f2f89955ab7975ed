"""One door at a time: phones stand in a line for a cabinet's doors, by presence at the cabinet.

A turn is also the command that opens the door; its life is 30 s (`COMMAND_LIFE_S`).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from central.key import new_id
from central.operation import news
from central.record.cabinet import Cabinet, DoorVisit
from central.record.case import Grant, Turn
from locker.contract.centre import COMMAND_LIFE_S, OpenCommand

CUT_OFF_S = 30.0
"""A cabinet that has not asked for news for so long is cut off."""
PATIENCE_S = 4.0
"""A command not taken within this time: the phone shows a QR for the cabinet's scanner."""
_LEFT_S = 20.0
VISIT_LIMIT_S = 600.0
"""No visit lasts so long: what is not told as ended by then lost its end."""
_TOLD_LATE_S = 5.0


@dataclass(frozen=True, slots=True)
class View:
    """What a phone may be told of its turn. `before`: how many are before it in the line."""

    turn: Turn
    before: int
    cut_off: bool
    visit: DoorVisit | None


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff who asks from afar. `second`: who asked first, where two must."""

    id: str
    reason: str
    second: str = ""


def ask(session: Session, grant: Grant, *, now: float, by: Staff | None = None) -> Turn:
    """Take a place in the line for the grant's door, or keep the one there is.

    `by`: the member of staff who asks; otherwise it is a phone.
    """
    session.get_one(Cabinet, grant.cabinet, with_for_update=True)
    advance(session, grant.cabinet, now=now)
    turn = latest(session, grant.id)
    if turn is None or turn.state not in {"waiting", "sent", "taken"}:
        turn = Turn(
            id=new_id("o"),
            cabinet=grant.cabinet,
            place=_next_place(session, grant.cabinet),
            grant=grant.id,
            matter=grant.matter,
            asked_at=now,
            looked_at=now,
        )
        if by is not None:
            turn.staff, turn.reason, turn.second = by.id, by.reason, by.second
        session.add(turn)
        session.flush()
    turn.looked_at = now
    advance(session, grant.cabinet, now=now)
    return turn


def look(session: Session, turn: Turn, *, now: float) -> View:
    """Say how a turn stands; looking keeps its place and moves the line on."""
    session.get_one(Cabinet, turn.cabinet, with_for_update=True)
    turn.looked_at = now
    advance(session, turn.cabinet, now=now)
    before = session.exec(
        select(func.count(col(Turn.id))).where(
            Turn.cabinet == turn.cabinet,
            col(Turn.state).in_(("waiting", "sent", "taken")),
            col(Turn.place) < turn.place,
        )
    ).one()
    cut_off = is_cut_off(session, turn.cabinet, now=now)
    waited_s = 0.0 if turn.sent_at is None else now - turn.sent_at
    if turn.state == "sent" and waited_s > PATIENCE_S:
        cut_off = True
    visit = session.get(DoorVisit, (turn.cabinet, turn.visit)) if turn.visit else None
    return View(turn, before, cut_off, visit)


def latest(session: Session, grant: str) -> Turn | None:
    """Give the newest turn of a grant."""
    return session.exec(
        select(Turn).where(Turn.grant == grant).order_by(col(Turn.place).desc())
    ).first()


def is_cut_off(session: Session, cabinet: str, *, now: float) -> bool:
    """Tell whether the cabinet has not asked for news for a while."""
    seen_at = session.get_one(Cabinet, cabinet).seen_at
    return seen_at is None or now - seen_at > CUT_OFF_S


def advance(session: Session, cabinet: str, *, now: float) -> None:
    """Give up turns that are over, and send the next command. The cabinet's row is locked."""
    active = session.exec(
        select(Turn)
        .where(Turn.cabinet == cabinet, col(Turn.state).in_(("waiting", "sent", "taken")))
        .order_by(col(Turn.place))
    ).all()
    for turn in active:
        _give_up(turn, now=now)
    waiting = [turn for turn in active if turn.state == "waiting"]
    if not waiting or any(turn.state in {"sent", "taken"} for turn in active):
        return
    first = waiting[0]
    first.state, first.sent_at = "sent", now
    command = OpenCommand(
        command=first.id,
        grant=first.grant,
        issued_at=now,
        by="staff" if first.staff else "resident",
        reason=first.reason,
        second=first.second,
    )
    news.put(session, cabinet, command, now=now, life_s=COMMAND_LIFE_S)
    session.flush()


def _next_place(session: Session, cabinet: str) -> int:
    last = session.exec(select(func.max(Turn.place)).where(Turn.cabinet == cabinet)).one()
    return (last or 0) + 1


def _give_up(turn: Turn, *, now: float) -> None:
    sent_at = turn.asked_at if turn.sent_at is None else turn.sent_at
    match turn.state:
        case "waiting" if now - turn.looked_at > _LEFT_S:
            turn.state = "left"
        case "sent" if now - sent_at > COMMAND_LIFE_S + _TOLD_LATE_S:
            turn.state = "missed"
        case "taken" if now - sent_at > VISIT_LIMIT_S:
            turn.state = "done"
        case _:
            pass
