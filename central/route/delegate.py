"""Delegates on the phone: name somebody who may collect, pass the code on, take it back."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central import normal
from central.catalogue import Actor
from central.form import DelegateForm
from central.operation import catalogue, delegate
from central.record.cabinet import Cabinet
from central.route.phone import check_button, own, the_phone_pages
from central.route.visitor import (
    BoundVisitor,
    CentreHere,
    PageDenied,
    Posted,
    Visitor,
    see_other,
)
from locker.contract.failure import Failure

router = APIRouter(prefix="/m/{matter_id}/delegates", include_in_schema=False)


@router.get("")
def delegates(matter_id: str, request: Request, who: BoundVisitor, centre: CentreHere) -> Response:
    """Show who may collect, and the form to name somebody."""
    form = DelegateForm(meta={"csrf_context": who.form_token})
    return _show(matter_id, request, who, centre, form, status=200)


@router.post("")
def name_delegate(
    matter_id: str, request: Request, who: BoundVisitor, centre: CentreHere, sent: Posted
) -> Response:
    """Let somebody collect."""
    form = DelegateForm(sent, meta={"csrf_context": who.form_token})
    if not form.validate():
        return _show(matter_id, request, who, centre, form, status=422)
    person = delegate.Person(
        name=form.name.data or "",
        phone=normal.phone(form.phone.data) or "",
        actor=Actor(form.actor.data or ""),
    )
    with centre.database.writing() as session:
        made = delegate.name(
            session, own(session, matter_id, who), person, keys=centre.keys,
            now=centre.clock.now(),
        )  # fmt: skip
    if isinstance(made, Failure):
        raise PageDenied(made, 409)
    return see_other(f"/m/{matter_id}/delegates", who, centre)


@router.post("/{delegate_id}/revoke")
def revoke_delegate(
    matter_id: str, delegate_id: str, who: BoundVisitor, centre: CentreHere, sent: Posted
) -> Response:
    """Take a permission back."""
    check_button(sent, who)
    with centre.database.writing() as session:
        case = own(session, matter_id, who)
        if not delegate.revoke(session, case, delegate_id, now=centre.clock.now()):
            raise PageDenied(Failure.NOT_FOUND, 404)
    return see_other(f"/m/{matter_id}/delegates", who, centre)


def _show(
    matter_id: str, request: Request, who: Visitor, centre: CentreHere, form: DelegateForm, *,
    status: int,
) -> Response:  # fmt: skip
    with centre.database.reading() as session:
        case = own(session, matter_id, who)
        named = delegate.of(session, case, keys=centre.keys, now=centre.clock.now())
        taken_back = delegate.going(session, case, now=centre.clock.now())
        going = delegate.names(session, case, taken_back, keys=centre.keys)
        item = catalogue.item_of(session, case)
        cabinet = session.get_one(Cabinet, case.cabinet)
        may_name = delegate.may_name(session, case)
    is_full = len(named) >= delegate.LIMIT
    if status != 200 and (is_full or not may_name):
        raise PageDenied(Failure.MATTER_MOVED_ON, 409)  # no form to mend is on the page
    return the_phone_pages(request).show(
        request, who, "phone/delegates.html", matter=case, item=item, named=named, going=going,
        form=form, cabinet=cabinet, may_name=may_name, is_full=is_full,
        status=status,
    )  # fmt: skip
