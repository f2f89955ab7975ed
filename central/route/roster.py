"""The roster, the days that staff type into the calendar, and what a shift hands over."""

from __future__ import annotations

from datetime import date, time

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central import normal
from central.operation import hand_over, roster
from central.operation import team as teams
from central.route.console import bare, check_button, go, staff_id, the_pages
from central.route.visitor import (
    CentreHere,
    DispatchStaff,
    MatterStaff,
    PageDenied,
    PeopleStaff,
    Posted,
    Visitor,
)
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff", include_in_schema=False)


@router.get("/roster")
def roster_page(request: Request, who: MatterStaff, centre: CentreHere) -> Response:
    """Show who is on duty now and in the next fourteen days."""
    return _show(request, who, centre)


@router.post("/roster")
def make_plan(request: Request, who: PeopleStaff, centre: CentreHere, sent: Posted) -> Response:
    """Write shifts by a plan."""
    check_button(sent, who)
    try:
        wanted = _plan(sent)
    except ValueError:
        return _show(request, who, centre, problem=True)
    with centre.database.writing() as session:
        made = roster.plan(session, wanted)
    if isinstance(made, Failure):
        return _show(request, who, centre, problem=True)
    return go("/staff/roster")


@router.post("/roster/{shift_id}/remove")
def remove_shift(shift_id: int, who: PeopleStaff, centre: CentreHere, sent: Posted) -> Response:
    """Take a shift out."""
    check_button(sent, who)
    with centre.database.writing() as session:
        if not roster.remove(session, shift_id):
            raise PageDenied(Failure.NOT_FOUND, 404)
    return go("/staff/roster")


@router.post("/roster/{shift_id}/stand-in")
def stand_in(shift_id: int, who: DispatchStaff, centre: CentreHere, sent: Posted) -> Response:
    """Let the deputy stand in, or the person come back."""
    check_button(sent, who)
    with centre.database.writing() as session:
        if not roster.stand_in(session, shift_id):
            raise PageDenied(Failure.NOT_FOUND, 404)
    return go("/staff/roster")


@router.post("/days")
def type_day(who: PeopleStaff, centre: CentreHere, sent: Posted) -> Response:
    """Say that nobody works on a day, or that people do, or take it away again."""
    check_button(sent, who)
    try:
        day = date.fromisoformat(str(sent.get("day", "")))
        works = {"closed": False, "open": True, "": None}[str(sent.get("works", ""))]
    except (ValueError, KeyError) as error:
        raise PageDenied(Failure.FORM_INVALID, 422) from error
    with centre.database.writing() as session:
        roster.type_day(session, day, works, staff=staff_id(who))
    return go("/staff/roster")


@router.get("/hand-over")
def hand_over_page(request: Request, who: MatterStaff, centre: CentreHere) -> Response:
    """Show what was left, what one has oneself, and the form to leave it."""
    with centre.database.reading() as session:
        left = hand_over.lately(session, keys=centre.keys)
        mine = hand_over.open_of(session, staff_id(who))
    return the_pages(request).show(
        request, who, "console/hand_over.html", left=left, mine=mine, length=hand_over.LENGTH,
        form=bare(who), refresh_s=None,
    )  # fmt: skip


@router.post("/hand-over")
def leave(who: MatterStaff, centre: CentreHere, sent: Posted) -> Response:
    """Leave a note to the next shift."""
    check_button(sent, who)
    text = normal.line(str(sent.get("text", "")))
    with centre.database.writing() as session:
        row = hand_over.leave(
            session, text, staff=staff_id(who), keys=centre.keys, now=centre.clock.now()
        )
    if isinstance(row, Failure):
        raise PageDenied(row, 422)
    return go("/staff/hand-over")


@router.post("/hand-over/{hand_over_id}/sign")
def sign(hand_over_id: str, who: MatterStaff, centre: CentreHere, sent: Posted) -> Response:
    """Sign that one has read it and takes over."""
    check_button(sent, who)
    with centre.database.writing() as session:
        denied = hand_over.sign(session, hand_over_id, staff=staff_id(who), now=centre.clock.now())
    if denied is not None:
        raise PageDenied(denied, 404 if denied is Failure.NOT_FOUND else 409)
    return go("/staff/hand-over")


def _plan(sent: Posted) -> roster.Plan:
    """Read the form of a plan. Raises ValueError."""
    return roster.Plan(
        staff=str(sent.get("staff", "")),
        deputy=str(sent.get("deputy", "")),
        team=str(sent.get("team", "")),
        first=date.fromisoformat(str(sent.get("first", ""))),
        last=date.fromisoformat(str(sent.get("last", "") or sent.get("first", ""))),
        weekdays=frozenset(int(str(n)) for n in sent.getlist("weekday")),
        begins=time.fromisoformat(str(sent.get("begins", ""))),
        ends=time.fromisoformat(str(sent.get("ends", ""))),
        off_too=bool(sent.get("off_too")),
    )


def _show(request: Request, who: Visitor, centre: CentreHere, *, problem: bool = False) -> Response:
    now = centre.clock.now()
    with centre.database.reading() as session:
        shifts = roster.coming(session, now=now)
        people = teams.stewards(session)
        names = teams.names(session)
        typed = roster.typed_days(session)
        unsigned = hand_over.unsigned(session, staff=staff_id(who))
    return the_pages(request).show(
        request, who, "console/roster.html", shifts=shifts, people=people,
        names={person.id: person.name for person in people}, teams=names, typed=typed,
        unsigned=unsigned, problem=problem, form=bare(who), refresh_s=None,
        status=422 if problem else 200,
    )  # fmt: skip
