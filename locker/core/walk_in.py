"""Dropping off with no phone: the one grant that the cabinet mints for a resident itself."""

from __future__ import annotations

from dataclasses import replace

from locker.contract import event as e
from locker.contract.failure import Failure
from locker.contract.vocabulary import CredentialKind, Purpose, SlipState, VisitPhase
from locker.core import judge
from locker.core import visit as visits
from locker.core.allocation import free_places
from locker.core.docket import Docket
from locker.core.effect import PrintSlip
from locker.core.input import WalkInAsked
from locker.core.memory import WalkInOffer
from locker.core.state import GrantRecord

DAY_S = 86_400.0


def may_walk_in(docket: Docket, free: int) -> bool:
    """Whether a walk-in would be taken now, with so many places free; shared with the view."""
    last_s, settings = docket.memory.walk_in_at_s, docket.settings
    too_soon = last_s is not None and docket.now.mono_s < last_s + settings.walk_in_every_s
    return not too_soon and free > settings.walk_in_keep_free


def asked(docket: Docket, ask: WalkInAsked) -> None:
    """Give a number for papers without a name, and print it; the door opens when it is taken."""
    free = len(free_places(docket))
    paused = None if may_walk_in(docket, free) else Failure.WALK_IN_PAUSED
    if failure := judge.cannot_serve(docket) or _busy(docket) or paused:
        docket.refuse(failure, CredentialKind.WALK_IN)
        return
    prints = docket.settings.prints_slips
    slip = SlipState.PRINTING if prints else SlipState.NONE
    until_s = docket.now.mono_s + docket.settings.open_untouched_s
    docket.remember(offer=WalkInOffer(ask, until_s, slip), refused=None)
    if prints:
        docket.effects.append(PrintSlip(ask.number, ask.code))


def _busy(docket: Docket) -> Failure | None:
    """Whoever stands at an open door is served first."""
    visit = docket.visit
    if visit is None:
        return None
    now = visits.phase(docket.draft, visit, docket.door(visit.compartment))
    return Failure.BUSY if now in {VisitPhase.OPENING, VisitPhase.OPEN} else None


def slip_printed(docket: Docket, number: str, slip: SlipState) -> None:
    """Note what became of the slip; whoever has none writes the number down."""
    offer = docket.memory.offer
    if offer is not None and offer.ask.number == number:
        docket.remember(offer=replace(offer, slip=slip))


def end_overdue(docket: Docket) -> None:
    """Forget a number that nobody took; no door was opened for it and it is good for nothing."""
    offer = docket.memory.offer
    if offer is not None and docket.now.mono_s >= offer.until_s:
        docket.remember(offer=None)


def taken_back(docket: Docket) -> None:
    """Forget the number of somebody who would rather not."""
    docket.remember(offer=None)


def noted(docket: Docket) -> None:
    """Open a compartment for whoever has their number.

    Two grants: one to put in, used by this visit; one to take back, good with the code until
    staff take the papers out.
    """
    if (offer := docket.memory.offer) is None:
        return
    docket.remember(offer=None)
    ask = offer.ask
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
        e.WalkInAccepted(ask.consignment, ask.return_grant, ask.number, ask.matter, ask.missing),
    )
    docket.remember(walk_in_at_s=docket.now.mono_s)
