"""Dropping off with no phone: the one grant that the cabinet mints for a resident itself."""

from __future__ import annotations

from locker.contract import event as e
from locker.contract.failure import Failure
from locker.contract.vocabulary import CredentialKind, Purpose
from locker.core import judge
from locker.core.allocation import free_places
from locker.core.docket import Docket
from locker.core.input import WalkInAsked
from locker.core.memory import WalkInSlip
from locker.core.state import GrantRecord

DAY_S = 86_400.0


def may_walk_in(docket: Docket) -> bool:
    """Whether a walk-in would be taken now; shared with the view."""
    last_s, settings = docket.memory.walk_in_at_s, docket.settings
    too_soon = last_s is not None and docket.now.mono_s < last_s + settings.walk_in_every_s
    return not too_soon and len(free_places(docket)) > settings.walk_in_keep_free


def asked(docket: Docket, ask: WalkInAsked) -> None:
    """Open a compartment for papers without a name; the number and code find them again.

    Two grants: one to put in, used by this visit; one to take back, good with the code until
    staff take the papers out.
    """
    paused = None if may_walk_in(docket) else Failure.WALK_IN_PAUSED
    if failure := judge.cannot_serve(docket) or paused:
        docket.refuse(failure, CredentialKind.WALK_IN)
        return
    now_s = docket.now.surely if docket.now.trusted else max(docket.now.wall, docket.now.floor)
    ends = now_s + docket.settings.walk_in_days * DAY_S
    deposit = GrantRecord(
        ask.deposit_grant,
        Purpose.DEPOSIT,
        ask.consignment,
        now_s,
        ends,
        "cabinet",
        "",
        ask.number,
        None,
        ask.low_door,
    )
    if judge.use(docket, deposit, CredentialKind.WALK_IN) is not None:
        return
    docket.emit(
        e.GrantPut(
            ask.return_grant,
            Purpose.COLLECT,
            ask.consignment,
            now_s,
            ends,
            "cabinet",
            "",
            ask.number,
            ask.code_digest,
        ),
        e.WalkInAccepted(ask.consignment, ask.return_grant, ask.number),
    )
    slip = WalkInSlip(docket.memory.visit or "", ask.number, ask.code)
    docket.remember(walk_in_at_s=docket.now.mono_s, slip=slip)
