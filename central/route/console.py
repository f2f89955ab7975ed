"""The staff's console: what waits, one matter, labels, cabinets, people. Desktop first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from central.form import SignInForm
from central.operation import (
    alarm,
    audit,
    bulletin,
    claim,
    desk,
    hand_over,
    help_call,
    opening,
)
from central.operation import resident as residents
from central.operation import staff as staff_members
from central.operation.role import Duty
from central.record.cabinet import Cabinet
from central.route.press import (
    MatterPress,
    Press,
    TendPress,
    bare,
    check_button,
    go,
    staff_id,
    the_pages,
)
from central.route.visitor import (
    CabinetStaff,
    CentreHere,
    KnownStaff,
    MatterStaff,
    PageDenied,
    Posted,
    RowNumber,
    StaffVisitor,
    Visitor,
    VisitorHere,
    from_pocket,
    set_cookie,
)
from locker.contract.failure import Failure
from locker.contract.local_time import LOCAL
from locker.contract.vocabulary import HelpAnswer

router = APIRouter(prefix="/staff", include_in_schema=False)
_REFERENCE = re.compile(r"[A-Za-z]-?[0-9]{1,6}")
"""A matter's own number names nobody: no reason is asked."""
PageNumber = Annotated[int, Query(ge=1, le=10_000)]


@router.get("/sign-in")
def sign_in_form(request: Request, who: VisitorHere) -> Response:
    """Ask for login and password."""
    form = SignInForm(meta={"csrf_context": who.form_token})
    return the_pages(request).show(
        request, who, "console/sign_in.html", form=form, failure=None,
        pocket=from_pocket(request), changed="changed" in request.query_params,
    )  # fmt: skip


@router.post("/sign-in")
def sign_in(request: Request, who: VisitorHere, centre: CentreHere, sent: Posted) -> Response:
    """Open a session."""
    form = SignInForm(sent, meta={"csrf_context": who.form_token})
    failure = Failure.FORM_INVALID
    pocket = from_pocket(request)
    if form.validate():
        with centre.database.writing() as session:
            token = staff_members.sign_in(
                session,
                login=form.login.data or "",
                password=(form.password.data or "")[:200],
                peer=request.client.host if request.client else "",
                now=centre.clock.now(),
            )
        if not isinstance(token, Failure):
            answer = go("/staff/pocket" if pocket else "/staff")
            set_cookie(answer, "bbg_staff", token, centre, max_age=int(staff_members.SESSION_S))
            return answer
        failure = token
    return the_pages(request).show(
        request, who, "console/sign_in.html", form=form, failure=failure, pocket=pocket,
        changed=False, status=401,
    )  # fmt: skip


@router.post("/sign-out")
def sign_out(request: Request, who: KnownStaff, centre: CentreHere, sent: Posted) -> Response:
    """End the session."""
    check_button(sent, who)
    with centre.database.writing() as session:
        staff_members.sign_out(session, request.cookies.get("bbg_staff", ""))
    answer = go("/staff/sign-in")
    answer.delete_cookie("bbg_staff", path="/")
    return answer


@router.get("")
def today(
    request: Request, who: StaffVisitor, centre: CentreHere, whose: desk.Whose = desk.Whose.ALL,
    page: PageNumber = 1,
) -> Response:  # fmt: skip
    """List the tasks and the matters: all, mine, my team's, or nobody's; what waits first."""
    if not who.may(Duty.MATTERS):
        return go("/staff/cabinets")
    with centre.database.reading() as session:
        part = desk.matters(session, keys=centre.keys, whose=whose, staff=staff_id(who), page=page)
    return _show_today(request, who, centre, part, whose=whose)


