"""The yes to what is kept: the text's page, for who is to be bound and for who agrees anew."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central.form import ConsentForm
from central.operation import consent
from central.route.phone import the_phone_pages
from central.route.visitor import BoundVisitor, CentreHere, Posted, Visitor, see_other

router = APIRouter(include_in_schema=False)


def show_consent(request: Request, who: Visitor, form: ConsentForm, *, back: str) -> Response:
    """Say in plain words what is kept and why; a refused form says besides what is the matter."""
    form.text.data = str(consent.present(who.language))
    return the_phone_pages(request).show(
        request, who, "phone/consent.html", form=form, lines=consent.lines(who.language),
        version=consent.VERSION, back=back, status=422 if form.errors else 200,
        action="/consent" if who.resident is None else "/data/consent",
    )  # fmt: skip


@router.get("/data/consent")
def consent_form(request: Request, who: BoundVisitor) -> Response:
    """Show the present text to somebody who took the consent back, or knows an older version."""
    form = ConsentForm(meta={"csrf_context": who.form_token})
    return show_consent(request, who, form, back="/data")


@router.post("/data/consent")
def take_consent(request: Request, who: BoundVisitor, centre: CentreHere, sent: Posted) -> Response:
    """Note the yes in the ledger."""
    form = ConsentForm(sent, meta={"csrf_context": who.form_token})
    text = consent.shown(form.text.data or "")
    if not form.validate() or text is None:
        return show_consent(request, who, form, back="/data")
    with centre.database.writing() as session:
        consent.give(session, who.resident or "", text, how="phone", now=centre.clock.now())
    return see_other("/data", who, centre)
