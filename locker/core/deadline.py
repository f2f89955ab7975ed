"""What is over: grants and keeping times, by the outage-fair clock and never by a doubtful one.

The reckoning is the contract's, the same as at the centre; here are the outages that count for
what lies in a box: those of the whole cabinet, and those of that compartment.
"""

from __future__ import annotations

from collections.abc import Iterator

from locker.contract.outage import Outage, effective_expiry
from locker.contract.vocabulary import Condition, GrantState, Purpose
from locker.core.docket import Docket
from locker.core.state import CompartmentRecord, GrantRecord

DAY_S = 86_400.0
_OPENS = frozenset({GrantState.LIVE, GrantState.RESERVED})


def is_expired(docket: Docket, grant: GrantRecord) -> bool:
    """Whether the grant is surely over, outages since its issue added."""
    return docket.surely > _ends(docket, grant.consignment, grant.issued_at, grant.expires_at)


def keeping_ends(docket: Docket, box: CompartmentRecord) -> float | None:
    """Give the Unix second from which on no code opens the door for what was loaded here.

    0 where none is left that was not used or withdrawn; None for what was not loaded.
    """
    if box.consignment is None or box.inbound is not False:
        return None
    return max(_codes_end(docket, box.consignment), default=0.0)


def is_overdue(docket: Docket, box: CompartmentRecord) -> bool:
    """Whether staff may take back what lies here: certain, and by no jump of the clock."""
    ends = keeping_ends(docket, box)
    if ends is None or box.condition is not Condition.OCCUPIED or not clock_is_settled(docket):
        return False
    return docket.surely > ends


def clock_is_settled(docket: Docket) -> bool:
    """Whether the wall clock is believed, and did not jump forward within the hour."""
    return docket.now.trusted and docket.held_back_s == 0.0


def _codes_end(docket: Docket, consignment: str) -> Iterator[float]:
    for grant in docket.draft.grants_of(consignment):
        if grant.purpose is Purpose.COLLECT and grant.state in _OPENS:
            yield _ends(docket, consignment, grant.issued_at, grant.expires_at)


def _ends(docket: Docket, consignment: str, since: float, ends: float) -> float:
    return effective_expiry(
        issued_at=since, expires_at=ends, outages=_outages(docket, consignment), now=docket.surely
    )


def _outages(docket: Docket, consignment: str) -> tuple[Outage, ...]:
    """Give the times in which nobody could have opened the door for this consignment."""
    ledger = docket.draft.ledger
    running = [Outage(since, None) for since in ledger.down_since.values()]
    for box in docket.draft.all(CompartmentRecord):
        if box.consignment == consignment:
            running.extend(box.outages)
            if box.out_since is not None:
                running.append(Outage(box.out_since, None))
    return (*ledger.outages, *running)