@router.post("")
def search(press: MatterPress) -> Response:
    """Find matters by number, name, telephone or ID number.

    A number, and an envelope's label read by a scanner, lead to their matter at once; a slip's
    number to the papers that nobody has claimed.
    A form and no address: what is looked for would be kept in histories and logs of proxies. Who
    looks for a person says why, and the person may read it.
    """
    found, reason = press.line("q")[:60], press.word("reason")
    by_person = bool(found) and not _REFERENCE.fullmatch(found)
    where = press.request, press.who, press.centre
    with press.centre.database.reading() as session:
        named = desk.named(session, found)
        unnamed = claim.by_slip(session, found)
    if named is not None:
        return go(f"/staff/m/{named}")
    if unnamed is not None:
        return go(f"/staff/unnamed/{unnamed}")
    if by_person and reason not in audit.REASONS:
        return _show_today(*where, None, found=found)
    if by_person:
        with press.centre.database.writing() as session:
            residents.note_search(
                session, found, staff=press.staff, reason=reason, keys=press.keys, now=press.now
            )
    with press.centre.database.reading() as session:
        part = desk.matters(session, found=found, keys=press.keys)
    return _show_today(*where, part, found=found, why=reason)


def _show_today(
    request: Request, who: Visitor, centre: CentreHere, part: desk.Part[desk.Row] | None, *,
    found: str = "", whose: desk.Whose = desk.Whose.ALL, why: str = "",
) -> Response:  # fmt: skip
    """Show the lists; `part` is None where a search lacked its reason."""
    with centre.database.reading() as session:
        unsigned = hand_over.unsigned(session, staff=staff_id(who))
        tasks = alarm.open_tasks(session)
        references = desk.references(session, tasks)
        cabinet_numbers = desk.cabinet_numbers(session, tasks)
    numbers = {task.id: help_call.number_of(task, keys=centre.keys) for task in tasks}
    return the_pages(request).show(
        request, who, "console/today.html", part=part, tasks=tasks, references=references,
        cabinet_numbers=cabinet_numbers, numbers=numbers, found=found, whose=whose,
        whoses=desk.Whose, unsigned=unsigned, reasons=audit.REASONS, why=why,
        turn_of_staff=desk.TURN_OF_STAFF, clock_over=desk.CLOCK_OVER, form=bare(who),
        keep={"whose": whose.value}, refresh_s=None, live=not found,
        status=422 if part is None else 200,
    )  # fmt: skip


@router.get("/take-out")
def take_out(
    request: Request, who: MatterStaff, centre: CentreHere, page: PageNumber = 1
) -> Response:
    """List the papers to be taken out, in walking order."""
    with centre.database.reading() as session:
        part = desk.take_out_list(session, page=page)
    return the_pages(request).show(
        request, who, "console/take_out.html", part=part, form=bare(who), refresh_s=20, live=True
    )


@router.get("/cabinets")
def cabinets(
    request: Request, who: CabinetStaff, centre: CentreHere, page: PageNumber = 1
) -> Response:
    """Show every cabinet with its doors as they are."""
    with centre.database.reading() as session:
        part = desk.cabinets(session, now=centre.clock.now(), page=page)
    return the_pages(request).show(
        request, who, "console/cabinets.html", part=part, acting=False, form=bare(who),
        wrong=frozenset(), typed={}, refresh_s=10, live=True,
    )  # fmt: skip


@router.get("/cabinets/{cabinet_id}")
def one_cabinet(
    cabinet_id: str, request: Request, who: CabinetStaff, centre: CentreHere
) -> Response:
    """Show one cabinet, to act on: a page that does not change under the hand."""
    return _show_cabinet(request, who, centre, cabinet_id)


