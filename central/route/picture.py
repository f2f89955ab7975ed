"""Photos of a matter: sent and seen by its resident, looked at by staff with a reason."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from central.operation import photo
from central.route.phone import check_button, own
from central.route.press import PersonPress, the_matter
from central.route.visitor import (
    BoundVisitor,
    CentreHere,
    PageDenied,
    Posted,
    PostedPhoto,
    see_other,
    sent_photo,
)
from locker.contract.failure import Failure

router = APIRouter(include_in_schema=False)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


@router.post("/m/{matter_id}/photos")
def take(matter_id: str, who: BoundVisitor, centre: CentreHere, sent: PostedPhoto) -> Response:
    """Keep a photo of a paper that is missing (`paper`: its key)."""
    check_button(sent, who)
    with centre.database.reading() as session:
        own(session, matter_id, who)
    picture = sent_photo(sent)  # outside of the transaction: decoding takes its time
    with centre.database.writing() as session:
        kept = photo.keep(
            session, own(session, matter_id, who), picture, paper=str(sent.get("paper", "")),
            keys=centre.keys, now=centre.clock.now(),
        )  # fmt: skip
    if isinstance(kept, Failure):
        raise PageDenied(kept, 429 if kept is Failure.TOO_MANY_TRIES else 409)
    return see_other(f"/m/{matter_id}", who, centre)


@router.post("/m/{matter_id}/photos/send")
def send(matter_id: str, who: BoundVisitor, centre: CentreHere, sent: Posted) -> Response:
    """Say that all that was missing is photographed."""
    check_button(sent, who)
    with centre.database.writing() as session:
        denied = photo.send(session, own(session, matter_id, who), now=centre.clock.now())
    if denied is not None:
        raise PageDenied(denied, 409)
    return see_other(f"/m/{matter_id}", who, centre)


@router.get("/m/{matter_id}/photos/{photo_id}")
def own_photo(matter_id: str, photo_id: str, who: BoundVisitor, centre: CentreHere) -> Response:
    """Show residents a photo of their own matter."""
    with centre.database.reading() as session:
        jpeg = photo.opened(session, own(session, matter_id, who).id, photo_id, keys=centre.keys)
    return _picture(jpeg)


@router.post("/staff/m/{matter_id}/photos/{photo_id}")
def look(matter_id: str, photo_id: str, press: PersonPress) -> Response:
    """Show staff a photo: this is written down, and the resident may see it."""
    reason = press.reason()
    with press.centre.database.writing() as session:
        jpeg = photo.open_for_staff(
            session, the_matter(session, matter_id), photo_id, reason=reason,
            staff=press.staff, keys=press.keys, now=press.now,
        )  # fmt: skip
    return _picture(jpeg)


def _picture(jpeg: bytes | None) -> Response:
    if jpeg is None:
        raise PageDenied(Failure.NOT_FOUND, 404)
    return Response(jpeg, media_type="image/jpeg", headers=_HEADERS)
