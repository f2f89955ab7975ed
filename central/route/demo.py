"""Pages that only the demo has: the notices it printed."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central.operation import notice
from central.route.press import bare, the_pages
from central.route.visitor import CentreHere, VisitorHere

router = APIRouter(prefix="/demo", include_in_schema=False)


@router.get("/notices")
def notices(request: Request, who: VisitorHere, centre: CentreHere) -> Response:
    """Show what residents were told."""
    with centre.database.reading() as session:
        rows = notice.newest(session)
    return the_pages(request).show(
        request, who, "console/notices.html", rows=rows, form=bare(who), refresh_s=5
    )
