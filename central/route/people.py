"""The console's pages about staff: accounts, passwords, badges. A badge's QR is shown once."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session, col, select

from central.centre import Centre
from central.form import BadgeForm, OwnPasswordForm, PasswordForm, StaffForm
from central.operation import audit
from central.operation import staff as staff_members
from central.operation.role import Role, may_be_let_maintain
from central.record.people import Badge, Staff
from central.route.press import check_button, deny, go, show, the_pages
from central.route.press import staff_id as staff_of
from central.route.visitor import (
    CentreHere,
    KnownStaff,
    PageDenied,
    PeopleStaff,
    Posted,
    Visitor,
    from_pocket,
)
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff", include_in_schema=False)
_LIVE = select(Badge).where(col(Badge.revoked_at).is_(None))


@router.get("/people")
def people(request: Request, who: PeopleStaff, centre: CentreHere) -> Response:
    """List staff and their badges."""
    form = StaffForm(meta={"csrf_context": who.form_token})
    return _show(request, who, centre, form, status=200)


@router.post("/people")
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
        password_given=True,
    )
    with centre.database.writing() as session:
        made = staff_members.create(session, new, now=centre.clock.now())
        if isinstance(made, Staff):
            _note(session, "account_made", made, who, centre)
    if isinstance(made, Failure):
        form.login.errors = ["form.taken"]
        return _show(request, who, centre, form, status=422)
    return go(f"/staff/people/{made.id}")


@router.get("/people/{staff_id}")
def person(staff_id: str, request: Request, who: PeopleStaff, centre: CentreHere) -> Response:
    """Show what can be done about an account: a badge, another password, the end."""
    return _show_person(request, who, centre, staff_id, status=200)


@router.post("/people/{staff_id}/badge")
def issue_badge(
    staff_id: str, request: Request, who: PeopleStaff, centre: CentreHere, sent: Posted
) -> Response:
    """Make a badge in place of the former one, and go on to print it."""
    form = BadgeForm(sent, meta={"csrf_context": who.form_token})
    if not form.validate():
        return _show_person(request, who, centre, staff_id, sent=form, status=422)
    with centre.database.writing() as session:
        person = _with_badge(session, staff_id)
        staff_members.let_maintain(person, maintains=bool(form.maintains.data))
        badge = staff_members.issue_badge(
            session, person, pin=form.pin.data or "", keys=centre.keys, now=centre.clock.now()
        )
        if isinstance(badge, Failure):
            raise PageDenied(badge, 422)  # nothing of it is kept
        _note(session, "badge_made", person, who, centre)
    return go(f"/staff/people/badge/{badge.id}")


@router.get("/people/badge/{badge_id}")
def badge(badge_id: str, request: Request, who: PeopleStaff, centre: CentreHere) -> Response:
    """Show a badge to print, once."""
    with centre.database.writing() as session:
        text = staff_members.show_badge_once(
            session, badge_id, keys=centre.keys, now=centre.clock.now()
        )
        row = session.get(Badge, badge_id)
        person = session.get(Staff, row.staff) if row else None
    if row is not None and text is Failure.CREDENTIAL_USED:
        return _show_person(request, who, centre, row.staff, shown_before=True, status=410)
    if isinstance(text, Failure):
        raise PageDenied(text, 404)
    return the_pages(request).show(
        request, who, "console/badge.html", badge=row, person=person, text=text,
        form=BadgeForm(meta={"csrf_context": who.form_token}), refresh_s=None,
    )  # fmt: skip


@router.post("/people/{staff_id}/password")
def set_password(
    staff_id: str, request: Request, who: PeopleStaff, centre: CentreHere, sent: Posted
) -> Response:
    """Give somebody else's account another password, for who forgot theirs.

    One's own asks for the one in use: a desk left open gives the account to nobody.
    """
    if staff_id == staff_of(who):
        raise PageDenied(Failure.NOT_FOUND, 404)
    form = PasswordForm(sent, meta={"csrf_context": who.form_token})
    if not form.validate():
        return _show_person(request, who, centre, staff_id, sent=form, status=422)
    with centre.database.writing() as session:
        person = _working(session, staff_id)
        staff_members.set_password(
            session, person, form.password.data or "", given_at=centre.clock.now()
        )
        _note(session, "password_set", person, who, centre)
    return go("/staff/people")


@router.post("/people/{staff_id}/role")
def give_role(staff_id: str, who: PeopleStaff, centre: CentreHere, sent: Posted) -> Response:
    """Let somebody else be something else; nobody shuts themselves out."""
    check_button(sent, who)
    role = next((role for role in Role if role == sent.get("role")), None)
    if role is None or staff_id == staff_of(who):
        raise PageDenied(Failure.FORM_INVALID, 422)
    with centre.database.writing() as session:
        person = _working(session, staff_id)
        if person.role != role:
            done = staff_members.give_role(
                session, person, role, by=staff_of(who), now=centre.clock.now()
            )
            deny(done)
            _note(session, "role_given", person, who, centre)
    return go(f"/staff/people/{staff_id}")


@router.get("/password")
def own_password_form(request: Request, who: KnownStaff) -> Response:
    """Ask for one's own password and the next one."""
    form = OwnPasswordForm(meta={"csrf_context": who.form_token})
    return show(request, who, "console/password.html", form=form, pocket=from_pocket(request))


