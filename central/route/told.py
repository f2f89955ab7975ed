"""A resident's consent to one WeChat message a matter."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadData, URLSafeTimedSerializer

from central.centre import Centre
from central.operation import subscription
from central.record.case import Matter
from central.route.visitor import BoundVisitor, CentreHere, PageDenied, see_other
from locker.contract.failure import Failure

router = APIRouter(include_in_schema=False)
_STATE_S = 15 * 60


@router.get("/m/{matter_id}/wechat")
def ask_wechat(matter_id: str, who: BoundVisitor, centre: CentreHere) -> Response:
    """Go to WeChat's own page, which asks for the consent to one message."""
    wechat = centre.notices.wechat
    with centre.database.reading() as session:
        row = session.get(Matter, matter_id)
    if wechat is None or row is None or row.resident != who.resident:
        raise PageDenied(Failure.NOT_YOURS, 404)
    # The state binds the answer to this matter and this browser: nobody lends another's consent.
    state = _signer(centre).dumps([matter_id, who.id])
    back_to = f"{centre.settings.public_url}/wechat/back"
    scene = subscription.scene_of(matter_id)
    return RedirectResponse(
        wechat.consent_url(scene=scene, back_to=back_to, state=str(state)), status_code=303
    )


@router.get("/wechat/back")
def wechat_answered(
    who: BoundVisitor,
    centre: CentreHere,
    action: Annotated[str, Query(max_length=20)] = "",
    openid: Annotated[str, Query(max_length=64)] = "",
    reserved: Annotated[str, Query(max_length=300)] = "",
    scene: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Come back from WeChat, with or without the consent."""
    try:
        matter_id, browser = _signer(centre).loads(reserved, max_age=_STATE_S)
    except (BadData, ValueError) as error:
        raise PageDenied(Failure.FORM_INVALID, 422) from error
    with centre.database.writing() as session:
        row = session.get(Matter, str(matter_id))
        if browser != who.id or row is None or row.resident != who.resident:
            raise PageDenied(Failure.NOT_YOURS, 404)
        agreed = action == "confirm" and openid and scene == str(subscription.scene_of(row.id))
        if agreed:
            subscription.agree(session, row, openid, keys=centre.keys, now=centre.clock.now())
    return see_other(f"/m/{matter_id}", who, centre)


def _signer(centre: Centre) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(centre.keys.cookie_secret, salt="bangbangui wechat")
