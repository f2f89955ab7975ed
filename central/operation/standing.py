"""Whether a cabinet works, since when, why not, and whom to call: for all, with no name in it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from central.operation.turn import CUT_OFF_S
from central.record.cabinet import Alarm, Cabinet
from locker.contract.number_text import numbers

_DOWN, _PART = "service.down", "doors.silent"


@dataclass(frozen=True, slots=True)
class Standing:
    """`why`: empty while it works, else revoked, not_yet, cut_off or down. `since`: Unix time.

    `silent`: the doors that cannot be opened though the cabinet works.
    """

    why: str
    since: float | None
    silent: str = ""

    @property
    def works(self) -> bool:
        """Tell whether doors can be opened."""
        return not self.why


def of(session: Session, cabinet: Cabinet, *, now: float) -> Standing:
    """Say how a cabinet stands.

    Cut off it may still open doors by QR and code; what it says of itself is not known then.
    """
    if cabinet.revoked_at is not None:
        return Standing("revoked", cabinet.revoked_at)
    heard_at = max(cabinet.seen_at or 0.0, cabinet.posted_at or 0.0)
    if cabinet.enrolled_at is None or not heard_at:
        return Standing("not_yet", None)
    if now - heard_at > CUT_OFF_S:
        return Standing("cut_off", heard_at)
    part = _open(session, cabinet, _PART)
    down = _open(session, cabinet, _DOWN)
    if down is not None:
        return Standing("down", down.at)
    cleared = session.scalar(
        select(func.max(Alarm.closed_at)).where(Alarm.cabinet == cabinet.id, Alarm.kind == _DOWN)
    )
    silent = "" if part is None else str(part.details.get("what", ""))
    return Standing("", cleared or cabinet.enrolled_at, silent)


def silent_doors(session: Session, cabinet: Cabinet) -> frozenset[int]:
    """Give the doors that nobody can open though others can be."""
    part = _open(session, cabinet, _PART)
    return frozenset() if part is None else numbers(str(part.details.get("what", "")))


def _open(session: Session, cabinet: Cabinet, kind: str) -> Alarm | None:
    """Give the oldest open alarm of a kind."""
    same = select(Alarm).where(
        Alarm.cabinet == cabinet.id, Alarm.kind == kind, col(Alarm.closed_at).is_(None)
    )
    return session.exec(same.order_by(col(Alarm.at)).limit(1)).first()


def telephone(session: Session, here: str) -> str:
    """Give the number to call: of the cabinet `here`, or the one that all cabinets share.

    Empty where neither is known.
    """
    rows = session.exec(
        select(Cabinet.id, Cabinet.telephone).where(col(Cabinet.revoked_at).is_(None))
    ).all()
    numbers = dict(rows)
    shared = set(numbers.values())
    return numbers.get(here, shared.pop() if len(shared) == 1 else "")
