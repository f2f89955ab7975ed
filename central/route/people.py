"""The console's pages about staff: accounts and badges. A badge's QR is shown once."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import col, select

from central.form import BadgeForm, StaffForm
from central.operation import staff as staff_members
from central.operation.role import Role
from central.record.people import Badge, Staff
from central.route.press import check_button, the_pages
from central.route.visitor import CentreHere, PageDenied, PeopleStaff, Posted, Visitor
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff/people", include_in_schema=False)


@router.get("")
def people(request: Request, who: PeopleStaff, centre: CentreHere) -> Response:
    """List staff and their badges."""
    form = StaffForm(meta={"csrf_context": who.form_token})
    return _show(request, who, centre, form, status=200)


@router.post("")
def create(request: Request, who: PeopleStaff, centre: CentreHere, sent: Posted) -> Response:
    """Make an account."""
    form = StaffForm(sent, meta={"csrf_context": who.form_token})
    if not form.validate():
        return _show(request, who, centre, form, status=422)
    new = staff_members.NewStaff(
        login=form.login.data or "",
        name=form.name.data or "",
        password=form.password.data or "",
        role=Role(form.role.data or ""),
    )
    with centre.database.writing() as session:
        made = staff_members.create(session, new, now=centre.clock.now())
    if isinstance(made, Failure):
        form.login.errors = ["form.taken"]
        return _show(request, who, centre, form, status=422)
    return RedirectResponse(f"/staff/people/{made.id}", status_code=303)


@router.get("/{staff_id}")
def badge_form(staff_id: str, request: Request, who: PeopleStaff, centre: CentreHere) -> Response:
    """Ask for the PIN of a new badge."""
    form = BadgeForm(meta={"csrf_context": who.form_token})
    return _show_badge_form(request, who, centre, staff_id, form, status=200)


@router.post("/{staff_id}/badge")
def issue_badge(
    staff_id: str, request: Request, who: PeopleStaff, centre: CentreHere, sent: Posted
) -> Response:
    """Make a badge in place of the former one, and go on to print it."""
    form = BadgeForm(sent, meta={"csrf_context": who.form_token})
    if not form.validate():
        return _show_badge_form(request, who, centre, staff_id, form, status=422)
    with centre.database.writing() as session:
        person = session.get(Staff, staff_id)
        if person is None or person.left_at is not None:
            raise PageDenied(Failure.NOT_FOUND, 404)
        badge = staff_members.issue_badge(
            session, person, pin=form.pin.data or "", keys=centre.keys, now=centre.clock.now()
        )
    if isinstance(badge, Failure):
        raise PageDenied(badge, 422)
    return RedirectResponse(f"/staff/people/badge/{badge.id}", status_code=303)


@router.get("/badge/{badge_id}")
def badge(badge_id: str, request: Request, who: PeopleStaff, centre: CentreHere) -> Response:
    """Show a badge to print, once."""
    with centre.database.writing() as session:
        text = staff_members.show_badge_once(
            session, badge_id, keys=centre.keys, now=centre.clock.now()
        )
        row = session.get(Badge, badge_id)
        person = session.get(Staff, row.staff) if row else None
    if isinstance(text, Failure):
        raise PageDenied(text, 404 if text is Failure.NOT_FOUND else 410)
    return the_pages(request).show(
        request, who, "console/badge.html", badge=row, person=person, text=text,
        form=BadgeForm(meta={"csrf_context": who.form_token}), refresh_s=None,
    )  # fmt: skip


@router.post("/{staff_id}/leave")
def leave(staff_id: str, who: PeopleStaff, centre: CentreHere, sent: Posted) -> Response:
    """End an account and its badge, everywhere."""
    check_button(sent, who)
    with centre.database.writing() as session:
        person = session.get(Staff, staff_id)
        if person is None or (who.staff is not None and person.id == who.staff.id):
            raise PageDenied(Failure.NOT_FOUND, 404)
        staff_members.leave(session, person, now=centre.clock.now())
    return RedirectResponse("/staff/people", status_code=303)


def _show(
    request: Request, who: Visitor, centre: CentreHere, form: StaffForm, *, status: int
) -> Response:
    with centre.database.reading() as session:
        rows = session.exec(
            select(Staff).where(col(Staff.left_at).is_(None)).order_by(Staff.login)
        ).all()
        badges = session.exec(select(Badge).where(col(Badge.revoked_at).is_(None))).all()
    return the_pages(request).show(
        request, who, "console/people.html", people=rows, form=form, status=status, roles=Role,
        badges={badge.staff: badge for badge in badges}, refresh_s=None,
    )  # fmt: skip


def _show_badge_form(
    request: Request, who: Visitor, centre: CentreHere, staff_id: str, form: BadgeForm, *,
    status: int,
) -> Response:  # fmt: skip
    with centre.database.reading() as session:
        person = session.get(Staff, staff_id)
    if person is None or person.left_at is not None:
        raise PageDenied(Failure.NOT_FOUND, 404)
    return the_pages(request).show(
        request, who, "console/badge_form.html", person=person, form=form, status=status,
        refresh_s=None,
    )  # fmt: skip
