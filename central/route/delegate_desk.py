"""Delegates at the desk or on a call: staff write down whom the resident names, print a slip."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter
from fastapi.responses import Response

from central import normal
from central.catalogue import Actor
from central.form import DelegateForm
from central.operation import delegate
from central.record.cabinet import Cabinet
from central.route.press import PersonPress, the_matter
from central.route.visitor import PageDenied
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff/m/{matter_id}/delegates", include_in_schema=False)


@router.post("")
def name_delegate(press: PersonPress) -> Response:
    """Let somebody collect, as the resident asked at the desk or on a call."""
    form = DelegateForm(press.sent, meta={"csrf_context": press.who.form_token})
    if not form.validate():
        raise PageDenied(Failure.FORM_INVALID, 422)
    person = delegate.Person(
        name=form.name.data or "",
        phone=normal.phone(form.phone.data) or "",
        actor=Actor(form.actor.data or ""),
    )
    return press.changes(partial(delegate.name, person=person, keys=press.keys))


@router.post("/{delegate_id}/revoke")
def revoke(delegate_id: str, press: PersonPress) -> Response:
    """Take a permission back on the resident's word."""
    return press.changes(partial(delegate.revoke, delegate=delegate_id))


@router.post("/{delegate_id}/slip")
def slip(delegate_id: str, press: PersonPress) -> Response:
    """Show a delegate's slip to print: number, place and digits, no name and no kind of matter."""
    reason = press.reason()
    with press.centre.database.writing() as session:
        case = the_matter(session, press.matter_id, to_change=True)
        printed = delegate.slip(
            session, case, delegate_id, staff=press.staff, reason=reason, keys=press.keys,
            now=press.now,
        )  # fmt: skip
        cabinet = session.get_one(Cabinet, case.cabinet)
    if printed is None:
        raise PageDenied(Failure.MATTER_MOVED_ON, 409)
    return press.show(
        "console/delegate_slip.html", matter=case, cabinet=cabinet, slip=printed,
        own=delegate_id == delegate.OWN,
    )  # fmt: skip
