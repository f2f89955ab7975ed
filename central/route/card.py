"""A person's own card at the desk: tapped on the steward's reader, with four digits typed by them.

Two pages, for a reader ends what it types with Enter: the first tap, then the digits twice and the
second tap, which shows that the card has the same number each time. Between the pages the number
is sealed in the form; it is on neither page and in no address.
"""

from __future__ import annotations

import json

from cryptography.exceptions import InvalidTag
from fastapi import APIRouter, Request
from fastapi.responses import Response

from central.centre import Centre
from central.form import BareForm, CardDigitsForm, CardForm
from central.operation import card
from central.operation.card import Hashed
from central.record.privacy import Card
from central.route.press import PersonPress, bare, go, show, the_matter
from central.route.visitor import CentreHere, PersonStaff, Visitor
from locker.contract.credential import card_number

router = APIRouter(prefix="/staff/m/{matter_id}/card", include_in_schema=False)

FORM_LIFE_S = 600.0
"""How long a card that was tapped waits for its digits."""


@router.get("")
def card_page(matter_id: str, request: Request, who: PersonStaff, centre: CentreHere) -> Response:
    """Say whether a card is bound, and ask for one to be tapped."""
    form = CardForm(meta={"csrf_context": who.form_token})
    return _show(request, who, centre, matter_id, form)


@router.post("")
def tapped(press: PersonPress) -> Response:
    """Take the first tap, and ask for the digits."""
    form = CardForm(press.sent, meta={"csrf_context": press.who.form_token})
    if not form.validate():
        return _again(press, form)
    text = json.dumps([card_number(form.card.data or ""), press.now])
    sealed = press.keys.sealer.seal(text, place=_place(press))
    return _again(
        press, CardDigitsForm(meta={"csrf_context": press.who.form_token}), sealed=sealed,
        status=200,
    )  # fmt: skip


@router.post("/bind")
def bind(press: PersonPress) -> Response:
    """Bind the card, if both taps and both times the digits are the same."""
    sealed = press.word("sealed")
    form = CardDigitsForm(press.sent, meta={"csrf_context": press.who.form_token})
    form.first_tap = _carried(press, sealed)
    if not form.first_tap:
        first = CardForm(meta={"csrf_context": press.who.form_token})
        first.card.errors = ["form.tapped_long_ago"]
        return _again(press, first, status=410)
    if not form.validate():
        return _again(press, form, sealed=sealed)
    digits = form.digits.data or ""
    hashed = Hashed.of(form.first_tap, digits)
    with press.centre.database.writing() as session:
        whose = the_matter(session, press.matter_id, to_change=True).resident
        objection = card.bind(
            session, whose, hashed, digits, staff=press.staff, keys=press.keys, now=press.now
        )
    if objection is None:
        return go(_page(press))
    field = form.card if objection in {card.Objection.TAKEN, card.Objection.GONE} else form.digits
    field.errors = [objection.value]
    return _again(press, form, sealed=sealed)


@router.post("/forget")
def forget(press: PersonPress) -> Response:
    """Let the card open nothing any more: lost, or no longer wanted."""
    return press.changes(
        lambda session, case, *, staff, now: card.forget(
            session, case.resident, staff=staff, keys=press.keys, now=now
        ),
        then=_page(press),
    )


@router.post("/free")
def free(press: PersonPress) -> Response:
    """Let a card that rests be used again: its owner is here and has it."""
    return press.changes(
        lambda session, case, *, staff, now: card.free(
            session, case.resident, staff=staff, keys=press.keys, now=now
        ),
        then=f"{_page(press)}?freed",
    )


def _page(press: PersonPress) -> str:
    return f"/staff/m/{press.matter_id}/card"


def _place(press: PersonPress) -> str:
    return f"card:{press.staff}:{press.matter_id}"


def _carried(press: PersonPress, sealed: str) -> str:
    """Give the number of the first tap, or nothing: of another form, or too long ago."""
    try:
        number, at = json.loads(press.keys.sealer.open(sealed, place=_place(press)))
    except (InvalidTag, ValueError):
        return ""
    return str(number) if press.now - at < FORM_LIFE_S else ""


def _again(press: PersonPress, form: BareForm, *, sealed: str = "", status: int = 422) -> Response:
    return _show(
        press.request, press.who, press.centre, press.matter_id, form, sealed=sealed, status=status
    )


def _show(
    request: Request, who: Visitor, centre: Centre, matter_id: str, form: BareForm, *,
    sealed: str = "", status: int = 200,
) -> Response:  # fmt: skip
    with centre.database.reading() as session:
        case = the_matter(session, matter_id)
        bound, offered = session.get(Card, case.resident), card.is_offered(session)
    return show(
        request, who, "console/card.html", matter=case, bound=bound, offered=offered, form=form,
        button=bare(who), sealed=sealed, freed="freed" in request.query_params, status=status,
    )  # fmt: skip
