"""认领 on the console: papers that came without a phone are bound to a person or a matter."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central.centre import Centre
from central.form import ClaimForm
from central.operation import catalogue, claim, consent
from central.operation.recognition import Found
from central.record.case import Consignment
from central.route.helped import whom, whom_again
from central.route.press import PersonPress, bare, deny, go, show, staff_id, the_pages
from central.route.visitor import (
    CentreHere,
    MatterStaff,
    PageDenied,
    PersonStaff,
    Posted,
    Visitor,
)
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff/unnamed", include_in_schema=False)


@router.get("")
def unnamed(request: Request, who: MatterStaff, centre: CentreHere) -> Response:
    """List the papers that came without a phone."""
    with centre.database.reading() as session:
        rows = claim.unnamed(session)
        items = {item.key: item for item in catalogue.newest(session)}
    return the_pages(request).show(
        request, who, "console/unnamed.html", rows=rows, items=items, form=bare(who),
        refresh_s=20, live=True,
    )  # fmt: skip


@router.get("/form")
def blank_form(request: Request, who: MatterStaff) -> Response:
    """Show the form to print for who has no phone, with the text that is signed on it."""
    return show(
        request, who, "console/blank_form.html", lines=consent.lines(who.language),
        version=consent.VERSION,
    )  # fmt: skip


@router.get("/{consignment}")
def claim_form(
    consignment: str, request: Request, who: MatterStaff, centre: CentreHere
) -> Response:
    """Ask who the papers belong to; what somebody has claimed meanwhile leads to its matter."""
    form = ClaimForm(meta={"csrf_context": who.form_token})
    with centre.database.reading() as session:
        row = session.get(Consignment, consignment)
        form.item.data = "" if row is None else row.wanted
    if row is not None and row.matter:
        return go(f"/staff/m/{row.matter}")
    return _show(request, who, centre, form, consignment=consignment)


@router.post("/{consignment}")
def take_claim(
    consignment: str, request: Request, who: PersonStaff, centre: CentreHere, sent: Posted
) -> Response:
    """Bind the papers to the person named on the form inside."""
    form = ClaimForm(sent, meta={"csrf_context": who.form_token})
    found, helped = whom(form, sent, who, centre)
    if helped is None:
        return _show(
            request, who, centre, form, consignment=consignment, found=found,
            status=422 if form.errors else 200,
        )  # fmt: skip
    with centre.database.writing() as session:
        case = deny(
            claim.claim(
                session, consignment, helped,
                claim.Signed(form.item.data or "", form.version.data or ""),
                staff=staff_id(who), keys=centre.keys, now=centre.clock.now(),
            )
        )  # fmt: skip
    if case is None:
        found = whom_again(form, sent, who, centre)
        return _show(request, who, centre, form, consignment=consignment, found=found, status=409)
    return go(f"/staff/m/{case.id}")


@router.post("/{consignment}/join")
def join_matter(consignment: str, press: PersonPress) -> Response:
    """Bind the papers to a matter that is open already, by its number."""
    typed = press.line("reference").upper()[:20]
    with press.centre.database.writing() as session:
        case = claim.join(session, consignment, typed, staff=press.staff, now=press.now)
    if isinstance(case, Failure):
        form = ClaimForm(meta={"csrf_context": press.who.form_token})
        return _show(
            press.request, press.who, press.centre, form, consignment=consignment, status=422,
            wrong=typed,
        )  # fmt: skip
    return go(f"/staff/m/{case.id}")


def _show(  # noqa: PLR0913
    request: Request, who: Visitor, centre: Centre, form: ClaimForm, *, consignment: str,
    found: Found | None = None, status: int = 200, wrong: str | None = None,
) -> Response:  # fmt: skip
    with centre.database.reading() as session:
        items = catalogue.offered(session)
        papers = session.get(Consignment, consignment)
        if papers is None:
            raise PageDenied(Failure.NOT_FOUND, 404)
        wanted = catalogue.find(session, papers.wanted)
    return show(
        request, who, "console/claim.html", consignment=consignment, form=form, items=items,
        papers=papers, wanted=wanted, wrong=wrong, found=found, status=status,
    )  # fmt: skip
