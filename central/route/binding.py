"""Binding a phone: details, consent, and six digits by SMS where that is set up."""

from __future__ import annotations

from dataclasses import asdict, replace

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session
from starlette.background import BackgroundTask

from central import normal
from central.centre import Centre
from central.form import AgainForm, ConsentForm, DetailsForm, ProofForm
from central.key import new_id
from central.operation import buildings, consent, proof
from central.operation import resident as residents
from central.operation.proof import Checked, Use
from central.provider.answer import Message, Outcome
from central.record.cabinet import Cabinet
from central.record.privacy import PhoneProof
from central.route.consent import show_consent
from central.route.phone import check_button, the_phone_pages
from central.route.visitor import (
    BoundVisitor,
    CentreHere,
    Newcomer,
    PageDenied,
    Posted,
    Visitor,
    VisitorHere,
    carried_newcomer,
    carried_openid,
    see_other,
    set_bound,
    set_newcomer,
)
from central.route.wechat import keep_openid, offers_wechat
from locker.contract.failure import Failure

router = APIRouter(include_in_schema=False)


@router.get("/bind")
def details_form(request: Request, who: VisitorHere, centre: CentreHere) -> Response:
    """Ask who the resident is."""
    if who.resident is not None:
        return see_other("/home", who, centre)
    carried = carried_newcomer(request, who, centre)
    data = {} if carried is None else asdict(carried.details)
    if carried is not None:
        data["phone"] = normal.telephone(carried.details.phone)
    form = DetailsForm(data=data, meta={"csrf_context": who.form_token})
    return _show_details(request, who, centre, form, status=200)


@router.post("/bind")
def take_details(request: Request, who: VisitorHere, centre: CentreHere, sent: Posted) -> Response:
    """Check the details; good ones go on to the consent, sealed in the browser."""
    form = DetailsForm(sent, meta={"csrf_context": who.form_token})
    if not form.validate():
        return _show_details(request, who, centre, form, status=422)
    typed, place = form.building.data or "", form.place.data or ""
    with centre.database.reading() as session:
        address = buildings.address(session, place, typed)
        has_list = bool(buildings.by_estate(session))
    if has_list and address is None and place != buildings.OTHER:
        form.place.errors = ["form.missing"]  # or it was taken off the list meanwhile
        return _show_details(request, who, centre, form, status=422)
    details = residents.Details(
        name=form.name.data or "",
        phone=normal.phone(form.phone.data) or "",
        building=address or typed,
        tie=form.tie.data or "",
    )
    answer = see_other("/consent", who, centre)
    set_newcomer(answer, Newcomer(details, new_id("p")), who, centre)
    return answer


@router.get("/consent")
def consent_form(request: Request, who: VisitorHere, centre: CentreHere) -> Response:
    """Say in plain words what is kept and why."""
    if carried_newcomer(request, who, centre) is None:
        return see_other("/bind", who, centre)
    form = ConsentForm(meta={"csrf_context": who.form_token})
    return show_consent(request, who, form, back="/bind")


@router.post("/consent")
def take_consent(request: Request, who: VisitorHere, centre: CentreHere, sent: Posted) -> Response:
    """Bind the browser; only now anything about the person is stored."""
    newcomer = carried_newcomer(request, who, centre)
    if newcomer is None:
        return see_other("/bind", who, centre)
    form = ConsentForm(sent, meta={"csrf_context": who.form_token})
    text = consent.shown(form.text.data or "")
    if not form.validate() or text is None:
        return show_consent(request, who, form, back="/bind")
    openid = carried_openid(request, who, centre)
    if not openid and _begun(who, centre, newcomer.details.phone, use=Use.NEW):
        waits = see_other("/code", who, centre)
        set_newcomer(waits, replace(newcomer, agreed=str(text)), who, centre)
        return waits
    with centre.database.writing() as session:
        binding = _bound(session, newcomer, text, who, centre)
        if openid:
            keep_openid(session, newcomer.person, openid, centre)
    answer = see_other("/home", who, centre)
    set_bound(answer, binding, centre)
    answer.delete_cookie("bbg_details", path="/")
    answer.delete_cookie("bbg_openid", path="/")
    return answer


