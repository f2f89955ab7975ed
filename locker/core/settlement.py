"""What the books say after a visit: shut is not taken, and shut is not loaded.

A literal table, by what the visit was for and how it ended once its door had been opened. What
nobody knows for certain is withheld until staff have looked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from locker.contract import event as e
from locker.contract.vocabulary import (
    AttemptState,
    Condition,
    GrantState,
    Purpose,
    VisitOutcome,
)
from locker.core.attempt import release_visit
from locker.core.docket import Docket
from locker.core.state import AttemptRecord, CompartmentRecord, GrantRecord, VisitRecord


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is entered: the condition (None: as before), the movement, and whether it is sure.

    `again`: the grant is put live again, because staff said that nothing was done with it.
    """

    condition: Condition | None
    how: str = ""
    confirmed: bool = False
    again: bool = False


_OCCUPIED, _FREE, _WITHHELD = Condition.OCCUPIED, Condition.FREE, Condition.WITHHELD
_IN = {Purpose.DEPOSIT: "deposited", Purpose.LOAD: "loaded"}
_OUT = {
    Purpose.COLLECT: "collected",
    Purpose.TAKE_OUT: "taken_out",
    Purpose.RECALL: "taken_out",
    Purpose.MAINTAIN: "taken_out",
}

RULINGS: Mapping[tuple[Purpose, VisitOutcome], Ruling] = MappingProxyType(
    {
        **{(p, VisitOutcome.CONFIRMED): Ruling(_OCCUPIED, how, True) for p, how in _IN.items()},
        **{(p, VisitOutcome.PRESUMED): Ruling(_OCCUPIED, how) for p, how in _IN.items()},
        **{(p, VisitOutcome.LEFT_OPEN): Ruling(_OCCUPIED, how) for p, how in _IN.items()},
        **{(p, VisitOutcome.CONFIRMED): Ruling(_FREE, how, True) for p, how in _OUT.items()},
        **{(p, VisitOutcome.PRESUMED): Ruling(_WITHHELD, how) for p, how in _OUT.items()},
        **{(p, VisitOutcome.LEFT_OPEN): Ruling(_WITHHELD, how) for p, how in _OUT.items()},
        (Purpose.DEPOSIT, VisitOutcome.NOTHING): Ruling(_WITHHELD),
        (Purpose.LOAD, VisitOutcome.NOTHING): Ruling(_FREE, again=True),
        (Purpose.COLLECT, VisitOutcome.NOTHING): Ruling(_OCCUPIED),
        (Purpose.TAKE_OUT, VisitOutcome.NOTHING): Ruling(_OCCUPIED, again=True),
        (Purpose.RECALL, VisitOutcome.NOTHING): Ruling(_OCCUPIED, again=True),
        (Purpose.MAINTAIN, VisitOutcome.NOTHING): Ruling(None),
        (Purpose.MAINTAIN, VisitOutcome.PRESUMED): Ruling(None),
        (Purpose.MAINTAIN, VisitOutcome.LEFT_OPEN): Ruling(None),
    }
)
"""For visits whose door was seen open. A deposit said to be empty is a person's word: withheld.

Staff who looked into a box and found something leave it as it was, or as the consignment that is
known to lie there."""


def end_visit(docket: Docket, visit: VisitRecord, outcome: VisitOutcome) -> None:
    """End the visit: settle its box, give back what it still holds, say how it ended."""
    opened = visit.opened
    if opened and outcome is not VisitOutcome.LEFT_OPEN:
        settle(docket, visit, outcome, shut_in_visit=True)
    elif not opened:
        settle_unopened(docket, visit, outcome)
    release_visit(docket, visit)
    docket.emit(e.VisitEnded(visit.visit, outcome))
    if docket.memory.visit == visit.visit:
        done_s = docket.now.mono_s
        docket.remember(visit_done_s=done_s, last_outcome=outcome, retry_wanted=None)


def settle(
    docket: Docket, visit: VisitRecord, outcome: VisitOutcome, *, shut_in_visit: bool
) -> None:
    """Enter what a visit with an opened door did to its box."""
    ruling = RULINGS[(visit.purpose, outcome)]
    box = docket.box(visit.compartment)
    taken = ruling.how in {"collected", "taken_out"}
    if ruling.how and (not taken or box.consignment is not None):
        docket.emit(
            e.ConsignmentMoved(
                box.consignment or visit.consignment,
                visit.compartment,
                ruling.how,
                visit.visit,
                ruling.confirmed,
                shut_in_visit,
                visit.staff,
            )
        )
    condition = ruling.condition
    if visit.purpose is Purpose.MAINTAIN and outcome is VisitOutcome.NOTHING:
        condition = _OCCUPIED if box.inbound is not None else None
    if condition is not None:
        held = visit.consignment if visit.purpose in _IN else box.consignment
        keep = condition is not Condition.FREE
        _enter(docket, box, condition, held if keep else None, outcome)
    if ruling.how == "taken_out":
        _revoke_collections(docket, box.consignment or visit.consignment)
    if ruling.again:
        put_live_again(docket, visit.grant)


def settle_unopened(docket: Docket, visit: VisitRecord, outcome: VisitOutcome) -> None:
    """Enter what a visit whose door was never seen open may have done all the same."""
    box = docket.box(visit.compartment)
    states = {
        attempt.state for attempt in docket.draft.all(AttemptRecord) if attempt.visit == visit.visit
    }
    unresolved = AttemptState.UNRESOLVED in states
    pulsed = unresolved or AttemptState.FAILED in states
    if outcome is VisitOutcome.JAMMED:
        _enter(docket, box, Condition.JAMMED, box.consignment, outcome)
    elif visit.purpose in _IN and not pulsed:
        _enter(docket, box, Condition.FREE, None, outcome)
    elif visit.purpose in _IN:
        _enter(docket, box, Condition.WITHHELD, visit.consignment, outcome)
    elif unresolved and box.condition is not Condition.JAMMED:
        _enter(docket, box, Condition.WITHHELD, box.consignment, outcome)


def settle_late_shut(docket: Docket, attempt: AttemptRecord) -> None:
    """A door was shut after its visit had ended: recorded all the same, and never as certain."""
    visit = docket.draft.find(VisitRecord, attempt.visit)
    if visit is None or visit.outcome is None or visit.settled or not visit.opened:
        return
    settle(docket, visit, VisitOutcome.LEFT_OPEN, shut_in_visit=False)


def put_live_again(docket: Docket, key: str) -> None:
    """Let a staff grant be used once more; its holder said that nothing was done with it."""
    grant = docket.draft.must(GrantRecord, key)
    docket.emit(
        e.GrantPut(
            grant.grant,
            grant.purpose,
            grant.consignment,
            grant.issued_at,
            grant.expires_at,
            "cabinet",
            grant.matter,
            grant.reference,
            grant.code_digest,
            grant.low_door,
            grant.size,
        )
    )


def _revoke_collections(docket: Docket, consignment: str) -> None:
    for grant in list(docket.draft.all(GrantRecord)):
        ends = grant.purpose is Purpose.COLLECT and grant.consignment == consignment
        if ends and grant.state in {GrantState.LIVE, GrantState.RESERVED}:
            docket.emit(e.GrantRevoked(grant.grant, "taken_out"))


def _enter(
    docket: Docket,
    box: CompartmentRecord,
    condition: Condition,
    consignment: str | None,
    reason: str,
) -> None:
    docket.emit(e.BooksEntered(box.number, condition, consignment, reason))
