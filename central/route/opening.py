"""Opening one door from afar, from the console's page of cabinets."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central.operation import opening, turn
from central.record.cabinet import Cabinet
from central.record.case import Consignment, Grant, Turn
from central.route.press import DoorPress, go, show
from central.route.visitor import CentreHere, DoorStaff, PageDenied, Visitor
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff", include_in_schema=False)


@router.post("/cabinets/{cabinet_id}/openings")
def open_door(cabinet_id: str, press: DoorPress) -> Response:
    """Ask the cabinet to open the door, and go on to see what it did."""
    reason = press.word("reason")
    if reason not in set(opening.Reason):
        raise PageDenied(Failure.FORM_INVALID, 422)
    with press.centre.database.writing() as session:
        asked = opening.ask(
            session, press.word("consignment"), opening.Reason(reason), cabinet=cabinet_id,
            staff=press.staff, now=press.now,
        )  # fmt: skip
    if isinstance(asked, Failure):
        raise PageDenied(asked, 404 if asked is Failure.NOT_FOUND else 409)
    return go(f"{press.back}/openings/{asked.id}")


@router.get("/openings/{command}")
def see_opening(command: str, request: Request, who: DoorStaff, centre: CentreHere) -> Response:
    """Say what became of it: asked, opened, refused and why, or too late."""
    return show_opening(request, who, centre, command, template="console/opening.html")


def show_opening(
    request: Request, who: Visitor, centre: CentreHere, command: str, *, template: str
) -> Response:
    """Show how an opening stands, on the console or on the steward's phone."""
    with centre.database.writing() as session:
        asked = session.get(Turn, command)
        if asked is None or not asked.staff:
            raise PageDenied(Failure.NOT_FOUND, 404)
        view = turn.look(session, asked, now=centre.clock.now())
        cabinet = session.get_one(Cabinet, asked.cabinet)
        place = session.get_one(Consignment, session.get_one(Grant, asked.grant).consignment)
    known = asked.failure in set(Failure)
    failure = Failure(asked.failure) if known else Failure.OUT_OF_SERVICE
    waits = asked.state in {"waiting", "sent", "taken"}
    return show(
        request, who, template, view=view, cabinet=cabinet, place=place,
        failure=failure if asked.state == "refused" else None,
        refresh_s=2 if waits else None,
    )  # fmt: skip
