"""My data on the phone: see, correct, take away, who looked, withdraw consent, erase."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session

from central import normal
from central.centre import Centre
from central.form import BareForm, OwnDetailsForm, is_family
from central.operation import (
    audit,
    card,
    catalogue,
    consent,
    erasure,
    grant,
    notice,
    own_data,
    retention,
)
from central.operation import resident as residents
from central.route.page import Pages
from central.route.page import catalogue as texts_of
from central.route.visitor import (
    WISH,
    BoundVisitor,
    CentreHere,
    PageDenied,
    Posted,
    Visitor,
    VisitorHere,
    see_other,
    set_known_phone,
    set_wish,
    wish_of,
)
from central.route.wechat import offers_wechat
from locker.contract.failure import Failure

router = APIRouter(prefix="/data", include_in_schema=False)
WAYS = ("", "wechat", "sms", *notice.BY_HAND)
"""What a resident may choose; empty: the first that works."""


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


@router.get("")
def overview(request: Request, who: BoundVisitor, centre: CentreHere) -> Response:
    """Say what is known about the resident, in plain words, and what is not in the cabinet."""
    return _show_all(request, who, centre)


def _show_all(
    request: Request, who: Visitor, centre: Centre, *, wrong_family: str | None = None
) -> Response:
    """Show My data; with a relative that cannot be told (`wrong_family`), say so there."""
    now = centre.clock.now()
    with centre.database.reading() as session:
        held = _held(session, who, centre)
        lately = retention.erased_lately(session, now=now)
        agreed = consent.in_force(session, held.person.id)
        phones = residents.phones(session, held.person.id)
    return _pages(request).show(
        request, who, "phone/data.html", held=held, lately=lately, agreed=agreed, form=_bare(who),
        ways=_ways_of(centre), phones=phones, proves=centre.notices.proof is not None,
        offers_wechat=offers_wechat(who, centre),
        wrong_family=wrong_family, status=200 if wrong_family is None else 422,
        days={kind: int(life_s // retention.DAY_S) for kind, life_s in retention.KEPT_S.items()},
    )  # fmt: skip


@router.post("/told")
def choose_way(request: Request, who: BoundVisitor, centre: CentreHere, sent: Posted) -> Response:
    """Keep the way that the resident wants to be told by."""
    _check_button(sent, who)
    way = str(sent.get("way", ""))
    if way not in WAYS:
        raise PageDenied(Failure.FORM_INVALID, 422)
    family = normal.line(str(sent.get("family", "")))
    if way == notice.FAMILY and not is_family(family):
        return _show_all(request, who, centre, wrong_family=family)
    with centre.database.writing() as session:
        person = _held(session, who, centre).person
        person.told_by = way
        known = residents.of(session, person.id, keys=centre.keys)
        if known is not None:
            # Kept for this way only: with another way the relative's number goes.
            kept = replace(known, family=family if way == notice.FAMILY else "")
            residents.correct(
                session, person.id, kept, by="", keys=centre.keys, now=centre.clock.now()
            )
    return see_other("/data", who, centre)


@router.get("/correct")
def correct_form(request: Request, who: BoundVisitor, centre: CentreHere) -> Response:
    """Show the details to be changed."""
    with centre.database.reading() as session:
        details = _held(session, who, centre).details
    shown = replace(details, phone=normal.telephone(details.phone))
    form = OwnDetailsForm(obj=shown, meta={"csrf_context": who.form_token})
    return _show_correct(request, who, centre, form, status=200)


@router.post("/correct")
def correct(request: Request, who: BoundVisitor, centre: CentreHere, sent: Posted) -> Response:
    """Write what was changed."""
    form = OwnDetailsForm(sent, meta={"csrf_context": who.form_token})
    if not form.validate():
        return _show_correct(request, who, centre, form, status=422)
    details = residents.Details(
        name=form.name.data or "",
        phone=normal.phone(form.phone.data) or "",
        building=form.building.data or "",
        id_number=normal.id_number(form.id_number.data) or "",
        id_kind=(form.id_kind.data or "") if form.id_number.data else "",
        tie=form.tie.data or "",
    )
    with centre.database.writing() as session:
        known = _held(session, who, centre).details
        details = replace(details, family=known.family)
        residents.correct(
            session, who.resident or "", details, by="", keys=centre.keys, now=centre.clock.now()
        )
    return see_other("/data", who, centre)


@router.post("/phones")
def unbind_others(who: BoundVisitor, centre: CentreHere, sent: Posted) -> Response:
    """Let only this phone act for the resident from now on."""
    _check_button(sent, who)
    with centre.database.writing() as session:
        residents.unbind_others(session, who.resident or "", who.binding, now=centre.clock.now())
    return see_other("/data", who, centre)


@router.post("/phones/mine")
def know_phone(who: BoundVisitor, centre: CentreHere, sent: Posted) -> Response:
    """Take the resident's word that the phone which signed in at `at` is their own."""
    _check_button(sent, who)
    try:
        at = float(str(sent.get("at", "")))
    except ValueError as error:
        raise PageDenied(Failure.FORM_INVALID, 422) from error
    if not at <= centre.clock.now():  # "nan", too
        raise PageDenied(Failure.FORM_INVALID, 422)
    answer = see_other("/home", who, centre)
    set_known_phone(answer, at, centre)
    return answer


