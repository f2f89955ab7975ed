"""The staff's console: what waits, one matter, labels, cabinets, people. Desktop first."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from central import normal
from central.catalogue import ITEMS
from central.form import BareForm, ClaimForm, SignInForm
from central.operation import alarm, audit, claim, desk, matter
from central.operation import resident as residents
from central.operation import staff as staff_members
from central.operation.role import Duty
from central.record.cabinet import Cabinet
from central.record.case import Matter
from central.route.page import Pages
from central.route.visitor import (
    CabinetStaff,
    CentreHere,
    MatterStaff,
    PageDenied,
    PersonStaff,
    Posted,
    StaffVisitor,
    Visitor,
    VisitorHere,
    set_cookie,
)
from locker.contract.credential import LABEL_PREFIX
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff", include_in_schema=False)


def the_pages(request: Request) -> Pages:
    """Give the templates of this application."""
    pages: Pages = request.app.state.pages
    return pages


@router.get("/sign-in")
def sign_in_form(request: Request, who: VisitorHere) -> Response:
    """Ask for login and password."""
    form = SignInForm(meta={"csrf_context": who.form_token})
    return the_pages(request).show(request, who, "console/sign_in.html", form=form, failure=None)


@router.post("/sign-in")
def sign_in(request: Request, who: VisitorHere, centre: CentreHere, sent: Posted) -> Response:
    """Open a session."""
    form = SignInForm(sent, meta={"csrf_context": who.form_token})
    failure = Failure.FORM_INVALID
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
            answer = _go("/staff")
            set_cookie(answer, "bbg_staff", token, centre, max_age=int(staff_members.SESSION_S))
            return answer
        failure = token
    return the_pages(request).show(
        request, who, "console/sign_in.html", form=form, failure=failure, status=401
    )


@router.post("/sign-out")
def sign_out(request: Request, who: StaffVisitor, centre: CentreHere, sent: Posted) -> Response:
    """End the session."""
    check_button(sent, who)
    with centre.database.writing() as session:
        staff_members.sign_out(session, request.cookies.get("bbg_staff", ""))
    answer = _go("/staff/sign-in")
    answer.delete_cookie("bbg_staff", path="/")
    return answer


@router.get("")
def today(request: Request, who: StaffVisitor, centre: CentreHere) -> Response:
    """List the matters and the tasks, what waits for staff first."""
    if not who.may(Duty.MATTERS):
        return _go("/staff/cabinets")
    return _show_today(request, who, centre, found="")


@router.post("")
def search(request: Request, who: MatterStaff, centre: CentreHere, sent: Posted) -> Response:
    """Find matters by number, name, telephone or ID number.

    A form and no address: what is looked for would be kept in histories and logs of proxies.
    """
    check_button(sent, who)
    found = normal.line(str(sent.get("q", "")))[:60]
    return _show_today(request, who, centre, found=found)


def _show_today(request: Request, who: Visitor, centre: CentreHere, *, found: str) -> Response:
    with centre.database.reading() as session:
        rows = desk.matters(session, found=found, keys=centre.keys)
        tasks = alarm.open_tasks(session)
        references = desk.references(session, tasks)
    return the_pages(request).show(
        request, who, "console/today.html", rows=rows, tasks=tasks, references=references,
        found=found, form=bare(who), refresh_s=None if found else 20,
    )  # fmt: skip


@router.get("/m/{matter_id}")
def one_matter(matter_id: str, request: Request, who: MatterStaff, centre: CentreHere) -> Response:
    """Show one matter with its evidence. The person's name stays shut until it is asked for."""
    with centre.database.reading() as session:
        story = desk.story(session, _matter(session, matter_id))
    return _show_matter(request, who, story, person=None)


@router.post("/m/{matter_id}/person")
def open_person(
    matter_id: str, request: Request, who: PersonStaff, centre: CentreHere, sent: Posted
) -> Response:
    """Open the person's details: this is written down, and the resident may see it."""
    check_button(sent, who)
    reason = str(sent.get("reason", ""))
    if reason not in audit.REASONS:
        raise PageDenied(Failure.FORM_INVALID, 422)
    with centre.database.writing() as session:
        row = _matter(session, matter_id)
        person = residents.open_for_staff(
            session, row.resident, staff=staff_id(who), reason=reason,
            keys=centre.keys, now=centre.clock.now(),
        )  # fmt: skip
        if person is None:
            raise PageDenied(Failure.PERSON_ERASED, 410)
        story = desk.story(session, row)
    return _show_matter(request, who, story, person=person)


@router.post("/m/{matter_id}/ready")
def mark_ready(matter_id: str, who: MatterStaff, centre: CentreHere, sent: Posted) -> Response:
    """Say that the certificate is made, and go on to its label."""
    check_button(sent, who)
    with centre.database.writing() as session:
        row = _matter(session, matter_id, to_change=True)
        made = matter.mark_ready(
            session, row, keys=centre.keys, staff=staff_id(who), now=centre.clock.now()
        )
    if isinstance(made, Failure):
        raise PageDenied(made, 409)
    return _go(f"/staff/m/{matter_id}/label")


@router.get("/m/{matter_id}/label")
def label(matter_id: str, request: Request, who: MatterStaff, centre: CentreHere) -> Response:
    """Show the label to print: no name, no kind of matter on the outside."""
    with centre.database.reading() as session:
        row = _matter(session, matter_id)
        consignment = matter.outbound(session, row.id)
        cabinet = session.get_one(Cabinet, row.cabinet)
    if consignment is None:
        raise PageDenied(Failure.NOT_FOUND, 404)
    return the_pages(request).show(
        request, who, "console/label.html", matter=row, consignment=consignment,
        cabinet=cabinet, text=LABEL_PREFIX + consignment.id, form=bare(who), refresh_s=None,
    )  # fmt: skip