@router.get("/code")
def code_form(request: Request, who: VisitorHere, centre: CentreHere) -> Response:
    """Ask for the six digits."""
    with centre.database.reading() as session:
        row = proof.waiting(session, who.id, keys=centre.keys, now=centre.clock.now())
    form = ProofForm(meta={"csrf_context": who.form_token})
    return _show(request, who, centre, form, over=row is None, status=200)


@router.post("/code")
def take_code(request: Request, who: VisitorHere, centre: CentreHere, sent: Posted) -> Response:
    """Judge the six digits; the right ones do what the proof was begun for."""
    form = ProofForm(sent, meta={"csrf_context": who.form_token})
    if not form.validate():
        return _show(request, who, centre, form, over=False, status=422)
    now = centre.clock.now()
    newcomer = carried_newcomer(request, who, centre)
    text = consent.shown(newcomer.agreed) if newcomer is not None else None
    binding = ""
    with centre.database.writing() as session:
        row = proof.waiting(session, who.id, keys=centre.keys, now=now, to_end=True)
        if row is not None and row.use == Use.NEW and newcomer is not None and text is None:
            return _read_again(request, who)
        checked = Checked.OVER
        if row is not None:
            checked = proof.check(session, row, form.code.data or "", keys=centre.keys)
        if row is not None and checked is Checked.RIGHT:
            binding = _proven(session, row, newcomer, text, who, centre)
    if checked is not Checked.RIGHT:
        if checked is Checked.WRONG:
            form.code.errors = ["form.wrong_code"]
        return _show(request, who, centre, form, over=checked is Checked.OVER, status=422)
    answer = see_other("/home" if binding else "/data", who, centre)
    if binding:
        set_bound(answer, binding, centre)
        answer.delete_cookie("bbg_details", path="/")
    return answer


@router.get("/bind/again")
def again_form(request: Request, who: VisitorHere, centre: CentreHere) -> Response:
    """Ask who has bound another phone before."""
    if who.resident is not None:
        return see_other("/home", who, centre)
    if centre.notices.proof is None:
        raise PageDenied(Failure.NOT_FOUND, 404)
    form = AgainForm(meta={"csrf_context": who.form_token})
    return the_phone_pages(request).show(request, who, "phone/bind_again.html", form=form)


@router.post("/bind/again")
def take_again(request: Request, who: VisitorHere, centre: CentreHere, sent: Posted) -> Response:
    """Send a code to the number, if it is known; what is answered does not tell whether it is."""
    form = AgainForm(sent, meta={"csrf_context": who.form_token})
    way = centre.notices.proof
    if way is None:
        raise PageDenied(Failure.NOT_FOUND, 404)
    if not form.validate():
        return the_phone_pages(request).show(
            request, who, "phone/bind_again.html", form=form, status=422
        )
    phone = normal.phone(form.phone.data) or ""
    with centre.database.reading() as session:
        person = proof.whose(session, form.name.data or "", phone, keys=centre.keys)
    sends = bool(person) and way.can(_message(phone, "", who.language))
    code = _begin(who, centre, phone, use=Use.AGAIN, resident=person, sends=sends)
    answer = see_other("/code", who, centre)
    message = _message(phone, code, who.language)
    if sends:
        # Afterwards: the provider's time would tell that the number is known.
        answer.background = BackgroundTask(way.send, message, now=centre.clock.now())
    return answer


@router.post("/data/prove")
def prove_own(who: BoundVisitor, centre: CentreHere, sent: Posted) -> Response:
    """Send a code to the number that is kept of a bound resident."""
    check_button(sent, who)
    with centre.database.reading() as session:
        known = residents.of(session, who.resident or "", keys=centre.keys)
        agreed = consent.in_force(session, who.resident or "")
    if known is None or not agreed:
        raise PageDenied(Failure.CONSENT_MISSING, 403)
    if not _begun(who, centre, known.phone, use=Use.OWN, resident=who.resident or ""):
        raise PageDenied(Failure.CODE_NOT_SENT, 503)
    return see_other("/code", who, centre)


