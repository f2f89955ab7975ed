"""The resident's phone: scan, details, consent, matters, doors. No task needs a script."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlmodel import Session, select

from central import normal
from central.form import BareForm, IdNumberForm
from central.operation import (
    catalogue,
    consent,
    delegate,
    follow,
    grant,
    matter,
    need,
    presence,
    roster,
    standing,
    subscription,
    turn,
    withdrawal,
)
from central.operation import resident as residents
from central.operation.matter_state import MatterState
from central.record.cabinet import Cabinet
from central.record.case import Matter
from central.route.page import Pages
from central.route.visitor import (
    BoundVisitor,
    CentreHere,
    PageDenied,
    Posted,
    Visitor,
    VisitorHere,
    see_other,
    set_presence,
)
from locker.contract.failure import Failure
from locker.contract.vocabulary import Purpose

router = APIRouter(include_in_schema=False)


def the_phone_pages(request: Request) -> Pages:
    """Give the templates of this application."""
    pages: Pages = request.app.state.pages
    return pages


@router.get("/")
def front(request: Request, who: VisitorHere, centre: CentreHere) -> Response:
    """Send a bound resident home; tell everybody else where to begin."""
    if who.resident is not None:
        return see_other("/home", who, centre)
    return the_phone_pages(request).show(request, who, "phone/front.html")


@router.get("/s/{cabinet}")
def scanned(
    cabinet: str,
    request: Request,
    who: VisitorHere,
    centre: CentreHere,
    t: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Begin a visit on the phone: with a good token here and now, without one as a reader only."""
    if t:
        with centre.database.writing() as session:
            found = presence.scan(session, cabinet, t, now=centre.clock.now())
        if isinstance(found, Failure):
            raise PageDenied(found, 404 if found is Failure.NOT_FOUND else 403)
        # The token leaves the address: a copied link is no presence.
        answer = see_other(f"/s/{cabinet}" if who.resident else "/bind", who, centre)
        set_presence(answer, found, centre)
        return answer
    with centre.database.reading() as session:
        row = session.get(Cabinet, cabinet)
        items = catalogue.offered(session)
        mine = matter.of_resident(session, who.resident or "")
        running = [case for case in mine if matter.is_running(case)]
        kept = catalogue.items_of(session, running)
    if row is None or row.revoked_at is not None:
        raise PageDenied(Failure.NOT_FOUND, 404)
    here = who.presence if who.present_at(cabinet, now=centre.clock.now()) else None
    if here is not None and who.resident is None:
        return see_other("/bind", who, centre)
    return the_phone_pages(request).show(
        request, who, "phone/scanned.html", cabinet=row, word=here and here.said, items=items,
        form=_bare(who), refresh_s=None, matters=running, kept=kept,
    )  # fmt: skip


@router.get("/c/{short}")
def public(short: str, request: Request, who: VisitorHere, centre: CentreHere) -> Response:
    """Tell everybody whether a cabinet works, since when, who comes when, and whom to call."""
    with centre.database.reading() as session:
        row = session.exec(select(Cabinet).where(Cabinet.short == short)).first()
        if row is None:
            raise PageDenied(Failure.NOT_FOUND, 404)
        now = centre.clock.now()
        found = standing.of(session, row, now=now)
        turns = roster.duty_turns(session, now=now)
    return the_phone_pages(request).show(
        request, who, "phone/public.html", cabinet=row, standing=found,
        duty=turns[0] if turns else None, on_duty=len(turns) % 2 == 1,
    )  # fmt: skip


@router.get("/home")
def home(request: Request, who: BoundVisitor, centre: CentreHere) -> Response:
    """Show the resident's matters and what else can be done."""
    with centre.database.reading() as session:
        mine = matter.of_resident(session, who.resident or "")
        here = session.get(Cabinet, who.presence.cabinet) if who.presence else None
        kept = catalogue.items_of(session, mine)
        items = catalogue.offered(session)
        newer = residents.newer_phone(
            session, who.resident or "", who.binding, known_at=who.known_phone_at,
            now=centre.clock.now(),
        )  # fmt: skip
    return the_phone_pages(request).show(
        request, who, "phone/home.html", cabinet=here, items=items, kept=kept,
        matters=[case for case in mine if matter.is_running(case)],
        over=[case for case in mine if not matter.is_running(case)],
        form=_bare(who), newer_phone=newer,
    )  # fmt: skip


@router.post("/matters")
def choose(who: BoundVisitor, centre: CentreHere, sent: Posted) -> Response:
    """Open a draft, which reserves nothing and opens no door: from anywhere."""
    check_button(sent, who)
    item = str(sent.get("item", ""))
    with centre.database.writing() as session:
        if not consent.in_force(session, who.resident or ""):
            raise PageDenied(Failure.CONSENT_MISSING, 403)
        here = who.presence.cabinet if who.presence else None
        cabinet = here or need.place_of(
            session, who.resident or "", seen=str(sent.get("cabinet", ""))
        )
        if cabinet is None:
            raise PageDenied(Failure.NOT_FOUND, 404)
        draft = matter.open_draft(
            session, resident=who.resident or "", cabinet=cabinet, item=item,
            keys=centre.keys, now=centre.clock.now(),
        )  # fmt: skip
    if isinstance(draft, Failure):
        raise PageDenied(draft, 404)
    return see_other(f"/m/{draft.id}", who, centre)