def _show_cabinet(
    request: Request, who: Visitor, centre: CentreHere, cabinet_id: str, *,
    wrong: frozenset[str] = frozenset(), typed: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    """Show one cabinet; what was `typed` into one of its forms stays there with what is `wrong`."""
    with centre.database.reading() as session:
        part = desk.cabinets(session, now=centre.clock.now(), only=cabinet_id)
    if not part.rows:
        raise PageDenied(Failure.NOT_FOUND, 404)
    return the_pages(request).show(
        request, who, "console/cabinets.html", part=part, acting=True, form=bare(who),
        reasons=opening.Reason, refresh_s=None, live=not wrong, wrong=wrong, typed=typed or {},
        status=422 if wrong else 200,
    )  # fmt: skip


def _typed_wrong(press: Press, cabinet_id: str, *wrong: str) -> Response:
    typed = {name: press.word(name) for name in press.sent}
    return _show_cabinet(
        press.request, press.who, press.centre, cabinet_id, wrong=frozenset(wrong), typed=typed
    )


@router.post("/cabinets/{cabinet_id}/visit")
def set_visit(cabinet_id: str, press: TendPress) -> Response:
    """Say when somebody next comes to a cabinet, or that it is not planned; everybody reads it."""
    if _wrong_moments(press, "at"):
        return _typed_wrong(press, cabinet_id, "at")
    with press.centre.database.writing() as session:
        _cabinet(session, cabinet_id).visit_at = _moment(press, "at")
    return go(f"/staff/cabinets/{cabinet_id}")


@router.post("/cabinets/{cabinet_id}/said")
def set_said(cabinet_id: str, press: TendPress) -> Response:
    """Write the theme and the next activity for all glasses of this cabinet's community."""
    if wrong := _wrong_moments(press, "theme_ends", "activity_at"):
        return _typed_wrong(press, cabinet_id, *wrong)
    said = bulletin.Said(
        theme=press.line("theme")[:60],
        theme_ends=_moment(press, "theme_ends") or 0.0,
        activity=press.line("activity")[:60],
        activity_at=_moment(press, "activity_at") or 0.0,
    )
    with press.centre.database.writing() as session:
        bulletin.say(session, _cabinet(session, cabinet_id).community, said)
    return go(f"/staff/cabinets/{cabinet_id}")


@router.post("/cabinets/{cabinet_id}/nearby")
def set_nearby(cabinet_id: str, press: TendPress) -> Response:
    """Say which cabinets are near this one, the nearest first; a full one sends people there."""
    typed = " ".join(re.split(r"[\s,，、]+", press.line("nearby")))
    with press.centre.database.writing() as session:
        is_good = bulletin.put_nearby(session, _cabinet(session, cabinet_id), typed)
    if not is_good:
        return _typed_wrong(press, cabinet_id, "nearby")
    return go(f"/staff/cabinets/{cabinet_id}")


def _cabinet(session: Session, cabinet_id: str) -> Cabinet:
    row = session.get(Cabinet, cabinet_id, with_for_update=True)
    if row is None:
        raise PageDenied(Failure.NOT_FOUND, 404)
    return row


def _moment(press: Press, name: str) -> float | None:
    """Read a date and time of the form, None where none was typed. Raises ValueError."""
    typed = press.word(name)
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=LOCAL).timestamp() if typed else None
    except OverflowError as error:
        raise ValueError(typed) from error


def _wrong_moments(press: Press, *names: str) -> list[str]:
    """Give which of these are no date and time."""
    wrong = []
    for name in names:
        try:
            _moment(press, name)
        except ValueError:
            wrong.append(name)
    return wrong


@router.post("/alarms/{alarm_id}/close")
def close_alarm(alarm_id: RowNumber, press: TendPress) -> Response:
    """Close an alarm that was seen to."""
    change = partial(alarm.close, alarm=alarm_id, staff=press.staff, now=press.now)
    return press.writes(change, then="/staff/cabinets")


@router.post("/tasks/{task_id}/done")
def finish_task(task_id: RowNumber, press: MatterPress) -> Response:
    """Mark a task done."""
    with press.centre.database.writing() as session:
        done = alarm.finish_task(session, task_id, staff=press.staff, now=press.now)
    if done is None:
        raise PageDenied(Failure.MATTER_MOVED_ON, 409)
    return go(f"{press.back}#tasks")  # the keyboard goes on from there


@router.post("/tasks/{task_id}/answer")
def answer_call(task_id: RowNumber, press: MatterPress) -> Response:
    """Let the glass say that somebody comes, or calls."""
    answer = press.word("answer")
    if answer not in set(HelpAnswer):
        raise PageDenied(Failure.FORM_INVALID, 422)
    assert press.who.staff is not None  # noqa: S101  (the duty was asked for)
    change = partial(
        help_call.answer, task=task_id, given=HelpAnswer(answer), staff=press.who.staff,
        now=press.now,
    )  # fmt: skip
    on_phone = press.back != "/staff"
    return press.writes(change, then=f"{press.back}/calls/{task_id}" if on_phone else "/staff")
