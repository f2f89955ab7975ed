"""The roster, the days that staff type into the calendar, and what a shift hands over."""

from __future__ import annotations

from datetime import date, time
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from central.operation import hand_over, roster
from central.operation import team as teams
from central.route.press import DispatchPress, MatterPress, PeoplePress, show, staff_id
from central.route.visitor import (
    CentreHere,
    MatterStaff,
    PageDenied,
    Posted,
    RowNumber,
    Visitor,
)
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff", include_in_schema=False)
_SHOWN_S = 14 * 86400.0


@router.get("/roster")
def roster_page(
    request: Request,
    who: MatterStaff,
    centre: CentreHere,
    whole: Annotated[str, Query(alias="all")] = "",
) -> Response:
    """Show who is on duty now and in the next fourteen days, or in all that are planned."""
    return _show(request, who, centre, whole=bool(whole))


@router.post("/roster")
def make_plan(press: PeoplePress) -> Response:
    """Write shifts by a plan."""
    try:
        wanted = _plan(press.sent)
        return press.writes(partial(roster.plan, wanted=wanted), then="/staff/roster")
    except (ValueError, PageDenied):
        return _show(press.request, press.who, press.centre, typed_in=press.sent)


@router.post("/roster/{shift_id}/remove")
def remove_shift(shift_id: RowNumber, press: PeoplePress) -> Response:
    """Take a shift out."""
    return press.writes(partial(roster.remove, shift=shift_id), then="/staff/roster")


@router.post("/roster/{shift_id}/stand-in")
def stand_in(shift_id: RowNumber, press: DispatchPress) -> Response:
    """Let the deputy stand in, or the person come back."""
    return press.writes(partial(roster.stand_in, shift=shift_id), then="/staff/roster")


@router.post("/days")
def type_day(press: PeoplePress) -> Response:
    """Say that nobody works on a day, or that people do, or take it away again."""
    try:
        day = date.fromisoformat(press.word("day"))
        works = {"closed": False, "open": True, "": None}[press.word("works")]
    except (ValueError, KeyError) as error:
        raise PageDenied(Failure.FORM_INVALID, 422) from error
    change = partial(roster.type_day, day=day, works=works, staff=press.staff)
    return press.writes(change, then="/staff/roster")


@router.get("/hand-over")
def hand_over_page(request: Request, who: MatterStaff, centre: CentreHere) -> Response:
    """Show what was left, what one has oneself, and the form to leave it."""
    with centre.database.reading() as session:
        left = hand_over.lately(session, keys=centre.keys)
        mine = hand_over.open_of(session, staff_id(who))
    return show(
        request, who, "console/hand_over.html", left=left, mine=mine, length=hand_over.LENGTH
    )


@router.post("/hand-over")
def leave(press: MatterPress) -> Response:
    """Leave a note to the next shift."""
    change = partial(
        hand_over.leave, text=press.line("text"), staff=press.staff, keys=press.keys, now=press.now
    )
    return press.writes(change, then="/staff/hand-over")


@router.post("/hand-over/{hand_over_id}/sign")
def sign(hand_over_id: str, press: MatterPress) -> Response:
    """Sign that one has read it and takes over."""
    change = partial(hand_over.sign, hand_over=hand_over_id, staff=press.staff, now=press.now)
    return press.writes(change, then="/staff/hand-over")


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


def _show(
    request: Request, who: Visitor, centre: CentreHere, *, typed_in: Posted | None = None,
    whole: bool = False,
) -> Response:  # fmt: skip
    """Show the roster; `typed_in`: a plan that cannot be written, to be mended."""
    now = centre.clock.now()
    with centre.database.reading() as session:
        planned = roster.coming(session, now=now)
        people = teams.stewards(session)
        names = teams.names(session)
        typed = roster.typed_days(session)
        unsigned = hand_over.unsigned(session, staff=staff_id(who))
    shifts = [shift for shift in planned if whole or shift.starts_at < now + _SHOWN_S]
    return show(
        request, who, "console/roster.html", shifts=shifts, later=len(planned) - len(shifts),
        people=people,
        names={person.id: person.name for person in people}, teams=names, typed=typed,
        unsigned=unsigned, problem=typed_in is not None, typed_in=typed_in or FormData(),
        status=200 if typed_in is None else 422,
    )  # fmt: skip
