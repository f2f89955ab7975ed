"""Who has a matter: given by the centre, taken on or handed on by a steward."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter
from fastapi.responses import Response

from central.operation import dispatch
from central.operation.dispatch import To
from central.route.matter import or_again
from central.route.press import DispatchPress, MatterPress

router = APIRouter(prefix="/staff/m/{matter_id}", include_in_schema=False)


@router.post("/give")
def give(press: DispatchPress) -> Response:
    """Give a matter to a team or a steward."""
    return press.changes(partial(dispatch.give, to=To.read(press.word("to"))))


@router.post("/take-on")
def take_on(press: MatterPress) -> Response:
    """Say that one does it oneself."""
    return press.changes(dispatch.take_on)


@router.post("/hand-on")
def hand_on(press: MatterPress) -> Response:
    """Hand a matter on to somebody else, with the reason."""
    to, reason = To.read(press.word("to")), press.line("reason")
    change = partial(dispatch.hand_on, to=to, reason=reason, keys=press.keys)
    return or_again(press, change, problem="hand_on", hand_on=(press.word("to"), reason))
