"""The console's page of the community's buildings."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central.form import BuildingForm
from central.operation import buildings
from central.route.console import check_button, go, the_pages
from central.route.visitor import CentreHere, PageDenied, PeopleStaff, Posted, Visitor
from locker.contract.failure import Failure

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
        denied = buildings.add(session, filled)
    if denied is not None:
        raise PageDenied(denied, 422)
    return go("/staff/buildings")


@router.post("/{building_id}/remove")
def remove(building_id: str, who: PeopleStaff, centre: CentreHere, sent: Posted) -> Response:
    """Take a building off the list."""
    check_button(sent, who)
    with centre.database.writing() as session:
        if not buildings.remove(session, building_id):
            raise PageDenied(Failure.NOT_FOUND, 404)
    return go("/staff/buildings")


def _show(
    request: Request, who: Visitor, centre: CentreHere, form: BuildingForm, *, status: int
) -> Response:
    with centre.database.reading() as session:
        estates = buildings.by_estate(session)
    return the_pages(request).show(
        request, who, "console/buildings.html", estates=estates, form=form, status=status,
        refresh_s=None,
    )  # fmt: skip
