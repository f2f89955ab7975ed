"""The console's page of a technician's pass to one cabinet."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central.operation import technician
from central.record.cabinet import Cabinet
from central.route.press import bare, check_button, show, staff_id
from central.route.visitor import CentreHere, PageDenied, Posted, ServiceStaff
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff/cabinets", include_in_schema=False)


@router.post("/{cabinet_id}/pass")
def make_pass(
    cabinet_id: str, request: Request, who: ServiceStaff, centre: CentreHere, sent: Posted
) -> Response:
    """Make a pass and show it, this once."""
    check_button(sent, who)
    with centre.database.writing() as session:
        cabinet = session.get(Cabinet, cabinet_id)
        if cabinet is None or cabinet.enrolled_at is None or cabinet.revoked_at is not None:
            raise PageDenied(Failure.NOT_FOUND, 404)
        made = technician.make_pass(
            session, cabinet, keys=centre.keys, staff=staff_id(who), now=centre.clock.now()
        )
    return show(request, who, "console/pass.html", cabinet=cabinet, made=made, form=bare(who))
