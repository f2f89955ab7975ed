"""Photos of a matter: a paper mended from the phone, and what a steward shows to be done.

Kept sealed with the resident's key, timed, and gone with the person. Who of the staff looks is
written down.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete
from sqlalchemy import select as sa_select
from sqlmodel import Session, col

from central.catalogue import Mend
from central.key import KeyRing, new_id
from central.operation import audit, catalogue, limit, matter, resident
from central.operation.matter_state import MatterState, Trigger
from central.operation.retention import KEPT_S
from central.photo import Picture
from central.record.case import Matter
from central.record.privacy import Photo
from locker.contract.failure import Failure

A_MATTER = 20
"""The most photos a matter may have."""
_TRIES, _TRIES_S = 40, 3600.0


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo by what is known of it without opening it. `staff`: who took it, else the resident.

    `paper`: the key of the paper that it mends, empty for what a steward shows to be done.
    """

    id: str
    matter: str
    paper: str
    staff: str
    at: float
    keep_until: float


def keep(
    session: Session, case: Matter, picture: Picture, *, paper: str = "", staff: str = "",
    keys: KeyRing, now: float,
) -> Shown | Failure:  # fmt: skip
    """Keep a photo of a matter. One of a paper takes the place of the former one.

    Of the resident only a paper that is missing and may be mended by photo is taken.
    """
    person = resident.sealer(session, case.resident, keys=keys)
    if person is None:
        return Failure.PERSON_ERASED
    if not staff and paper not in mendable(session, case):
        return Failure.MATTER_MOVED_ON
    key = f"photo:{case.resident}"
    if not limit.allow(session, key, limit=_TRIES, window_s=_TRIES_S, now=now):
        return Failure.TOO_MANY_TRIES
    if paper:
        session.execute(
            delete(Photo).where(col(Photo.matter) == case.id, col(Photo.paper) == paper)
        )
    if len(of(session, case)) >= A_MATTER:
        return Failure.TOO_MANY_TRIES
    row = Photo(
        id=new_id("f"), resident=case.resident, matter=case.id, paper=paper, staff=staff,
        sealed="", at=now, keep_until=now + KEPT_S["photo"],
    )  # fmt: skip
    row.sealed = person.seal(base64.b64encode(picture.jpeg).decode(), place=f"photo:{row.id}")
    session.add(row)
    session.flush()
    return Shown(row.id, row.matter, row.paper, row.staff, row.at, row.keep_until)


def of(session: Session, case: Matter) -> Sequence[Shown]:
    """List the photos of a matter, the oldest first. None is opened."""
    return _shown(session, col(Photo.matter) == case.id)


def of_resident(session: Session, who: str) -> Sequence[Shown]:
    """List every photo that is kept of a resident."""
    return _shown(session, col(Photo.resident) == who)


def _shown(session: Session, where: ColumnElement[bool]) -> Sequence[Shown]:
    columns = (Photo.id, Photo.matter, Photo.paper, Photo.staff, Photo.at, Photo.keep_until)
    rows = session.execute(
        sa_select(*(col(c) for c in columns)).where(where).order_by(col(Photo.at), col(Photo.id))
    )
    return [Shown(*row) for row in rows]


def mendable(session: Session, case: Matter) -> frozenset[str]:
    """Give the papers that are missing now and may be mended by photo."""
    if case.state != MatterState.PAPERS_MISSING.value:
        return frozenset()
    item = catalogue.item_of(session, case)
    return frozenset(
        paper.key
        for paper in item.papers
        if Mend.PHOTO in paper.mend and case.papers.get(paper.key) == "missing"
    )


def may_send(case: Matter, photos: Sequence[Shown]) -> bool:
    """Tell whether there is a photo of everything that is missing: then no door is needed."""
    missing = {key for key, seen in case.papers.items() if seen == "missing"}
    mended = {photo.paper for photo in photos if photo.at >= case.state_since}
    return case.state == MatterState.PAPERS_MISSING.value and bool(missing) and missing <= mended


def send(session: Session, case: Matter, *, now: float) -> Failure | None:
    """The resident has photographed all that was missing: staff look at it next."""
    if not may_send(case, of(session, case)):
        return Failure.MATTER_MOVED_ON
    matter.end_deposit(session, case, now=now)
    matter.move(session, case, Trigger.PHOTOS_SENT, by="resident", now=now)
    return None


def opened(session: Session, case: str, photo: str, *, keys: KeyRing) -> bytes | None:
    """Open a photo for the resident of the matter `case`; for staff, `open_for_staff`."""
    row = session.get(Photo, photo)
    if row is None or row.matter != case:
        return None
    person = resident.sealer(session, row.resident, keys=keys)
    if person is None:
        return None
    return base64.b64decode(person.open(row.sealed, place=f"photo:{row.id}"))


def open_for_staff(
    session: Session, case: Matter, photo: str, *, staff: str, reason: str, keys: KeyRing,
    now: float,
) -> bytes | None:  # fmt: skip
    """Open a photo for a member of staff, and write down that it was opened."""
    jpeg = opened(session, case.id, photo, keys=keys)
    if jpeg is not None:
        audit.note(
            session, "opened", resident=case.resident, staff=staff, fields=("photo",),
            reason=reason, now=now,
        )  # fmt: skip
    return jpeg
