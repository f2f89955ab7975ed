"""受理: staff tick each paper; what is missing is told once, all of it; then the clock runs.

Also what follows from it: passed on to who decides, extended, not accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, select

from central.catalogue import ClockStart, Item
from central.key import KeyRing
from central.operation import catalogue, matter, note, photo, roster
from central.operation.matter_state import MatterState, Outcome, Trigger, after
from central.operation.note import NoteKind
from central.record.case import Matter, MatterStep
from central.working_day import promise
from locker.contract.failure import Failure


class Seen(StrEnum):
    """What staff found of one paper."""

    HERE = "here"
    PHOTO = "photo"
    """The photo of it is enough: there is no paper to give back."""
    MISSING = "missing"
    """Not there, or not as it must be; the note says what is wrong."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a matter is not accepted: all three are said to the resident."""

    reason: str
    basis: str
    where_to_go: str


def to_tick(item: Item, case: Matter) -> list[str]:
    """Give the papers that are to be ticked now.

    Who was told once what is missing is asked for nothing else later (一次性告知).
    """
    return matter.wanted(item, case) if item.takes_papers else []


def check(
    session: Session, case: Matter, seen: Mapping[str, Seen], *, wrong: Mapping[str, str],
    keys: KeyRing, staff: str, now: float,
) -> Failure | None:  # fmt: skip
    """Take what staff ticked: every paper, or nothing is taken.

    `wrong`: what is wrong with a missing paper, by its key.
    """
    item = catalogue.item_of(session, case)
    if case.state != MatterState.TO_BE_CHECKED.value:
        return Failure.MATTER_MOVED_ON
    asked = to_tick(item, case)
    photographed = {shown.paper for shown in photo.of(session, case)}
    by_photo = {key for key, found in seen.items() if found is Seen.PHOTO}
    if set(asked) != set(seen) or not by_photo <= photographed:
        return Failure.FORM_INVALID
    case.papers = case.papers | {key: found.value for key, found in seen.items()}
    missing = [key for key in asked if seen[key] is Seen.MISSING]
    if not missing:
        _accept(session, case, item, staff=staff, now=now)
        return None
    for key in missing:
        text = f"{key} {wrong.get(key, '')}".strip()
        note.add(session, case, NoteKind.PAPER, text, keys=keys, now=now)
    matter.move(session, case, Trigger.TOLD_MISSING, by="staff", staff=staff, now=now)
    matter.tell(session, case, "missing", about=str(int(now)), now=now)
    return None


def brought(session: Session, case: Matter, *, staff: str, now: float) -> Failure | None:
    """The resident brought to the desk what was missing: it is ticked next."""
    if case.state != MatterState.PAPERS_MISSING.value:
        return Failure.MATTER_MOVED_ON
    matter.end_deposit(session, case, now=now)
    matter.move(session, case, Trigger.BROUGHT, by="staff", staff=staff, now=now)
    return None


def passed_on(session: Session, case: Matter, *, staff: str, now: float) -> Failure | None:
    """Whoever decides has accepted it: now the promised clock runs."""
    item = catalogue.item_of(session, case)
    waits = item.clock is ClockStart.DECIDER and case.accepted_at is None
    if not waits or case.state != MatterState.BEING_DONE.value:
        return Failure.MATTER_MOVED_ON
    _start_clock(session, case, item, days=item.days, now=now)
    matter.move(session, case, Trigger.PASSED_ON, by="staff", staff=staff, now=now)
    return None


def extend(
    session: Session, case: Matter, reason: str, *, keys: KeyRing, staff: str, now: float
) -> Failure | None:
    """Extend the promised time once, as far as the law lets it, counted from the acceptance."""
    item = catalogue.item_of(session, case)
    if case.accepted_at is None or not may_extend(session, case, item):
        return Failure.MATTER_MOVED_ON
    if not reason:
        return Failure.FORM_INVALID
    _start_clock(session, case, item, days=item.longest_days, now=case.accepted_at)
    note.add(session, case, NoteKind.EXTENSION, reason, keys=keys, now=now)
    matter.move(session, case, Trigger.EXTENDED, by="staff", staff=staff, now=now)
    matter.tell(session, case, "extended", now=now)
    return None


def may_extend(session: Session, case: Matter, item: Item) -> bool:
    """Tell whether the promised time may still be extended: once."""
    if case.accepted_at is None or not item.longest_days:
        return False
    before = select(MatterStep.id).where(
        MatterStep.matter == case.id, MatterStep.trigger == Trigger.EXTENDED.value
    )
    is_first = session.exec(before).first() is None
    return case.state == MatterState.BEING_DONE.value and is_first


def refuse(
    session: Session, case: Matter, refusal: Refusal, *, keys: KeyRing, staff: str, now: float
) -> Failure | None:
    """Say that it is not accepted, why, by which rule and where to go; the papers go back."""
    if after(MatterState(case.state), Trigger.REFUSED) is None:
        return Failure.MATTER_MOVED_ON
    if not (refusal.reason and refusal.basis and refusal.where_to_go):
        return Failure.FORM_INVALID
    for kind, text in (
        (NoteKind.REASON, refusal.reason),
        (NoteKind.BASIS, refusal.basis),
        (NoteKind.WHERE_TO_GO, refusal.where_to_go),
    ):
        note.add(session, case, kind, text, keys=keys, now=now)
    case.outcome = Outcome.REFUSED.value
    matter.end_deposit(session, case, now=now)
    matter.move(session, case, Trigger.REFUSED, by="staff", staff=staff, now=now)
    close_where_nothing_is_left(session, case, by="staff", staff=staff, now=now)
    matter.tell(session, case, "refused", now=now)
    return None


def close_where_nothing_is_left(
    session: Session, case: Matter, *, by: str, staff: str = "", now: float
) -> None:
    """Close a matter that is over and has no paper to give back."""
    if not matter.to_go_back(catalogue.item_of(session, case), case):
        matter.move(session, case, Trigger.NOTHING_LEFT, by=by, staff=staff, now=now)


def _accept(session: Session, case: Matter, item: Item, *, staff: str, now: float) -> None:
    if item.clock is ClockStart.COMMUNITY:
        _start_clock(session, case, item, days=item.days, now=now)
    matter.move(session, case, Trigger.ACCEPTED, by="staff", staff=staff, now=now)


def _start_clock(session: Session, case: Matter, item: Item, *, days: int, now: float) -> None:
    until = promise(now, days, item.day_kind, typed=roster.typed_days(session))
    case.accepted_at, case.due_at, case.due_sure = now, until.at, until.sure
