"""Matters: opened by a resident, moved by what doors did and by staff, rated at the end."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlmodel import Session, col, select

from central.catalogue import ITEMS
from central.key import KeyRing, new_id
from central.operation import alarm, grant
from central.operation.matter_state import ENDED, MatterState, Trigger, after
from central.record.cabinet import Cabinet, DoorVisit
from central.record.case import Consignment, Grant, Matter, MatterStep
from central.record.people import Notice
from locker.contract.failure import Failure
from locker.contract.vocabulary import GrantState, Purpose

RATINGS = ("satisfied", "fair", "dissatisfied")
READY = "ready"
"""The kind of notice that says: it is in the cabinet."""

_REFERENCE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def open_draft(
    session: Session, *, resident: str, cabinet: str, item: str, now: float
) -> Matter | Failure:
    """Open a matter that reserves nothing, or give the open draft of that item."""
    if item not in ITEMS:
        return Failure.NOT_FOUND
    same = select(Matter).where(
        Matter.resident == resident,
        Matter.item == item,
        Matter.state == MatterState.DRAFT.value,
    )
    draft = session.exec(same).first()
    if draft is not None:
        draft.cabinet = cabinet
        return draft
    matter = Matter(
        id=new_id("m"),
        reference=new_reference(session),
        resident=resident,
        cabinet=cabinet,
        item=item,
        state=MatterState.DRAFT.value,
        state_since=now,
        created_at=now,
    )
    session.add(matter)
    session.flush()
    return matter


def locked(session: Session, matter: str) -> Matter | None:
    """Give a matter to be changed: its cabinet's row is locked first, as everywhere, then its own.

    One order of locks, so that a page and the cabinet's events never wait for each other.
    """
    cabinet = session.exec(select(Matter.cabinet).where(Matter.id == matter)).first()
    if cabinet is None:
        return None
    session.get_one(Cabinet, cabinet, with_for_update=True)
    return session.get(Matter, matter, with_for_update=True)


def new_reference(session: Session) -> str:
    """Make a short number that is easily read out, for example R-40718."""
    while True:
        letter = secrets.choice(_REFERENCE_LETTERS)
        reference = f"{letter}-{secrets.randbelow(10**5):05d}"
        if session.exec(select(Matter.id).where(Matter.reference == reference)).first() is None:
            return reference


def move(
    session: Session, matter: Matter, trigger: Trigger, *, by: str, now: float, staff: str = "",
    event: int | None = None,
) -> bool:  # fmt: skip
    """Move a matter by the table and note the step. False, and a task, where it does not move."""
    before = MatterState(matter.state)
    state = after(before, trigger)
    session.add(
        MatterStep(
            matter=matter.id,
            trigger=trigger.value,
            before=before.value,
            after=(state or before).value,
            at=now,
            by=by,
            staff=staff,
            event=event,
        )
    )
    if state is None:
        alarm.set_task(
            session,
            "books_differ",
            cabinet=matter.cabinet,
            matter=matter.id,
            now=now,
            trigger=trigger.value,
        )
        return False
    if state is not before:
        matter.state, matter.state_since = state.value, now
    return True


def deposit_grant(session: Session, matter: Matter, *, now: float) -> Grant | Failure:
    """Give the grant to hand in papers: the live one, or a new one for a new consignment."""
    if matter.state not in {MatterState.DRAFT.value, MatterState.WAITING_FOR_PAPERS.value}:
        return Failure.MATTER_MOVED_ON
    known = grant.find(session, matter=matter.id, purpose=Purpose.DEPOSIT)
    if known is not None and grant.is_good(known, now=now) and known.cabinet == matter.cabinet:
        return known
    if known is not None:
        grant.revoke(session, known, reason="replaced", now=now)
    consignment = Consignment(
        id=new_id("k"),
        cabinet=matter.cabinet,
        matter=matter.id,
        direction="inbound",
        state="expected",
        contents=list(ITEMS[matter.item].papers),
        created_at=now,
    )
    session.add(consignment)
    session.flush()
    made = grant.make(session, consignment, Purpose.DEPOSIT, reference=matter.reference, now=now)
    move(session, matter, Trigger.ASKED, by="resident", now=now)
    return made


def mark_ready(
    session: Session, matter: Matter, *, keys: KeyRing, staff: str, now: float
) -> Consignment | Failure:
    """Say that the certificate is made: from now on its label opens a free compartment."""
    if matter.state != MatterState.BEING_DONE.value:
        return Failure.MATTER_MOVED_ON
    consignment = Consignment(
        id=new_id("k"),
        cabinet=matter.cabinet,
        matter=matter.id,
        direction="outbound",
        state="expected",
        contents=["result"],
        created_at=now,
    )
    session.add(consignment)
    session.flush()
    grant.make(session, consignment, Purpose.LOAD, reference=matter.reference, now=now)
    # Made now and not at the load: the digits work although the line may be cut when it is loaded.
    grant.make_collection(session, consignment, matter, keys=keys, now=now)
    move(session, matter, Trigger.MARKED_READY, by="staff", staff=staff, now=now)
    return consignment


def looked(session: Session, matter: Matter, *, staff: str, now: float) -> bool:
    """Staff looked into the compartment: the certificate is there, the resident may be told."""
    if matter.state != MatterState.TO_BE_LOOKED_AT.value:
        return False
    move(session, matter, Trigger.LOOKED, by="staff", staff=staff, now=now)
    tell_ready(session, matter, now=now)
    return True


def tell_ready(session: Session, matter: Matter, *, now: float) -> None:
    """Make the notice that the certificate is in the cabinet, once."""
    known = select(Notice).where(Notice.matter == matter.id, Notice.kind == READY)
    if session.exec(known).first() is None:
        session.add(
            Notice(id=new_id("n"), resident=matter.resident, matter=matter.id, kind=READY, at=now)
        )


def is_running(matter: Matter) -> bool:
    """Tell whether something more will come of a matter."""
    return MatterState(matter.state) not in ENDED


def holds_nothing(session: Session, matter: Matter) -> bool:
    """Tell whether no paper of a running matter is with us or in a cabinet, nor on its way in."""
    if matter.state not in {MatterState.DRAFT.value, MatterState.WAITING_FOR_PAPERS.value}:
        return False
    moved = select(Consignment.id).where(
        Consignment.matter == matter.id, Consignment.state != "expected"
    )
    at_the_door = (
        select(DoorVisit.visit)
        .join(Grant, col(Grant.id) == col(DoorVisit.grant))
        .where(Grant.matter == matter.id, DoorVisit.outcome == "")
    )
    return session.exec(moved).first() is None and session.exec(at_the_door).first() is None


def end(session: Session, matter: Matter, *, by: str, now: float) -> None:
    """End a matter of which nothing is with us: what would still open a door for it ends too."""
    live = select(Grant).where(Grant.matter == matter.id, Grant.state == GrantState.LIVE.value)
    for row in session.exec(live).all():
        grant.revoke(session, row, reason="withdrawn", now=now)
    move(session, matter, Trigger.WITHDRAWN, by=by, now=now)


def rate(matter: Matter, rating: str, *, now: float) -> Failure | None:
    """Take the resident's word on how it went; the last one counts."""
    if rating not in RATINGS:
        return Failure.FORM_INVALID
    if matter.state != MatterState.COLLECTED.value:
        return Failure.MATTER_MOVED_ON
    matter.rating, matter.rated_at = rating, now
    return None


def outbound(session: Session, matter: str) -> Consignment | None:
    """Give the consignment that carries the result, the newest."""
    return session.exec(
        select(Consignment)
        .where(Consignment.matter == matter, Consignment.direction == "outbound")
        .order_by(col(Consignment.created_at).desc())
    ).first()


def of_resident(session: Session, resident: str) -> Sequence[Matter]:
    """Give a resident's matters, newest first."""
    return session.exec(
        select(Matter)
        .where(Matter.resident == resident)
        .order_by(col(Matter.created_at).desc(), col(Matter.id))
    ).all()