@router.post("/card")
def forget_card(who: BoundVisitor, centre: CentreHere, sent: Posted) -> Response:
    """Let the resident's own card open nothing any more."""
    _check_button(sent, who)
    with centre.database.writing() as session:
        card.forget(session, who.resident or "", keys=centre.keys, now=centre.clock.now())
    return see_other("/data", who, centre)


@router.get("/looks")
def looks(request: Request, who: BoundVisitor, centre: CentreHere) -> Response:
    """Tell who looked at the resident's data, when and why."""
    with centre.database.reading() as session:
        rows = audit.looks(session, who.resident or "")
    return _pages(request).show(request, who, "phone/data_looks.html", rows=rows)


@router.get("/export.json")
def export_json(who: BoundVisitor, centre: CentreHere) -> Response:
    """Give everything for a machine to read."""
    now = centre.clock.now()
    with centre.database.reading() as session:
        held, texts = _held(session, who, centre), texts_of("phone", who.language)
        body = own_data.to_json(session, held, keys=centre.keys, texts=texts, now=now)
    return JSONResponse(body, headers=_download("bangbangui-my-data.json"))


@router.get("/export")
def export_page(request: Request, who: BoundVisitor, centre: CentreHere) -> Response:
    """Give everything on one page to read, print and keep."""
    with centre.database.reading() as session:
        held = _held(session, who, centre)
        kept = catalogue.items_of(session, held.matters)
    return _pages(request).show(request, who, "phone/data_export.html", held=held, kept=kept)


@router.post("/withdraw")
def withdraw(who: BoundVisitor, centre: CentreHere, sent: Posted) -> Response:
    """Take the consent back: nothing new is begun, nobody is told anything, and the timer runs."""
    _check_button(sent, who)
    with centre.database.writing() as session:
        consent.withdraw(session, who.resident or "", now=centre.clock.now())
    return see_other("/data", who, centre)


@router.get("/erase")
def erase_form(request: Request, who: BoundVisitor, centre: CentreHere) -> Response:
    """Say what erasing means for each running matter, before it is done."""
    with centre.database.reading() as session:
        held = _held(session, who, centre)
        outlook = erasure.outlook(session, held.person.id)
        kept = catalogue.items_of(session, held.matters)
    return _pages(request).show(
        request, who, "phone/data_erase.html", outlook=outlook, person=held.person, kept=kept,
        form=_bare(who),
    )  # fmt: skip


@router.post("/erase")
def erase(request: Request, who: BoundVisitor, centre: CentreHere, sent: Posted) -> Response:
    """Erase now, or note the wish until the papers are back."""
    _check_button(sent, who)
    with centre.database.writing() as session:
        proof = erasure.ask(
            session, who.resident or "", reason=erasure.Reason.ASKED, keys=centre.keys,
            ledger=centre.ledger, now=centre.clock.now(),
        )  # fmt: skip
    if proof is None:
        waits = see_other("/data/erase", who, centre)
        set_wish(waits, who.resident or "", centre)
        return waits
    centre.database.scrub(retention.TABLES)
    return _show_proof(request, who, centre, proof)


@router.get("/erased")
def erased(request: Request, who: VisitorHere, centre: CentreHere) -> Response:
    """Show the proof to the browser that asked while papers were still with us."""
    with centre.database.reading() as session:
        proof = erasure.proof_of(session, wish_of(request, centre))
    if proof is None:
        raise PageDenied(Failure.NOT_FOUND, 404)
    return _show_proof(request, who, centre, proof)


@router.post("/keep")
def keep(who: BoundVisitor, centre: CentreHere, sent: Posted) -> Response:
    """Take the wish to be erased back while it waits."""
    _check_button(sent, who)
    with centre.database.writing() as session:
        erasure.take_back(session, who.resident or "", now=centre.clock.now())
    kept = see_other("/data/erase", who, centre)
    kept.delete_cookie(WISH, path="/")
    return kept


def _show_proof(request: Request, who: Visitor, centre: Centre, proof: str) -> Response:
    answer = _pages(request).show(
        request, Visitor(who.id, who.language, who.form_token), "phone/data_erased.html",
        proof=proof, said=centre.keys.read_erasure(proof),
    )  # fmt: skip
    answer.delete_cookie("bbg_bound", path="/")
    return answer


def _show_correct(
    request: Request, who: Visitor, centre: CentreHere, form: OwnDetailsForm, *, status: int
) -> Response:
    with centre.database.reading() as session:
        asks = grant.asks_four(session, who.resident or "")
    return _pages(request).show(
        request, who, "phone/data_correct.html", form=form, status=status, asks_four=asks,
        ties=residents.Tie, kinds=residents.DocumentKind,
    )  # fmt: skip


def _ways_of(centre: Centre) -> list[str]:
    """Give the ways that this centre has."""
    set_up = {"", *notice.BY_HAND, *(way.name for way in centre.notices.channels)}
    return [way for way in WAYS if way in set_up]


def _held(session: Session, who: Visitor, centre: CentreHere) -> own_data.OwnData:
    held = own_data.of(session, who.resident or "", keys=centre.keys)
    if held is None:
        raise PageDenied(Failure.PERSON_ERASED, 410)
    return held


def _download(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


def _bare(who: Visitor) -> BareForm:
    return BareForm(meta={"csrf_context": who.form_token})


def _check_button(sent: Posted, who: Visitor) -> None:
    if not BareForm(sent, meta={"csrf_context": who.form_token}).validate():
        raise PageDenied(Failure.FORM_INVALID, 403)
