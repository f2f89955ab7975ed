"""帮办 on the console: a steward opens a matter for a resident who asked."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import col, select

from central import normal
from central.form import AssistanceForm
from central.operation import assistance, catalogue
from central.operation import resident as residents
from central.record.cabinet import Cabinet, by_number
from central.route.press import go, staff_id, the_pages
from central.route.visitor import CentreHere, PageDenied, PersonStaff, Posted, Visitor
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff/open", include_in_schema=False)


@router.get("")
def open_form(request: Request, who: PersonStaff, centre: CentreHere) -> Response:
    """Ask for whom, what, and who asked how."""
    form = AssistanceForm(meta={"csrf_context": who.form_token})
    return _show(request, who, centre, form, status=200)


@router.post("")
def open_matter(request: Request, who: PersonStaff, centre: CentreHere, sent: Posted) -> Response:
    """Open the matter and go on to it."""
    form = AssistanceForm(sent, meta={"csrf_context": who.form_token})
    if not form.validate():
        return _show(request, who, centre, form, status=422)
    details = residents.Details(
        name=form.name.data or "",
        phone=normal.phone(form.phone.data) or "",
        building=form.building.data or "",
    )
    asked = assistance.Asked(
        item=form.item.data or "",
        cabinet=form.cabinet.data or "",
        way=assistance.Way(form.way.data or ""),
        person=form.person.data or "",
    )
    with centre.database.writing() as session:
        case = assistance.open_for(
            session, details, asked, keys=centre.keys, staff=staff_id(who), now=centre.clock.now()
        )
    if isinstance(case, Failure):
        raise PageDenied(case, 404)
    return go(f"/staff/m/{case.id}")


def _show(
    request: Request, who: Visitor, centre: CentreHere, form: AssistanceForm, *, status: int
) -> Response:
    with centre.database.reading() as session:
        items = [item for item in catalogue.offered(session) if item.is_ours]
        cabinets = session.exec(
            select(Cabinet).where(col(Cabinet.revoked_at).is_(None)).order_by(*by_number())
        ).all()
    return the_pages(request).show(
        request, who, "console/open.html", form=form, items=items, cabinets=cabinets,
        ways=assistance.Way, refresh_s=None, status=status,
    )  # fmt: skip
