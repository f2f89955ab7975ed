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
from locker.core import contact
from locker.core.attempt import release_visit
from locker.core.docket import Docket
from locker.core.state import AttemptRecord, CompartmentRecord, GrantRecord, VisitRecord
from locker.core.unsure import UNSURE


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is entered: the condition, the movement, and whether it is sure.

    `again`: the grant is put live again, because its holder said that nothing was done with it: the
    papers lie inside, and nobody must be shut out from them. The word is journaled, as is the next
    opening, and the lock's coil bounds how often it may be given.
    """

    condition: Condition
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
        (Purpose.COLLECT, VisitOutcome.NOTHING): Ruling(_OCCUPIED, again=True),
        (Purpose.TAKE_OUT, VisitOutcome.NOTHING): Ruling(_OCCUPIED, again=True),
        (Purpose.RECALL, VisitOutcome.NOTHING): Ruling(_OCCUPIED, again=True),
        (Purpose.MAINTAIN, VisitOutcome.NOTHING): Ruling(_OCCUPIED),
        (Purpose.MAINTAIN, VisitOutcome.PRESUMED): Ruling(_WITHHELD),
        (Purpose.MAINTAIN, VisitOutcome.LEFT_OPEN): Ruling(_WITHHELD),
    }
)
"""For visits whose door was seen open. A deposit said to be empty is a person's word: withheld.

Where the books know of nothing that could lie there, "occupied" is withheld: `_condition`."""


def end_visit(docket: Docket, visit: VisitRecord, outcome: VisitOutcome) -> None:
    """End the visit: settle its box, give back what it still holds, say how it ended."""
    if not visit.opened:
        settle_unopened(docket, visit, outcome)
    elif outcome is VisitOutcome.JAMMED:
        settle(docket, visit, VisitOutcome.PRESUMED, shut_in_visit=_seen_shut(docket, visit))
        box = docket.box(visit.compartment)
        _enter(docket, box, Condition.JAMMED, box.consignment, outcome)
    elif outcome is not VisitOutcome.LEFT_OPEN:
        settle(docket, visit, outcome, shut_in_visit=_seen_shut(docket, visit))
    release_visit(docket, visit)
    if docket.memory.visit == visit.visit:
        docket.touch()
    docket.emit(e.VisitEnded(visit.visit, outcome))
    left = {key: at_s for key, at_s in docket.memory.left_at_s.items() if _is_known(docket, key)}
    docket.remember(left_at_s={**left, visit.visit: docket.now.mono_s})
    if docket.memory.visit == visit.visit:
        done_s = docket.now.mono_s
        docket.remember(visit_done_s=done_s, last_outcome=outcome, retry_wanted=None)


def settle(
    docket: Docket, visit: VisitRecord, outcome: VisitOutcome, *, shut_in_visit: bool
) -> None:
    """Enter what a visit with an opened door did to its box."""
    ruling = RULINGS[(visit.purpose, outcome)]
    box = docket.box(visit.compartment)
    puts_in = visit.purpose in _IN
    held = visit.consignment if puts_in else box.consignment
    elsewhere = held is not None and _lies_elsewhere(docket, held, visit.compartment)
    if ruling.how and held is not None and not (elsewhere and _doubtful(box, outcome)):
        loads = visit.purpose is Purpose.LOAD  # what nobody saw shut in, somebody must look at
        known = shut_in_visit if loads else puts_in or box.inbound is not None
        sure = ruling.confirmed and known
        docket.emit(
            e.ConsignmentMoved(
                held,
                visit.compartment,
                ruling.how,
                visit.visit,
                sure,
                shut_in_visit,
                visit.staff,
            )
        )
    condition = _condition(box, held, ruling, elsewhere=elsewhere)
    if visit.purpose is Purpose.COLLECT and condition is _OCCUPIED and _counts_as_taken(box):
        condition = _WITHHELD  # it was told of: somebody must look
    keep = ruling.condition is not _FREE
    _enter(docket, box, condition, held if keep else None, outcome)
    if ruling.how == "taken_out" and held is not None and not elsewhere:
        recalled = visit.purpose is Purpose.RECALL
        _revoke_collections(docket, held, e.RECALLED if recalled else ruling.how)
    if ruling.again:
        put_live_again(docket, visit.grant)


def _seen_shut(docket: Docket, visit: VisitRecord) -> bool:
    """Whether the door was seen shut in the visit, with no re-opening of it left in doubt."""
    last = docket.draft.must(AttemptRecord, visit.attempt or "")
    return visit.shut and last.state is not AttemptState.UNRESOLVED


def _lies_elsewhere(docket: Docket, consignment: str, compartment: int) -> bool:
    """Whether the books have the consignment in another box, after a first one was doubtful."""
    return any(
        box.consignment == consignment and (box.condition is Condition.RESERVED or box.surely_holds)
        for box in docket.draft.all(CompartmentRecord)
        if box.number != compartment
    )


def _doubtful(box: CompartmentRecord, outcome: VisitOutcome) -> bool:
    return outcome is VisitOutcome.LEFT_OPEN or box.inbound is None


_PRESUMED = frozenset({VisitOutcome.PRESUMED.value, VisitOutcome.LEFT_OPEN.value})
_DOUBTFUL = frozenset({_WITHHELD, Condition.JAMMED})
_UNTIL_SEEN = UNSURE | _PRESUMED
"""Reasons for a doubtful box that stand until somebody has said what lies there."""


def _counts_as_taken(box: CompartmentRecord) -> bool:
    """Whether an earlier visit's collection was presumed."""
    return box.condition is _WITHHELD and box.reason in _PRESUMED


