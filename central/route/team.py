"""The console's page of teams: who looks after which buildings."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central import normal
from central.form import NAME_LENGTH
from central.operation import buildings, team
from central.route.press import PeoplePress, check_button, deny, go, show
from central.route.visitor import CentreHere, PageDenied, PeopleStaff, PostedList, Visitor
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff/teams", include_in_schema=False)


@router.get("")
def teams(request: Request, who: PeopleStaff, centre: CentreHere) -> Response:
    """List the teams, and ask for a new one."""
    return _show(request, who, centre)


@router.get("/{team_id}")
def one_team(team_id: str, request: Request, who: PeopleStaff, centre: CentreHere) -> Response:
    """Show one team, to be changed."""
    return _show(request, who, centre, team_id=team_id)


@router.post("")
def make(request: Request, who: PeopleStaff, centre: CentreHere, sent: PostedList) -> Response:
    """Make a team."""
    return _keep(request, who, centre, sent, team_id="")


@router.post("/{team_id}")
def change(
    team_id: str, request: Request, who: PeopleStaff, centre: CentreHere, sent: PostedList
) -> Response:
    """Change a team's name, people and buildings."""
    return _keep(request, who, centre, sent, team_id=team_id)


@router.post("/{team_id}/end")
def end(team_id: str, press: PeoplePress) -> Response:
    """End a team."""
    return press.writes(partial(team.end, team=team_id, now=press.now), then="/staff/teams")


def _keep(
    request: Request, who: Visitor, centre: CentreHere, sent: PostedList, *, team_id: str
) -> Response:
    check_button(sent, who)
    filled = team.Filled(
        name=normal.line(str(sent.get("name", "")))[:NAME_LENGTH],
        places=tuple(str(place) for place in sent.getlist("place")),
        members=tuple(str(person) for person in sent.getlist("member")),
    )
    with centre.database.writing() as session:
        row = team.keep(session, filled, team=team_id, keys=centre.keys, now=centre.clock.now())
    if row is Failure.FORM_INVALID:
        return _show(request, who, centre, team_id=team_id, problem=filled)
    deny(row)
    return go("/staff/teams")


def _show(
    request: Request, who: Visitor, centre: CentreHere, *, team_id: str = "",
    problem: team.Filled | None = None,
) -> Response:  # fmt: skip
    with centre.database.reading() as session:
        views = team.views(session)
        people = team.stewards(session)
        estates = buildings.by_estate(session)
    shown = next((view for view in views if view.team.id == team_id), None)
    if team_id and shown is None:
        raise PageDenied(Failure.NOT_FOUND, 404)
    listed = [row for rows in estates.values() for row in rows]
    taken = {place for view in views for place in view.places}
    unplaced = buildings.in_words(listed, {row.id for row in listed} - taken)
    others = {place: v.team.name for v in views if v is not shown for place in v.places}
    return show(
        request, who, "console/teams.html", views=views, people=people, estates=estates,
        unplaced=unplaced, shown=shown, others=others, problem=problem,
        status=422 if problem else 200,
    )  # fmt: skip
