"""What residents ask for without a paper: said in words, registered at once by who is on duty.

便民服务 and 社区社会治理 go the same way as every matter, with the same clock, record and rating.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from central.catalogue import Item
from central.key import KeyRing
from central.operation import catalogue, dispatch, matter, note, roster
from central.operation.matter_state import MatterState, Outcome, Trigger, after
from central.operation.note import NoteKind
from central.record.cabinet import Cabinet, by_number
from central.record.case import CatalogueItem, Matter
from locker.contract.failure import Failure


class Serving(NamedTuple):
    """A cabinet in service, and what it is called."""

    id: str
    community: str
    site: str
    short: str


def place_of(session: Session, resident: str, *, seen: str) -> str | None:
    """Give the cabinet of a matter that is begun before no glass, None where there is none.

    It is the one whose printed code was `seen`, or where the resident was last, or else the first:
    the first of these that is in service. A drop-off moves a draft to the cabinet where it is made.
    """
    serving = [row.id for row in in_service(session)]
    before = next((case.cabinet for case in matter.of_resident(session, resident)), "")
    known = (place for place in (seen, before, *serving) if place in serving)
    return next(known, before or None)


def in_service(session: Session) -> Sequence[Serving]:
    """Give the cabinets that papers can be put into."""
    columns = (Cabinet.id, Cabinet.community, Cabinet.site, Cabinet.short)
    rows = session.exec(
        select(*columns)
        .where(col(Cabinet.enrolled_at).is_not(None), col(Cabinet.revoked_at).is_(None))
        .order_by(*by_number())
    )
    return [Serving(*row) for row in rows]


def submit(
    session: Session, case: Matter, words: str, *,
    place: str, keys: KeyRing, now: float, staff: str = "",
) -> Failure | None:  # fmt: skip
    """Begin a matter that needs no paper. What is said is kept, and given to who is on duty.

    `place`: the cabinet where the resident collects, where there are several to choose from;
    `staff`: who writes down what the resident says to them.
    """
    item = catalogue.item_of(session, case)
    if not item.is_said:
        return _put_in(session, case, place, now=now)
    if after(MatterState(case.state), Trigger.SUBMITTED) is None:
        return Failure.MATTER_MOVED_ON
    if not words and not item.places:
        return Failure.FORM_INVALID
    if left(session, item) == 0:
        return Failure.PLACES_TAKEN
    by = "staff" if staff else "resident"
    denied = matter.submit(session, case, by=by, staff=staff, now=now)
    if denied is not None:
        return denied
    note.add(session, case, NoteKind.WORDS, words, keys=keys, now=now)
    duty = roster.on_duty(session, now=now, team=case.team)
    if duty is not None:
        dispatch.give(session, case, dispatch.To(steward=duty.staff), staff="", now=now)
    return None


def begin_for(
    session: Session, case: Matter, words: str, *, keys: KeyRing, staff: str, now: float
) -> Failure | None:
    """Begin for a resident what they said to staff, or what staff took the papers for."""
    if catalogue.item_of(session, case).is_said:
        return submit(session, case, words, place="", keys=keys, staff=staff, now=now)
    return matter.submit(session, case, by="staff", staff=staff, now=now)


def _put_in(session: Session, case: Matter, place: str, *, now: float) -> Failure | None:
    serving = [row.id for row in in_service(session)]
    if len(serving) > 1 and place not in serving:
        return Failure.FORM_INVALID
    denied = matter.submit(session, case, by="resident", now=now)
    if denied is None and place in serving:
        case.cabinet = place
    return denied


def left(session: Session, item: Item) -> int | None:
    """Give how many places are left, None where any number may come. Holds the item meanwhile."""
    if not item.places:
        return None
    newest = select(CatalogueItem).where(CatalogueItem.key == item.key, col(CatalogueItem.newest))
    session.exec(newest.with_for_update()).first()  # two phones never get the last place
    gone = (Outcome.WITHDRAWN.value, Outcome.REFUSED.value)
    taken = session.exec(
        select(func.count(col(Matter.id))).where(
            Matter.item == item.key, Matter.state != MatterState.DRAFT.value,
            col(Matter.outcome).not_in(gone),
        )
    ).one()  # fmt: skip
    return max(0, item.places - taken)
