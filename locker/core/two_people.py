"""The rule of two people: the fourth box without a grant of its own needs a second person.

However it is asked for: staff at the glass, the technician's command and loops of it, an audit, a
command of the centre. Whoever opens more than three boxes that may hold something within ten
minutes must have somebody beside them who shows badge and PIN at the glass, or a second session
at the centre. Checked here alone, on what the cabinet holds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from locker.contract import event as e
from locker.contract.failure import Failure
from locker.contract.vocabulary import Capability, Condition, Purpose
from locker.core.docket import Docket
from locker.core.memory import Vouch
from locker.core.state import CompartmentRecord, GrantRecord, StaffRecord, VisitRecord

CENTRE = "centre"
"""Who opens by a command of the centre's staff."""


@dataclass(frozen=True, slots=True)
class Opener:
    """Who wants a door opened that is not theirs, and by what right.

    `capability`: what the second person must have too. `second`: the second session at the centre.
    """

    by: str
    capability: Capability
    second: str = ""


@dataclass(frozen=True, slots=True)
class Permit:
    """Whether the opening is counted, and who vouches for it where somebody must."""

    counted: bool
    second: str | None = None


def permit(
    docket: Docket, grant: GrantRecord, compartment: int, opener: Opener | None
) -> Permit | Failure:
    """Judge an opening by this rule; the last question before a visit is opened."""
    box = docket.box(compartment)
    if opener is None or not _is_counted(docket, box, grant, opener):
        return Permit(counted=False)
    if len(recent(docket).keys() - {compartment}) < docket.settings.ungranted_openings:
        return Permit(counted=True)
    second = _vouching(docket, opener)
    return Permit(True, second) if second else Failure.NEEDS_SECOND_PERSON


def count(docket: Docket, compartment: int) -> None:
    """Count an opening that was allowed; who vouched goes on vouching from now."""
    opened = {**recent(docket), compartment: docket.now.mono_s}
    vouch = docket.memory.vouch
    if vouch is not None:
        vouch = replace(vouch, at_s=docket.now.mono_s)
    docket.remember(ungranted_at_s=opened, vouch=vouch)


def recent(docket: Docket) -> dict[int, float]:
    """Give the boxes opened lately without grants of their own, and when."""
    now_s, within_s = docket.now.mono_s, docket.settings.ungranted_within_s
    at_s = docket.memory.ungranted_at_s
    return {box: opened_s for box, opened_s in at_s.items() if now_s < opened_s + within_s}


def restart(docket: Docket) -> None:
    """Count the openings of the last ten minutes again: a restart forgives none.

    One that was on a clock nobody believed may have been just now, so it counts as that.
    """
    now, found = docket.now, {}
    for visit in docket.draft.all(VisitRecord):
        age_s = max(0.0, now.surely - visit.opened_at) if visit.dated else 0.0
        if visit.counted and age_s < docket.settings.ungranted_within_s:
            found[visit.compartment] = now.mono_s - age_s
    docket.remember(ungranted_at_s=found)


def may_vouch(docket: Docket, staff: StaffRecord, capability: Capability) -> bool:
    """Whether this member of staff may stand beside somebody who needs the capability."""
    return capability in staff.capabilities and docket.surely <= staff.expires_at


def _is_counted(docket: Docket, box: CompartmentRecord, grant: GrantRecord, opener: Opener) -> bool:
    """Whether the box may hold something and nobody's own grant is used.

    Staff use their own grants for what the centre, or the end of the keeping time, lets them take
    out. A command of the centre's staff is counted whatever grant it names.
    """
    if box.condition is Condition.FREE or _is_own_empty(docket, box, opener):
        return False
    if opener.by == CENTRE:
        return grant.purpose not in {Purpose.DEPOSIT, Purpose.LOAD}
    minted_to_empty = grant.purpose is Purpose.TAKE_OUT and grant.source == e.MINTED
    return grant.purpose is Purpose.MAINTAIN or minted_to_empty


def _is_own_empty(docket: Docket, box: CompartmentRecord, opener: Opener) -> bool:
    """Whether it is a box that was free until the same person opened it just now."""
    visit = docket.visit
    mine = visit is not None and visit.staff == opener.by and visit.compartment == box.number
    return mine and box.condition is Condition.RESERVED and box.consignment is None


def _vouching(docket: Docket, opener: Opener) -> str | None:
    if opener.second:
        return opener.second
    session = docket.memory.staff
    beside = [docket.memory.vouch]
    if session is not None and session.signed_in:
        beside.append(Vouch(session.staff, session.touched_at_s))
    for vouch in beside:
        if vouch is None or vouch.staff == opener.by:
            continue
        found = docket.draft.find(StaffRecord, vouch.staff)
        fresh = docket.now.mono_s < vouch.at_s + docket.settings.second_s
        if fresh and found is not None and may_vouch(docket, found, opener.capability):
            return vouch.staff
    return None
