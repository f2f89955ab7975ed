"""Withdrawn by the resident, at any time before it is done; what was handed in goes back."""

from __future__ import annotations

from sqlmodel import Session, select

from central.key import KeyRing
from central.operation import acceptance, grant, matter
from central.operation.matter_state import MatterState, Outcome, Trigger, moves
from central.record.case import Consignment, Matter
from locker.contract.failure import Failure


def may_withdraw(case: Matter) -> bool:
    """Tell whether it is not done yet. What is done is collected, with the originals."""
    return not case.outcome and moves(case.state, Trigger.WITHDRAWN)


def withdraw(
    session: Session, case: Matter, *, by: str, keys: KeyRing, now: float, staff: str = ""
) -> Failure | None:
    """Withdraw: papers still in the cabinet are the resident's again, others go to the desk."""
    if not may_withdraw(case):
        return Failure.MATTER_MOVED_ON
    was = MatterState(case.state)
    case.outcome = Outcome.WITHDRAWN.value
    matter.end_deposit(session, case, now=now)
    matter.move(session, case, Trigger.WITHDRAWN, by=by, staff=staff, now=now)
    if was is MatterState.PAPERS_RECEIVED:
        _give_back(session, case, keys=keys, now=now)
    elif case.state == MatterState.AT_DESK.value:
        acceptance.close_where_nothing_is_left(session, case, by=by, staff=staff, now=now)
    return None


def _give_back(session: Session, case: Matter, *, keys: KeyRing, now: float) -> None:
    inside = session.exec(
        select(Consignment).where(
            Consignment.matter == case.id,
            Consignment.direction == "inbound",
            Consignment.state == "inside",
        )
    ).first()
    if inside is not None:
        grant.revoke_all(session, inside.id, reason="withdrawn", now=now)
        grant.make_collection(session, inside, case, keys=keys, now=now)