@router.post("/password")
def own_password(request: Request, who: KnownStaff, centre: CentreHere, sent: Posted) -> Response:
    """Change one's own password; it is signed in with anew."""
    form = OwnPasswordForm(sent, meta={"csrf_context": who.form_token})
    pocket = from_pocket(request)
    if form.validate():
        with centre.database.writing() as session:
            person = _working(session, staff_of(who))
            denied = staff_members.change_own_password(
                session, person, now=centre.clock.now(),
                password_now=(form.password_now.data or "")[:200],
                password=form.password.data or "",
            )  # fmt: skip
            if denied is None:
                _note(session, "password_set", person, who, centre)
        if denied is None:
            return go(f"/staff/sign-in?changed{'&from=pocket' if pocket else ''}")
        word = "too_many_tries" if denied is Failure.TOO_MANY_TRIES else "wrong_password"
        form.password_now.errors = [f"form.{word}"]
    return show(request, who, "console/password.html", form=form, pocket=pocket, status=422)


@router.post("/people/{staff_id}/leave")
def leave(staff_id: str, who: PeopleStaff, centre: CentreHere, sent: Posted) -> Response:
    """End an account and its badge, everywhere."""
    check_button(sent, who)
    with centre.database.writing() as session:
        person = session.get(Staff, staff_id)
        if person is None or (who.staff is not None and person.id == who.staff.id):
            raise PageDenied(Failure.NOT_FOUND, 404)
        deny(staff_members.leave(session, person, by=staff_of(who), now=centre.clock.now()))
        _note(session, "account_ended", person, who, centre)
    return go("/staff/people")


def _show(
    request: Request, who: Visitor, centre: CentreHere, form: StaffForm, *, status: int
) -> Response:
    with centre.database.reading() as session:
        rows = session.exec(
            select(Staff).where(col(Staff.left_at).is_(None)).order_by(Staff.login)
        ).all()
        badges = session.exec(_LIVE).all()
    return the_pages(request).show(
        request, who, "console/people.html", people=rows, form=form, status=status, roles=Role,
        badges={badge.staff: badge for badge in badges}, refresh_s=None,
        given_s=staff_members.GIVEN_S,
    )  # fmt: skip


def _note(session: Session, act: str, account: Staff, who: Visitor, centre: Centre) -> None:
    """Write down who did something to an account; the account's id stands as the reason."""
    audit.note(
        session, act, resident="", staff=staff_of(who), reason=account.id, now=centre.clock.now()
    )


def _working(session: Session, staff: str) -> Staff:
    """Give a member of staff who has not left. Raises PageDenied where there is none."""
    row = session.get(Staff, staff)
    if row is None or row.left_at is not None:
        raise PageDenied(Failure.NOT_FOUND, 404)
    return row


def _with_badge(session: Session, staff: str) -> Staff:
    """Give a member of staff whose badge opens something. Raises PageDenied where it does not."""
    row = _working(session, staff)
    if not row.capabilities:
        raise PageDenied(Failure.MATTER_MOVED_ON, 409)  # their page has no form for one
    return row


def _show_person(
    request: Request, who: Visitor, centre: CentreHere, staff: str, *, status: int,
    sent: BadgeForm | PasswordForm | None = None, shown_before: bool = False,
) -> Response:  # fmt: skip
    """Show an account; `sent`: the form on it that is to be mended."""
    with centre.database.reading() as session:
        find = _with_badge if isinstance(sent, BadgeForm) else _working
        person = find(session, staff)
        badge = session.exec(_LIVE.where(Badge.staff == staff)).first()
    token = {"csrf_context": who.form_token}
    return show(
        request, who, "console/person.html", person=person, badge=badge, status=status,
        form=sent if isinstance(sent, BadgeForm) else BadgeForm(meta=token),
        password_form=sent if isinstance(sent, PasswordForm) else PasswordForm(meta=token),
        shown_before=shown_before, roles=Role, given_s=staff_members.GIVEN_S,
        may_be_let=may_be_let_maintain(person.capabilities),
    )  # fmt: skip
