"""Who has a matter: given by the centre, taken on or handed on by a steward."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from central import normal
from central.operation import dispatch
from central.operation.dispatch import To
from central.route.console import check_button, go, staff_id
from central.route.matter import the_matter
from central.route.visitor import CentreHere, DispatchStaff, MatterStaff, PageDenied, Posted
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff/m/{matter_id}", include_in_schema=False)


def way_back(matter_id: str, sent: Posted) -> str:
    """Give the page that the button was on: the desk's or the steward's phone's."""
    return (
        f"/staff/pocket/m/{matter_id}" if sent.get("from") == "pocket" else f"/staff/m/{matter_id}"
    )


WayBack = Annotated[str, Depends(way_back)]


@router.post("/give")
def give(
    matter_id: str, who: DispatchStaff, centre: CentreHere, sent: Posted, back: WayBack
) -> Response:
    """Give a matter to a team or a steward."""
    check_button(sent, who)
    with centre.database.writing() as session:
        row = the_matter(session, matter_id, to_change=True)
        to = To.read(str(sent.get("to", "")))
        denied = dispatch.give(session, row, to, staff=staff_id(who), now=centre.clock.now())
    return _done(denied, back)


@router.post("/take-on")
def take_on(
    matter_id: str, who: MatterStaff, centre: CentreHere, sent: Posted, back: WayBack
) -> Response:
    """Say that one does it oneself."""
    check_button(sent, who)
    with centre.database.writing() as session:
        row = the_matter(session, matter_id, to_change=True)
        denied = dispatch.take_on(session, row, staff=staff_id(who), now=centre.clock.now())
    return _done(denied, back)


@router.post("/hand-on")
def hand_on(
    matter_id: str, who: MatterStaff, centre: CentreHere, sent: Posted, back: WayBack
) -> Response:
    """Hand a matter on to somebody else, with the reason."""
    check_button(sent, who)
    with centre.database.writing() as session:
        row = the_matter(session, matter_id, to_change=True)
        denied = dispatch.hand_on(
            session, row, To.read(str(sent.get("to", ""))),
            normal.line(str(sent.get("reason", ""))), keys=centre.keys, staff=staff_id(who),
            now=centre.clock.now(),
        )  # fmt: skip
    return _done(denied, back)


def _done(denied: Failure | None, back: str) -> Response:
    if denied is not None:
        raise PageDenied(denied, 422 if denied is Failure.FORM_INVALID else 409)
    return go(back)