@router.get("/elsewhere/{key}")
def elsewhere(key: str, request: Request, who: VisitorHere, centre: CentreHere) -> Response:
    """Say which desk issues what is not ours, and what to bring."""
    with centre.database.reading() as session:
        item = catalogue.find(session, key)
        here = session.get(Cabinet, who.presence.cabinet) if who.presence else None
    if item is None or item.is_ours or not item.offered:
        raise PageDenied(Failure.NOT_FOUND, 404)
    return the_phone_pages(request).show(
        request, who, "phone/elsewhere.html", item=item, cabinet=here
    )


@router.get("/m/{matter_id}")
def follow_matter(
    matter_id: str, request: Request, who: BoundVisitor, centre: CentreHere
) -> Response:
    """Show how a matter stands and what comes next."""
    return _show_matter(matter_id, request, who, centre, wrong=None)


@router.post("/m/{matter_id}/identity")
def give_id_number(
    matter_id: str, request: Request, who: BoundVisitor, centre: CentreHere, sent: Posted
) -> Response:
    """Keep a document's number, which only some matters ask for."""
    form = IdNumberForm(sent, meta={"csrf_context": who.form_token})
    if not form.validate():
        if "csrf_token" in form.errors:
            raise PageDenied(Failure.FORM_INVALID, 403)
        return _show_matter(matter_id, request, who, centre, wrong=form)
    with centre.database.writing() as session:
        row = own(session, matter_id, who)
        known = residents.of(session, row.resident, keys=centre.keys)
        if known is None or not catalogue.item_of(session, row).id_number:
            raise PageDenied(Failure.MATTER_MOVED_ON, 409)
        number = normal.id_number(form.id_number.data) or ""
        residents.correct(
            session, row.resident,
            replace(known, id_number=number, id_kind=form.id_kind.data or ""), by="",
            keys=centre.keys, now=centre.clock.now(),
        )  # fmt: skip
    return see_other(f"/m/{matter_id}", who, centre)


def _show_matter(
    matter_id: str, request: Request, who: Visitor, centre: CentreHere, *,
    wrong: IdNumberForm | None,
) -> Response:  # fmt: skip
    now = centre.clock.now()
    with centre.database.writing() as session:
        row = own(session, matter_id, who)
        page = follow.page(session, row, keys=centre.keys, now=now)
        if wrong is not None and not page.needs_id:
            raise PageDenied(Failure.MATTER_MOVED_ON, 409)  # no form to mend is on the page
        may_name = delegate.may_name(session, row)
        offers_wechat = (
            who.in_wechat
            and centre.notices.wechat is not None
            and page.scene is follow.Scene.WAIT
            and subscription.unused(session, row.id, keys=centre.keys) is None
        )
    return the_phone_pages(request).show(
        request, who, "phone/matter.html", page=page, stages=follow.STAGES, form=_bare(who),
        present=who.present_at(row.cabinet, now=now), ratings=matter.RATINGS,
        refresh_s=page.refresh_s, may_withdraw=withdrawal.may_withdraw(row),
        offers_wechat=offers_wechat, may_name=may_name, status=422 if wrong else 200,
        kinds=residents.DocumentKind,
        id_kind=wrong.id_kind.data or "" if wrong else "",
        id_errors=list(wrong.id_number.errors) if wrong else [],
        id_typed=wrong.id_number.data or "" if wrong else "",
    )  # fmt: skip


@router.post("/m/{matter_id}/ask")
def ask_for_door(matter_id: str, who: BoundVisitor, centre: CentreHere, sent: Posted) -> Response:
    """Ask for a compartment for the papers. Only who stands before the cabinet may."""
    check_button(sent, who)
    now = centre.clock.now()
    with centre.database.writing() as session:
        row = own(session, matter_id, who)
        if who.presence is None or who.presence.is_over(now=now):
            raise PageDenied(Failure.PRESENCE_OVER, 403)
        if row.state == MatterState.DRAFT.value:
            row.cabinet = who.presence.cabinet
        if who.presence.cabinet != row.cabinet:
            raise PageDenied(Failure.OTHER_CABINET, 403)
        if follow.page(session, row, keys=centre.keys, now=now).needs_id:
            raise PageDenied(Failure.FORM_INVALID, 409)
        made = matter.deposit_grant(session, row, now=now)
        if isinstance(made, Failure):
            raise PageDenied(made, 409)
        turn.ask(session, made, now=now)
    return see_other(f"/m/{matter_id}", who, centre)


