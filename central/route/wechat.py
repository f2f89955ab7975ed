"""Who somebody is by their WeChat: off to WeChat, back with a code, and the resident's own yes."""

from __future__ import annotations

import hmac
import secrets
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlmodel import Session

from central.centre import Centre
from central.form import BareForm
from central.operation import consent, wechat_identity
from central.provider.wechat import WeChat
from central.route.phone import check_button, the_phone_pages
from central.route.visitor import (
    BoundVisitor,
    CentreHere,
    PageDenied,
    Posted,
    Visitor,
    VisitorHere,
    carried_openid,
    remember,
    see_other,
    set_bound,
    set_cookie,
    set_openid,
)
from locker.contract.failure import Failure

router = APIRouter(include_in_schema=False)
_STATE_S = 10 * 60


def offers_wechat(who: Visitor, centre: Centre) -> bool:
    """Tell whether this browser can say who it is."""
    return who.in_wechat and centre.notices.identity is not None


def keep_openid(session: Session, resident: str, openid: str, centre: Centre) -> None:
    """Keep a resident's openid. Raises PageDenied, which takes back what the session wrote."""
    taken = wechat_identity.keep(
        session, resident, openid, keys=centre.keys, now=centre.clock.now()
    )
    if taken is not None:
        raise PageDenied(taken, 409)


@router.get("/wechat/sign-in")
def go_to_wechat(who: VisitorHere, centre: CentreHere) -> Response:
    """Go to WeChat's page, which sends the browser back at once."""
    state = secrets.token_hex(16)  # letters and digits only: WeChat takes no others
    back_to = f"{centre.settings.public_url}/wechat/signed-in"
    url = _account(centre).authorize_url(back_to=back_to, state=state)
    answer = RedirectResponse(url, status_code=303)
    signed = str(_signer(centre).dumps([state, who.id]))
    set_cookie(answer, "bbg_wechat", signed, centre, max_age=_STATE_S)
    remember(answer, who, centre)
    return answer


@router.get("/wechat/signed-in")
def back_from_wechat(
    request: Request,
    who: VisitorHere,
    centre: CentreHere,
    code: Annotated[str, Query(max_length=128)] = "",
    state: Annotated[str, Query(max_length=128)] = "",
) -> Response:
    """Ask WeChat whose the code is: who is known is signed in, others go on to their yes."""
    account = _account(centre)
    if not _is_ours(request, who, centre, state):
        raise PageDenied(Failure.WECHAT_SILENT, 403)  # also who presses "back" later
    with centre.database.writing() as session:
        now = centre.clock.now()
        may_ask = wechat_identity.may_ask(session, who.id, keys=centre.keys, now=now)
    if not may_ask:
        raise PageDenied(Failure.TOO_MANY_TRIES, 429)
    openid = account.openid(code)
    if not isinstance(openid, str):
        raise PageDenied(Failure.WECHAT_SILENT, 503)
    answer = _answer(who, centre, openid)
    answer.delete_cookie("bbg_wechat", path="/")
    return answer


@router.get("/data/wechat")
def ask_to_keep(request: Request, who: BoundVisitor, centre: CentreHere) -> Response:
    """Ask a bound resident whether their WeChat is to be kept."""
    if not carried_openid(request, who, centre):
        return see_other("/data", who, centre)
    form = BareForm(meta={"csrf_context": who.form_token})
    return the_phone_pages(request).show(request, who, "phone/wechat.html", form=form)


@router.post("/data/wechat")
def keep(request: Request, who: BoundVisitor, centre: CentreHere, sent: Posted) -> Response:
    """Keep it."""
    check_button(sent, who)
    openid = carried_openid(request, who, centre)
    if not openid:
        raise PageDenied(Failure.FORM_INVALID, 422)
    with centre.database.writing() as session:
        if not consent.in_force(session, who.resident or ""):
            raise PageDenied(Failure.CONSENT_MISSING, 403)
        keep_openid(session, who.resident or "", openid, centre)
    answer = see_other("/data", who, centre)
    answer.delete_cookie("bbg_openid", path="/")
    return answer


@router.post("/data/wechat/forget")
def forget(who: BoundVisitor, centre: CentreHere, sent: Posted) -> Response:
    """Destroy it."""
    check_button(sent, who)
    with centre.database.writing() as session:
        wechat_identity.forget(session, who.resident or "", now=centre.clock.now())
    return see_other("/data", who, centre)


def _answer(who: Visitor, centre: Centre, openid: str) -> Response:
    """Give the way on of who has just shown this openid."""
    with centre.database.writing() as session:
        known = wechat_identity.whose(session, openid, keys=centre.keys)
        signs_in = bool(known) and who.resident is None
        binding = (
            wechat_identity.sign_in(session, known, now=centre.clock.now()) if signs_in else None
        )
    if not known:
        answer = see_other("/bind" if who.resident is None else "/data/wechat", who, centre)
        set_openid(answer, openid, who, centre)
        return answer
    if known == who.resident:
        return see_other("/data", who, centre)
    if binding is None:
        raise PageDenied(Failure.WECHAT_TAKEN, 409)
    if isinstance(binding, Failure):
        raise PageDenied(binding, 429)
    answer = see_other("/home", who, centre)
    set_bound(answer, binding, centre)
    return answer


def _is_ours(request: Request, who: Visitor, centre: Centre, state: str) -> bool:
    """Tell whether this browser was sent to WeChat by us: nobody lends another's code."""
    try:
        kept, browser = _signer(centre).loads(
            request.cookies.get("bbg_wechat", ""), max_age=_STATE_S
        )
    except (BadData, ValueError):
        return False
    return browser == who.id and hmac.compare_digest(str(kept), state)


def _account(centre: Centre) -> WeChat:
    account = centre.notices.identity
    if account is None:
        raise PageDenied(Failure.NOT_FOUND, 404)
    return account


def _signer(centre: Centre) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(centre.keys.cookie_secret, salt="bangbangui wechat identity")
