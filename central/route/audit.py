"""The auditor's page: one matter, or one door, through centre and cabinet. Names no resident."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BeforeValidator
from sqlmodel import select

from central import normal
from central.operation import catalogue, timeline
from central.record.cabinet import Cabinet, by_number
from central.record.case import Matter
from central.route.press import bare, the_pages
from central.route.visitor import AuditStaff, CentreHere

router = APIRouter(prefix="/staff/audit", include_in_schema=False)


@router.get("")
def audit_page(
    request: Request,
    who: AuditStaff,
    centre: CentreHere,
    number: Annotated[str, Query(max_length=20)] = "",
    cabinet: Annotated[str, Query(max_length=32)] = "",
    door: Annotated[int, BeforeValidator(lambda typed: typed or 0), Query(ge=0, le=9999)] = 0,
) -> Response:
    """Show one matter's timeline by its number, one door's, or what is wrong in a journal."""
    typed = normal.line(number).upper()
    with centre.database.reading() as session:
        # Not the rows: each carries a whole layout.
        columns = select(Cabinet.id, Cabinet.short, Cabinet.site).order_by(*by_number())
        cabinets = session.exec(columns).all()
        matter = session.exec(select(Matter).where(Matter.reference == typed)).first()
        lines = (
            timeline.of_matter(session, matter) if matter is not None
            else timeline.of_door(session, cabinet, door) if cabinet and door
            else timeline.of_cabinet(session, cabinet) if cabinet
            else []
        )  # fmt: skip
        items = catalogue.items_of(session, [matter] if matter else [])
    return the_pages(request).show(
        request, who, "console/audit.html", number=typed, matter=matter, lines=lines,
        item=items[matter.id] if matter else None, cabinets=cabinets, cabinet_id=cabinet,
        door=door if cabinet and not matter else 0, form=bare(who), refresh_s=None,
    )  # fmt: skip