def _show_details(
    request: Request, who: Visitor, centre: Centre, form: DetailsForm, *, status: int
) -> Response:
    with centre.database.reading() as session:
        estates = buildings.by_estate(session)
        here = session.get(Cabinet, who.presence.cabinet) if who.presence else None
    return the_phone_pages(request).show(
        request, who, "phone/details.html", form=form, status=status, estates=estates,
        cabinet=here, word=who.presence and who.presence.said,
        other=buildings.OTHER, ties=residents.Tie,
        offers_again=centre.notices.proof is not None,
        wechat_known=bool(carried_openid(request, who, centre)),
        offers_wechat=offers_wechat(who, centre),
    )  # fmt: skip


def _read_again(request: Request, who: Visitor) -> Response:
    """Show the text again that was changed while its yes waited for the code."""
    form = ConsentForm(meta={"csrf_context": who.form_token})
    form.text.errors = ["consent.changed"]
    return show_consent(request, who, form, back="/bind")


def _proven(
    session: Session, row: PhoneProof, newcomer: Newcomer | None,
    text: consent.Text | None, who: Visitor, centre: Centre,
) -> str:  # fmt: skip
    """Do what a proof was begun for, and give the binding that it makes, if it makes one."""
    now = centre.clock.now()
    match Use(row.use):
        case Use.NEW:
            # The number that the browser carries must be the one that the code went to.
            sent_to = newcomer and centre.keys.index("phone", newcomer.details.phone)
            if newcomer is None or text is None or sent_to != row.phone:
                raise PageDenied(Failure.FORM_INVALID, 409)
            binding = _bound(session, newcomer, text, who, centre)
            proof.proven(session, newcomer.person, now=now)
            return binding
        case _ if not proof.is_theirs(session, row):
            raise PageDenied(Failure.MATTER_MOVED_ON, 409)  # corrected or erased meanwhile
        case Use.AGAIN:
            return residents.bind_again(session, row.resident, now=now)
        case Use.OWN:
            proof.proven(session, row.resident, now=now)
            return ""


def _bound(
    session: Session, newcomer: Newcomer, text: consent.Text, who: Visitor, centre: Centre
) -> str:
    return residents.admit_browser(
        session, newcomer.person, newcomer.details, text, language=who.language, keys=centre.keys,
        now=centre.clock.now(),
    )  # fmt: skip


def _begun(who: Visitor, centre: Centre, phone: str, *, use: Use, resident: str = "") -> bool:
    """Begin a proof and send its code; False where nobody can send one to this number.

    Whoever binds is kept out by no spent budget: the number is not proven then. Raises PageDenied
    where too many were asked for.
    """
    way = centre.notices.proof
    message = _message(phone, "", who.language)
    if way is None or not way.can(message):
        return False
    try:
        code = _begin(who, centre, phone, use=use, resident=resident, sends=True)
    except PageDenied as denied:
        if use is Use.NEW and denied.failure is Failure.CODES_SPENT:
            return False
        raise
    now = centre.clock.now()
    answer = way.send(_message(phone, code, who.language), now=now)
    return answer.outcome in {Outcome.ACCEPTED, Outcome.UNKNOWN}


def _begin(
    who: Visitor, centre: Centre, phone: str, *, use: Use, resident: str, sends: bool
) -> str:
    """Begin a proof. A spent budget refuses everybody alike: it does not tell who is known."""
    now, budget = centre.clock.now(), centre.notices.budget
    with centre.database.writing() as session:
        if proof.is_spent(session, budget, now=now):
            raise PageDenied(Failure.CODES_SPENT, 429)
        code = proof.begin(session, who.id, phone, use=use, who=resident, keys=centre.keys, now=now)
        if sends and not isinstance(code, Failure):
            proof.spend(session, budget, now=now)
    if isinstance(code, Failure):
        raise PageDenied(code, 429)
    return code


def _message(phone: str, code: str, language: str) -> Message:
    return Message(
        notice="", kind=proof.KIND, number="", phone=phone, text="", language=language, code=code
    )


def _show(
    request: Request, who: Visitor, centre: Centre, form: ProofForm, *, over: bool, status: int
) -> Response:
    first = "/bind" if carried_newcomer(request, who, centre) else "/bind/again"
    return the_phone_pages(request).show(
        request, who, "phone/code.html", form=form, over=over, status=status,
        minutes=int(proof.LIFE_S // 60), anew="/data" if who.resident else first,
    )  # fmt: skip
