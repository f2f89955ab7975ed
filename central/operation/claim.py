"""认领: papers that came without a phone, bound to a person by staff who read the form inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from central.key import KeyRing
from central.operation import alarm, audit, catalogue, consent, matter, recognition
from central.operation.matter_state import Trigger, moves
from central.operation.recognition import Newcomer
from central.record.cabinet import Cabinet
from central.record.case import Consignment, Matter
from locker.contract.failure import Failure


@dataclass(frozen=True, slots=True)
class Signed:
    """The form inside: what is asked for, and the version of the text that it is printed with."""

    item: str
    version: str


def unnamed(session: Session) -> Sequence[tuple[Consignment, str]]:
    """Give the walk-in consignments that belong to nobody yet, oldest first, and their cabinet."""
    return session.exec(
        select(Consignment, Cabinet.short)
        .join(Cabinet, col(Cabinet.id) == col(Consignment.cabinet))
        .where(Consignment.matter == "", Consignment.walk_in != "")
        .order_by(col(Consignment.created_at))
    ).all()


def by_slip(session: Session, number: str) -> str | None:
    """Give the papers that belong to nobody and whose slip this is; two cabinets count alike."""
    rows = select(Consignment.id).where(
        Consignment.matter == "", Consignment.walk_in == number.upper()
    )
    found = session.exec(rows).all() if number else ()
    return found[0] if len(found) == 1 else None


def claim(
    session: Session, consignment: str, helped: Newcomer | str, signed: Signed, *, staff: str,
    keys: KeyRing, now: float,
) -> Matter | Failure | None:  # fmt: skip
    """Open a matter for the person named on the form inside and bind the papers to it.

    The consent is the signed form's. None: who it is must be asked again (`recognition.take`).
    """
    row = session.get(Consignment, consignment, with_for_update=True)
    wanted = catalogue.find(session, signed.item)
    if row is None or wanted is None or not wanted.is_ours:
        return Failure.NOT_FOUND
    if row.matter:
        return Failure.MATTER_MOVED_ON
    person = recognition.take(
        session, helped, consent.Text(signed.version, ""), how="paper", keys=keys, now=now
    )
    if person is None or isinstance(person, Failure):
        return person
    case = matter.new(
        session, resident=person, cabinet=row.cabinet, item=signed.item, keys=keys, now=now,
        reference=matter.free_reference(session, row.walk_in),
    )  # fmt: skip
    _bind(session, row, case, [paper.key for paper in wanted.papers], staff=staff, now=now)
    return case


def join(
    session: Session, consignment: str, reference: str, *, staff: str, now: float
) -> Matter | Failure:
    """Bind the papers to a matter that is open already and waits for papers.

    The matter keeps its number; the slip's stays the consignment's.
    """
    named = session.exec(select(Matter.id).where(Matter.reference == reference)).first()
    row = session.get(Consignment, consignment, with_for_update=True)
    case = None if named is None else matter.locked(session, named)
    if row is None or case is None:
        return Failure.NOT_FOUND
    if row.matter or not moves(case.state, Trigger.CLAIMED):
        return Failure.MATTER_MOVED_ON
    matter.end_deposit(session, case, now=now)
    case.cabinet = row.cabinet  # nothing of it lies elsewhere in these states
    contents = matter.wanted(catalogue.item_of(session, case), case)
    _bind(session, row, case, contents, staff=staff, now=now)
    return case


def _bind(
    session: Session, row: Consignment, case: Matter, contents: list[str], *, staff: str,
    now: float,
) -> None:  # fmt: skip
    row.matter = case.id
    row.missing = row.missing if row.wanted == case.item else []
    row.contents = [key for key in contents if key not in row.missing]
    matter.move(session, case, Trigger.CLAIMED, by="staff", staff=staff, now=now)
    if row.state == "out":
        matter.move(session, case, Trigger.PAPERS_OUT, by="staff", staff=staff, now=now)
    audit.note(session, "claimed", resident=case.resident, staff=staff, now=now)
    alarm.finish_tasks_of(session, kind="claim", consignment=row.id, now=now)