@router.post("/m/{matter_id}/looked")
def looked(matter_id: str, who: MatterStaff, centre: CentreHere, sent: Posted) -> Response:
    """Say that the certificate was seen in its compartment; the resident is told now."""
    check_button(sent, who)
    now = centre.clock.now()
    with centre.database.writing() as session:
        row = _matter(session, matter_id, to_change=True)
        if not matter.looked(session, row, staff=staff_id(who), now=now):
            raise PageDenied(Failure.MATTER_MOVED_ON, 409)
        out = matter.outbound(session, row.id)
        if out is not None:
            alarm.finish_tasks_of(session, kind="look_at_load", consignment=out.id, now=now)
    centre.deliver_notices()
    return _go(f"/staff/m/{matter_id}")


@router.get("/take-out")
def take_out(request: Request, who: MatterStaff, centre: CentreHere) -> Response:
    """List the papers to be taken out, in walking order."""
    with centre.database.reading() as session:
        rows = desk.take_out_list(session)
    return the_pages(request).show(
        request, who, "console/take_out.html", rows=rows, form=bare(who), refresh_s=20
    )


@router.get("/cabinets")
def cabinets(request: Request, who: CabinetStaff, centre: CentreHere) -> Response:
    """Show every cabinet with its doors as they are."""
    with centre.database.reading() as session:
        views = desk.cabinets(session, now=centre.clock.now())
    return the_pages(request).show(
        request, who, "console/cabinets.html", views=views, form=bare(who), refresh_s=10
    )


@router.post("/alarms/{alarm_id}/close")
def close_alarm(alarm_id: int, who: CabinetStaff, centre: CentreHere, sent: Posted) -> Response:
    """Close an alarm that was seen to."""
    check_button(sent, who)
    with centre.database.writing() as session:
        if not alarm.close(session, alarm_id, staff=staff_id(who), now=centre.clock.now()):
            raise PageDenied(Failure.NOT_FOUND, 404)
    return _go("/staff/cabinets")


@router.post("/tasks/{task_id}/done")
def finish_task(task_id: int, who: MatterStaff, centre: CentreHere, sent: Posted) -> Response:
    """Mark a task done."""
    check_button(sent, who)
    with centre.database.writing() as session:
        done = alarm.finish_task(session, task_id, staff=staff_id(who), now=centre.clock.now())
    if done is None:
        raise PageDenied(Failure.MATTER_MOVED_ON, 409)
    return _go("/staff")


@router.get("/unnamed")
def unnamed(request: Request, who: MatterStaff, centre: CentreHere) -> Response:
    """List the papers that came without a phone."""
    with centre.database.reading() as session:
        rows = claim.unnamed(session)
    return the_pages(request).show(
        request, who, "console/unnamed.html", rows=rows, form=bare(who), refresh_s=20
    )


@router.get("/unnamed/{consignment}")
def claim_form(consignment: str, request: Request, who: MatterStaff) -> Response:
    """Ask who the papers belong to."""
    form = ClaimForm(meta={"csrf_context": who.form_token})
    return _show_claim(request, who, consignment, form, status=200)


@router.post("/unnamed/{consignment}")
def take_claim(
    consignment: str, request: Request, who: PersonStaff, centre: CentreHere, sent: Posted
) -> Response:
    """Bind the papers to the person named on the form inside."""
    form = ClaimForm(sent, meta={"csrf_context": who.form_token})
    if not form.validate():
        return _show_claim(request, who, consignment, form, status=422)
    details = residents.Details(
        name=form.name.data or "",
        phone=normal.phone(form.phone.data) or "",
        building=form.building.data or "",
    )
    with centre.database.writing() as session:
        case = claim.claim(
            session, consignment, details, item=form.item.data or "", staff=staff_id(who),
            keys=centre.keys, now=centre.clock.now(),
        )  # fmt: skip
    if isinstance(case, Failure):
        raise PageDenied(case, 409 if case is Failure.MATTER_MOVED_ON else 404)
    return _go(f"/staff/m/{case.id}")


def staff_id(who: Visitor) -> str:
    """Give the signed-in member of staff."""
    return who.staff.id if who.staff is not None else ""


def bare(who: Visitor) -> BareForm:
    """Make a form that is only a button."""
    return BareForm(meta={"csrf_context": who.form_token})


def check_button(sent: Posted, who: Visitor) -> None:
    """Refuse a press that did not come from our page."""
    if not BareForm(sent, meta={"csrf_context": who.form_token}).validate():
        raise PageDenied(Failure.FORM_INVALID, 403)


def _show_matter(
    request: Request, who: Visitor, story: desk.Story, *, person: residents.Details | None
) -> Response:
    return the_pages(request).show(
        request, who, "console/matter.html", story=story, person=person, form=bare(who),
        reasons=audit.REASONS, item=ITEMS[story.matter.item], refresh_s=None if person else 10,
    )  # fmt: skip


def _show_claim(
    request: Request, who: Visitor, consignment: str, form: ClaimForm, *, status: int
) -> Response:
    return the_pages(request).show(
        request, who, "console/claim.html", consignment=consignment, form=form, items=ITEMS,
        refresh_s=None, status=status,
    )  # fmt: skip


def _matter(session: Session, matter_id: str, *, to_change: bool = False) -> Matter:
    row = matter.locked(session, matter_id) if to_change else session.get(Matter, matter_id)
    if row is None:
        raise PageDenied(Failure.NOT_FOUND, 404)
    return row


def _go(url: str) -> RedirectResponse:
    return RedirectResponse(url, status_code=303)
