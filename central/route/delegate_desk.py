"""Delegates at the desk or on a call: staff write down whom the resident names, print a slip."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session

from central import normal
from central.catalogue import Actor
from central.form import DelegateForm
from central.operation import audit, delegate, matter
from central.record.cabinet import Cabinet
from central.record.case import Matter
from central.route.console import bare, check_button, go, staff_id, the_pages
from central.route.visitor import CentreHere, PageDenied, PersonStaff, Posted
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff/m/{matter_id}/delegates", include_in_schema=False)


@router.post("")
def name_delegate(matter_id: str, who: PersonStaff, centre: CentreHere, sent: Posted) -> Response:
    """Let somebody collect, as the resident asked at the desk or on a call."""
    form = DelegateForm(sent, meta={"csrf_context": who.form_token})
    if not form.validate():
        raise PageDenied(Failure.FORM_INVALID, 403 if "csrf_token" in form.errors else 422)
    person = delegate.Person(
        name=form.name.data or "",
        phone=normal.phone(form.phone.data) or "",
        actor=Actor(form.actor.data or ""),
    )
    with centre.database.writing() as session:
        made = delegate.name(
            session, _matter(session, matter_id), person, keys=centre.keys,
            now=centre.clock.now(), staff=staff_id(who),
        )  # fmt: skip
    if isinstance(made, Failure):
        raise PageDenied(made, 409)
    return go(f"/staff/m/{matter_id}")


@router.post("/{delegate_id}/revoke")
def revoke(
    matter_id: str, delegate_id: str, who: PersonStaff, centre: CentreHere, sent: Posted
) -> Response:
    """Take a permission back on the resident's word."""
    check_button(sent, who)
    with centre.database.writing() as session:
        case = _matter(session, matter_id)
        if not delegate.revoke(
            session, case, delegate_id, staff=staff_id(who), now=centre.clock.now()
        ):
            raise PageDenied(Failure.NOT_FOUND, 404)
    return go(f"/staff/m/{matter_id}")


@router.post("/{delegate_id}/slip")
def slip(
    matter_id: str, delegate_id: str, request: Request, who: PersonStaff, centre: CentreHere,
    sent: Posted,
) -> Response:  # fmt: skip
    """Show a delegate's slip to print: number, place and digits, no name and no kind of matter."""
    check_button(sent, who)
    reason = str(sent.get("reason", ""))
    if reason not in audit.REASONS:
        raise PageDenied(Failure.FORM_INVALID, 422)
    with centre.database.writing() as session:
        case = _matter(session, matter_id)
        printed = delegate.slip(
            session, case, delegate_id, staff=staff_id(who), reason=reason, keys=centre.keys,
            now=centre.clock.now(),
        )  # fmt: skip
        cabinet = session.get_one(Cabinet, case.cabinet)
    if printed is None:
        raise PageDenied(Failure.MATTER_MOVED_ON, 409)
    return the_pages(request).show(
        request, who, "console/delegate_slip.html", matter=case, cabinet=cabinet, slip=printed,
        form=bare(who), refresh_s=None,
    )  # fmt: skip


def _matter(session: Session, matter_id: str) -> Matter:
    row = matter.locked(session, matter_id)
    if row is None:
        raise PageDenied(Failure.NOT_FOUND, 404)
    return row
