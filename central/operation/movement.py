"""What cabinets say went in or came out, folded into consignments, matters, grants and tasks."""

from __future__ import annotations

from sqlmodel import Session, select

from central.operation import alarm, card, delegate, grant, matter, resident
from central.operation.matter_state import MatterState, Outcome, Trigger
from central.operation.source import Source
from central.record.cabinet import DoorVisit
from central.record.case import Consignment, Grant, Matter
from locker.contract import event as told
from locker.contract.vocabulary import Purpose


def consignment(session: Session, key: str, source: Source) -> Consignment:
    """Give the consignment that a cabinet names, or make it: who walks in has none here yet."""
    row = session.get(Consignment, key, with_for_update=True)
    if row is None:
        row = Consignment(
            id=key,
            cabinet=source.cabinet,
            direction="inbound",
            state="expected",
            created_at=source.now,
        )
        session.add(row)
        session.flush()
    return row


def moved(session: Session, event: told.ConsignmentMoved, source: Source) -> None:
    """Fold that a consignment went in or came out, or what is known of it better now."""
    row = consignment(session, event.consignment, source)
    inside = event.how in {"deposited", "loaded"}
    if row.cabinet != source.cabinet:
        return
    if row.state == ("inside" if inside else "out"):
        _confirmed_later(session, row, event, source)
        return
    row.state = "inside" if inside else "out"
    row.compartment, row.confirmed = event.compartment, event.confirmed
    row.moved_at = told.happened_at(event, source.wall)
    if not inside:
        # Nothing lies there any more: what would still open the door for it ends.
        grant.revoke_all(session, row.id, reason="moved", now=source.now)
        alarm.finish_tasks_of(session, kind=card.CODE_RESTS, consignment=row.id, now=source.now)
        if event.confirmed:
            alarm.looked(session, cabinet=row.cabinet, compartment=row.compartment, now=source.now)
    case = session.get(Matter, row.matter, with_for_update=True) if row.matter else None
    match event.how:
        case "deposited":
            _papers_in(session, row, case, event, source)
        case "taken_out":
            trigger = Trigger.PAPERS_OUT if row.direction == "inbound" else Trigger.RECALLED
            _move(session, case, trigger, event, source)
        case "loaded":
            _loaded(session, row, case, event, source)
        case "collected":
            _collected(session, row, case, event, source)
        case _:
            pass


def _confirmed_later(
    session: Session, row: Consignment, event: told.ConsignmentMoved, source: Source
) -> None:
    if event.confirmed and row.compartment != event.compartment:
        row.compartment = event.compartment  # found elsewhere by somebody who looked
    if not event.confirmed or row.confirmed:
        return
    row.confirmed = True
    for kind in ("unconfirmed_deposit", "presumed_taken"):
        alarm.finish_tasks_of(session, kind=kind, consignment=row.id, now=source.now)
    case = session.get(Matter, row.matter, with_for_update=True) if row.matter else None
    if event.how == "loaded" and case is not None:
        _seen_inside(session, row, case, event, source)


def _seen_inside(
    session: Session, row: Consignment, case: Matter, event: told.ConsignmentMoved, source: Source
) -> None:
    """Somebody looked into the box: what was loaded unseen lies there, the resident is told."""
    if case.state == MatterState.TO_BE_LOOKED_AT.value:
        matter.looked(session, case, staff=event.staff or "", now=source.now)
    alarm.finish_tasks_of(session, kind="look_at_load", consignment=row.id, now=source.now)


def _papers_in(
    session: Session, row: Consignment, case: Matter | None, event: told.ConsignmentMoved,
    source: Source,
) -> None:  # fmt: skip
    _move(session, case, Trigger.PAPERS_IN, event, source)
    known = session.exec(
        select(Grant.id).where(Grant.consignment == row.id, Grant.purpose == Purpose.TAKE_OUT.value)
    ).first()
    if known is None:
        reference = case.reference if case else row.walk_in
        grant.make(session, row, Purpose.TAKE_OUT, reference=reference, now=source.now)
    if case is None:
        alarm.set_task(session, "claim", cabinet=source.cabinet, consignment=row.id, now=source.now)
    if not event.confirmed:
        alarm.set_task(
            session, "unconfirmed_deposit", cabinet=source.cabinet, matter=row.matter,
            consignment=row.id, now=source.now, compartment=event.compartment,
        )  # fmt: skip


def _loaded(
    session: Session, row: Consignment, case: Matter | None, event: told.ConsignmentMoved,
    source: Source,
) -> None:  # fmt: skip
    if case is not None and case.state == MatterState.COLLECTED.value and event.confirmed:
        _found(session, row, case, event, source)
        return
    # Shut is not loaded: somebody must have said so, too, before anybody is told.
    if event.shut_in_visit and event.confirmed:
        if _move(session, case, Trigger.LOADED, event, source) and case is not None:
            matter.tell_in_cabinet(session, case, now=source.now)
        return
    _move(session, case, Trigger.LOADED_UNSEEN, event, source)
    alarm.set_task(
        session, "look_at_load", cabinet=source.cabinet, matter=row.matter, consignment=row.id,
        now=source.now, compartment=event.compartment,
    )  # fmt: skip


def _found(
    session: Session, row: Consignment, case: Matter, event: told.ConsignmentMoved, source: Source
) -> None:
    """It was only presumed taken: the resident is told anew, with a code anew."""
    alarm.finish_tasks_of(session, kind="presumed_taken", consignment=row.id, now=source.now)
    if not _move(session, case, Trigger.FOUND, event, source):
        return
    if resident.sealer(session, case.resident, keys=source.keys) is not None:
        grant.make_collection(session, row, case, keys=source.keys, now=source.now)
    matter.tell_in_cabinet(session, case, again=True, now=source.now)


def _collected(
    session: Session, row: Consignment, case: Matter | None, event: told.ConsignmentMoved,
    source: Source,
) -> None:  # fmt: skip
    if row.direction == "inbound":
        _taken_back(session, case, event, source)
        return
    _move(session, case, Trigger.COLLECTED, event, source)
    visit = session.get(DoorVisit, (source.cabinet, event.visit))
    if case is not None and visit is not None:
        delegate.collected_by(session, case, visit.grant, now=source.now)
    if not event.confirmed:
        alarm.set_task(
            session, "presumed_taken", cabinet=source.cabinet, matter=row.matter,
            consignment=row.id, now=source.now, compartment=event.compartment,
        )  # fmt: skip


def _taken_back(
    session: Session, case: Matter | None, event: told.ConsignmentMoved, source: Source
) -> None:
    if case is not None and not case.outcome:
        case.outcome = Outcome.WITHDRAWN.value
    earlier_ones = case is not None and case.papers
    trigger = Trigger.TAKEN_BACK_PART if earlier_ones else Trigger.TAKEN_BACK
    _move(session, case, trigger, event, source)


def _move(
    session: Session, case: Matter | None, trigger: Trigger, event: told.ConsignmentMoved,
    source: Source,
) -> bool:  # fmt: skip
    if case is None:
        return False
    if trigger is Trigger.PAPERS_IN and case.state == MatterState.DRAFT.value:
        case.state = MatterState.WAITING_FOR_PAPERS.value
    by = "staff" if event.staff else "cabinet"
    return matter.move(
        session, case, trigger, by=by, staff=event.staff or "", now=source.now, event=source.event
    )
