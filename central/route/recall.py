"""The console's list of what lies too long, in walking order, and where residents are nudged."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central.operation import recall
from central.route.console import PageNumber
from central.route.press import MatterPress, show
from central.route.visitor import CentreHere, MatterStaff, PageDenied
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff/recall", include_in_schema=False)


@router.get("")
def recall_page(
    request: Request, who: MatterStaff, centre: CentreHere, page: PageNumber = 1
) -> Response:
    """List what is to be recalled, and the cabinets that are nearly full."""
    with centre.database.reading() as session:
        part = recall.to_recall(session, now=centre.clock.now(), page=page)
        crowded = recall.crowded(session)
    return show(
        request, who, "console/recall.html", part=part, crowded=crowded, refresh_s=60, live=True
    )


@router.post("/nudge")
def nudge(press: MatterPress) -> Response:
    """Tell the residents of one nearly full cabinet to come, those who were not told before."""
    with press.centre.database.writing() as session:
        told = recall.nudge(session, press.word("cabinet"), now=press.now)
    if not told:
        raise PageDenied(Failure.MATTER_MOVED_ON, 409)
    return press.tells("/staff/recall")