def _condition(
    box: CompartmentRecord, held: str | None, ruling: Ruling, *, elsewhere: bool
) -> Condition:
    if box.condition is Condition.OUT_OF_SERVICE:
        return Condition.OUT_OF_SERVICE
    if ruling.condition is not _OCCUPIED:
        return ruling.condition
    known = bool(ruling.how) or box.inbound is not None
    return _OCCUPIED if held is not None and known and not elsewhere else _WITHHELD


def settle_unopened(docket: Docket, visit: VisitRecord, outcome: VisitOutcome) -> None:
    """Enter what a visit whose door was never seen open may have done all the same."""
    box = docket.box(visit.compartment)
    tried = {a.state for a in docket.draft.all(AttemptRecord) if a.visit == visit.visit}
    puts_in = visit.purpose in _IN
    failed = AttemptState.FAILED in tried and (puts_in or visit.person_saw_open)
    pulsed = AttemptState.UNRESOLVED in tried or failed
    if outcome is VisitOutcome.JAMMED:
        _enter(docket, box, Condition.JAMMED, box.consignment, outcome)
    elif box.condition in {Condition.JAMMED, Condition.OUT_OF_SERVICE}:
        return
    elif pulsed:
        held = visit.consignment if puts_in else box.consignment
        _enter(docket, box, _WITHHELD, held, outcome)
    elif box.condition is Condition.RESERVED:
        _enter(docket, box, _FREE, None, outcome)


def settle_late_shut(docket: Docket, attempt: AttemptRecord) -> None:
    """A door was shut after its visit had ended: recorded all the same, and never as certain."""
    if (visit := docket.draft.find(VisitRecord, attempt.visit)) is not None:
        settle_left_open(docket, visit)


def settle_left_open(docket: Docket, visit: VisitRecord) -> None:
    """Enter what a visit may have done whose door nobody of its own shut; once."""
    if visit.outcome in _UNSETTLED and not visit.settled and visit.opened:
        settle(docket, visit, VisitOutcome.LEFT_OPEN, shut_in_visit=False)


_UNSETTLED = frozenset(
    {
        VisitOutcome.LEFT_OPEN,
        VisitOutcome.NOT_OPENED,
        VisitOutcome.UNRESOLVED,
        VisitOutcome.JAMMED,
    }
)
"""Ends of a visit after which its door may still be found open, or spring open late."""


def put_live_again(docket: Docket, key: str) -> None:
    """Let a staff grant be used once more; its holder said that nothing was done with it."""
    grant = docket.draft.must(GrantRecord, key)
    if grant.state is not GrantState.USED:
        return
    put_again(docket, grant)


def put_again(docket: Docket, grant: GrantRecord) -> None:
    """Put a grant live once more, as it is handed in; where it came from stays as it was."""
    docket.emit(
        e.GrantPut(
            grant.grant,
            grant.purpose,
            grant.consignment,
            grant.issued_at,
            grant.expires_at,
            e.AGAIN,
            grant.matter,
            grant.reference,
            grant.code_digest,
            grant.low_door,
            grant.size,
            grant.card_lookup,
            grant.card_digest,
            grant.last_four,
            grant.last_four_digest,
        )
    )


def _is_known(docket: Docket, visit: str) -> bool:
    return docket.draft.find(VisitRecord, visit) is not None


def _revoke_collections(docket: Docket, consignment: str, reason: str) -> None:
    for grant in docket.draft.grants_of(consignment):
        if grant.purpose is Purpose.COLLECT and grant.state in {
            GrantState.LIVE,
            GrantState.RESERVED,
        }:
            docket.emit(e.GrantRevoked(grant.grant, reason))


def _enter(
    docket: Docket,
    box: CompartmentRecord,
    condition: Condition,
    consignment: str | None,
    reason: str,
) -> None:
    if condition is _FREE and (instead := contact.after_freed(docket, box)):
        condition, reason = instead
    elif {condition, box.condition} <= _DOUBTFUL and box.reason in _UNTIL_SEEN:
        reason = box.reason  # whoever opened it did not say what lies there
    docket.emit(e.BooksEntered(box.number, condition, consignment, reason))
