"""The console's page of the community's buildings."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central.form import BuildingForm
from central.operation import buildings
from central.route.press import check_button, deny, go, show
from central.route.visitor import CentreHere, PeopleStaff, Posted, PostedList, Visitor

router = APIRouter(prefix="/staff/buildings", include_in_schema=False)


@router.get("")
def listed(request: Request, who: PeopleStaff, centre: CentreHere) -> Response:
    """List the buildings, and ask for another."""
    form = BuildingForm(meta={"csrf_context": who.form_token})
    return _show(request, who, centre, form, status=200)


@router.post("")
def add(request: Request, who: PeopleStaff, centre: CentreHere, sent: Posted) -> Response:
    """Add a building with its units."""
    form = BuildingForm(sent, meta={"csrf_context": who.form_token})
    if not form.validate():
        return _show(request, who, centre, form, status=422)
    filled = buildings.Filled(
        form.estate.data or "", form.house.data or "", int(form.units.data or "0")
    )
    with centre.database.writing() as session:
        deny(buildings.add(session, filled))
    return go("/staff/buildings")


@router.post("/remove")
def remove(who: PeopleStaff, centre: CentreHere, sent: PostedList) -> Response:
    """Take the ticked units off the list; what is off it already is no mistake."""
    check_button(sent, who)
    with centre.database.writing() as session:
        buildings.remove(session, [str(place) for place in sent.getlist("place")])
    return go("/staff/buildings")


def _show(
    request: Request, who: Visitor, centre: CentreHere, form: BuildingForm, *, status: int
) -> Response:
    with centre.database.reading() as session:
        estates = buildings.by_estate(session)
    return show(request, who, "console/buildings.html", estates=estates, form=form, status=status)
