"""When a cabinet could not be opened, from its events; and what that does to a grant's end.

The reckoning is `locker.contract.outage`, the same as on the cabinet, so that the phone never says
that a code is over which the door still takes. Offline alone is no outage.
"""

from __future__ import annotations

from sqlmodel import Session, col, select

from central.record.cabinet import CabinetOutage
from central.record.case import Consignment, Grant
from locker.contract import event as told
from locker.contract.outage import OUT, SERVING_NEEDS, Outage, effective_expiry
from locker.contract.vocabulary import GrantState, Purpose

DOOR = "door"


def service_changed(
    session: Session, event: told.ServiceChanged, *, cabinet: str, wall: float
) -> None:
    """Take that a part went away or came back, if serving depends on it."""
    if event.what not in SERVING_NEEDS:
        return
    at = told.happened_at(event, wall)
    if not event.ok:
        _begin(session, cabinet, event.what, compartment=0, at=at)
    elif not _end(session, cabinet, event.what, compartment=0, at=at) and event.off_s is not None:
        _add(session, cabinet, event.what, began=at - event.off_s, ended=at)


def books_entered(session: Session, event: told.BooksEntered, *, cabinet: str, wall: float) -> None:
    """Take that a compartment can, or cannot, be opened for its people."""
    at = told.happened_at(event, wall)
    if event.condition in OUT:
        _begin(session, cabinet, DOOR, compartment=event.compartment, at=at)
    else:
        _end(session, cabinet, DOOR, compartment=event.compartment, at=at)


def ends(session: Session, grant: Grant, *, now: float) -> float:
    """Give the Unix second at which a grant really ends, outages since its issue added."""
    row = session.get(Consignment, grant.consignment)
    compartment = row.compartment if row is not None and row.state == "inside" else None
    found = session.exec(
        select(CabinetOutage).where(
            CabinetOutage.cabinet == grant.cabinet,
            col(CabinetOutage.compartment).in_((0, compartment or 0)),
        )
    )
    return effective_expiry(
        issued_at=grant.issued_at,
        expires_at=grant.expires_at,
        outages=[Outage(outage.began, outage.ended) for outage in found],
        now=now,
    )


def last_code_ends(session: Session, consignment: str, *, now: float) -> float | None:
    """Give when the last code to collect this really ends, a delegate's too; None without one."""
    codes = select(Grant).where(
        Grant.consignment == consignment,
        Grant.purpose == Purpose.COLLECT.value,
        Grant.state == GrantState.LIVE.value,
    )
    return max((ends(session, row, now=now) for row in session.exec(codes).all()), default=None)


def is_on(session: Session, cabinet: str, compartment: int | None) -> bool:
    """Tell whether a compartment cannot be opened for its people now: its own fault, or all's.

    One silent board of several stops every clock, and not every door: that one is not asked here.
    """
    here = select(CabinetOutage.id).where(
        CabinetOutage.cabinet == cabinet,
        CabinetOutage.what != "doors",
        col(CabinetOutage.compartment).in_((0, compartment or 0)),
        col(CabinetOutage.ended).is_(None),
    )
    return session.exec(here).first() is not None


def _open(session: Session, cabinet: str, what: str, *, compartment: int) -> CabinetOutage | None:
    return session.exec(
        select(CabinetOutage).where(
            CabinetOutage.cabinet == cabinet,
            CabinetOutage.what == what,
            CabinetOutage.compartment == compartment,
            col(CabinetOutage.ended).is_(None),
        )
    ).first()


def _begin(session: Session, cabinet: str, what: str, *, compartment: int, at: float) -> None:
    if _open(session, cabinet, what, compartment=compartment) is None:
        session.add(CabinetOutage(cabinet=cabinet, what=what, compartment=compartment, began=at))


def _end(session: Session, cabinet: str, what: str, *, compartment: int, at: float) -> bool:
    row = _open(session, cabinet, what, compartment=compartment)
    if row is None:
        return False
    row.ended = max(at, row.began)
    return True


def _add(session: Session, cabinet: str, what: str, *, began: float, ended: float) -> None:
    same = select(CabinetOutage.id).where(
        CabinetOutage.cabinet == cabinet, CabinetOutage.what == what, CabinetOutage.ended == ended
    )
    if session.exec(same).first() is None:
        session.add(CabinetOutage(cabinet=cabinet, what=what, began=began, ended=ended))