@router.post("/m/{matter_id}/open")
def open_to_collect(
    matter_id: str, who: BoundVisitor, centre: CentreHere, sent: Posted
) -> Response:
    """Open the door with the certificate, for who stands before the cabinet."""
    check_button(sent, who)
    now = centre.clock.now()
    with centre.database.writing() as session:
        row = own(session, matter_id, who)
        if not who.present_at(row.cabinet, now=now):
            raise PageDenied(Failure.PRESENCE_OVER, 403)
        found = grant.find(session, matter=row.id, purpose=Purpose.COLLECT)
        if row.state != MatterState.IN_CABINET.value or found is None:
            raise PageDenied(Failure.MATTER_MOVED_ON, 409)
        if found.state != "live":
            raise PageDenied(Failure.CREDENTIAL_USED, 409)
        if found.last_four:
            raise PageDenied(Failure.MATTER_MOVED_ON, 409)
        turn.ask(session, found, now=now)
    return see_other(f"/m/{matter_id}", who, centre)


@router.post("/m/{matter_id}/submit")
def submit(matter_id: str, who: BoundVisitor, centre: CentreHere, sent: Posted) -> Response:
    """Begin what needs no paper: no door opens."""
    check_button(sent, who)
    now = centre.clock.now()
    with centre.database.writing() as session:
        row = own(session, matter_id, who)
        if follow.page(session, row, keys=centre.keys, now=now).needs_id:
            raise PageDenied(Failure.FORM_INVALID, 409)
        words = normal.line(str(sent.get("words", "")))
        place = str(sent.get("cabinet", ""))
        denied = need.submit(session, row, words, place=place, keys=centre.keys, now=now)
    if denied is not None:
        raise PageDenied(denied, 422 if denied is Failure.FORM_INVALID else 409)
    return see_other(f"/m/{matter_id}", who, centre)


@router.post("/m/{matter_id}/renew")
def renew(matter_id: str, who: BoundVisitor, centre: CentreHere, sent: Posted) -> Response:
    """Give a new code to collect in place of one that has ended."""
    check_button(sent, who)
    with centre.database.writing() as session:
        made = grant.renew_collection(
            session, own(session, matter_id, who), keys=centre.keys, now=centre.clock.now()
        )
    if isinstance(made, Failure):
        raise PageDenied(made, 409)
    return see_other(f"/m/{matter_id}", who, centre)


@router.get("/m/{matter_id}/withdraw")
def withdraw_form(
    matter_id: str, request: Request, who: BoundVisitor, centre: CentreHere
) -> Response:
    """Ask once more, and say what becomes of the papers."""
    with centre.database.reading() as session:
        row = own(session, matter_id, who)
        cabinet = session.get_one(Cabinet, row.cabinet)
        item = catalogue.item_of(session, row)
    if not withdrawal.may_withdraw(row):
        raise PageDenied(Failure.MATTER_MOVED_ON, 409)
    return the_phone_pages(request).show(
        request, who, "phone/withdraw.html", matter=row, item=item, cabinet=cabinet,
        form=_bare(who),
    )  # fmt: skip


@router.post("/m/{matter_id}/withdraw")
def withdraw(matter_id: str, who: BoundVisitor, centre: CentreHere, sent: Posted) -> Response:
    """Withdraw the matter."""
    check_button(sent, who)
    with centre.database.writing() as session:
        denied = withdrawal.withdraw(
            session, own(session, matter_id, who), by="resident", keys=centre.keys,
            now=centre.clock.now(),
        )  # fmt: skip
    if denied is not None:
        raise PageDenied(denied, 409)
    return see_other(f"/m/{matter_id}", who, centre)


@router.post("/m/{matter_id}/rate")
def rate(matter_id: str, who: BoundVisitor, centre: CentreHere, sent: Posted) -> Response:
    """Take the resident's word on how it went."""
    check_button(sent, who)
    with centre.database.writing() as session:
        row = own(session, matter_id, who)
        denied = matter.rate(row, str(sent.get("rating", "")), now=centre.clock.now())
        if denied is not None:
            raise PageDenied(denied, 409)
    return see_other(f"/m/{matter_id}", who, centre)


def own(session: Session, matter_id: str, who: Visitor) -> Matter:
    """Give a matter of this resident, to be changed."""
    row = matter.locked(session, matter_id)
    if row is None or row.resident != who.resident:
        # Not told apart: whether another's matter exists is nobody's business.
        raise PageDenied(Failure.NOT_YOURS, 404)
    return row


def _bare(who: Visitor) -> BareForm:
    return BareForm(meta={"csrf_context": who.form_token})


def check_button(sent: Posted, who: Visitor) -> None:
    """Refuse a press that did not come from our page."""
    if not BareForm(sent, meta={"csrf_context": who.form_token}).validate():
        raise PageDenied(Failure.FORM_INVALID, 403)
