"""帮办 on the console: a steward opens a matter for a resident who asked."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import col, select

from central.form import AssistanceForm
from central.operation import assistance, catalogue, consent
from central.operation.recognition import Found
from central.record.cabinet import Cabinet, by_number
from central.route.helped import whom, whom_again
from central.route.press import deny, go, show, staff_id
from central.route.visitor import CentreHere, PersonStaff, Posted, Visitor, from_pocket

router = APIRouter(prefix="/staff/open", include_in_schema=False)


@router.get("")
def open_form(request: Request, who: PersonStaff, centre: CentreHere) -> Response:
    """Ask for whom, what, and who asked how."""
    at_the_door = {"way": assistance.Way.DOOR} if from_pocket(request) else {}
    form = AssistanceForm(data=at_the_door, meta={"csrf_context": who.form_token})
    return _show(request, who, centre, form)


@router.post("")
def open_matter(request: Request, who: PersonStaff, centre: CentreHere, sent: Posted) -> Response:
    """Look who it is, or open the matter and go on to it."""
    form = AssistanceForm(sent, meta={"csrf_context": who.form_token})
    found, helped = whom(form, sent, who, centre)
    text = consent.shown(form.text.data or "")
    if helped is None or text is None:
        return _show(request, who, centre, form, found=found, status=422 if form.errors else 200)
    asked = assistance.Asked(
        item=form.item.data or "",
        cabinet=form.cabinet.data or "",
        way=assistance.Way(form.way.data or ""),
        person=form.person.data or "",
        text=text,
    )
    with centre.database.writing() as session:
        case = deny(
            assistance.open_for(
                session,
                helped,
                asked,
                keys=centre.keys,
                staff=staff_id(who),
                now=centre.clock.now(),
            )
        )
    if case is None:
        found = whom_again(form, sent, who, centre)
        return _show(request, who, centre, form, found=found, status=409)
    pages = "/staff/pocket" if from_pocket(request) else "/staff"
    return go(f"{pages}/m/{case.id}")


def _show(
    request: Request, who: Visitor, centre: CentreHere, form: AssistanceForm, *,
    found: Found | None = None, status: int = 200,
) -> Response:  # fmt: skip
    with centre.database.reading() as session:
        items = [item for item in catalogue.offered(session) if item.is_ours]
        cabinets = session.exec(
            select(Cabinet).where(col(Cabinet.revoked_at).is_(None)).order_by(*by_number())
        ).all()
    form.text.data = str(consent.present(who.language))
    return show(
        request, who, "console/open.html", lines=consent.lines(who.language),
        version=consent.VERSION, pocket=from_pocket(request), form=form, items=items,
        cabinets=cabinets, ways=assistance.Way, found=found, status=status,
    )  # fmt: skip
