"""Whom a matter is opened for: somebody known, whom staff point to, or somebody new.

Shared by the pages that open one: 帮办 and 认领. Where what is typed may mean somebody who is
known, nothing is opened before staff have said whether it is them.
"""

from __future__ import annotations

from central import normal
from central.centre import Centre
from central.form import NEW, HelpedForm
from central.operation import recognition
from central.operation.recognition import Found, Newcomer
from central.operation.resident import Details
from central.route.press import staff_id
from central.route.visitor import PageDenied, Posted, Visitor
from locker.contract.credential import card_number
from locker.contract.digest import card_lookup
from locker.contract.failure import Failure


def whom(
    form: HelpedForm, sent: Posted, who: Visitor, centre: Centre
) -> tuple[Found, Newcomer | str | None]:
    """Give whom it may be, and who it is; None where the form is to be shown again.

    What is shown is written down for each person. Raises PageDenied for who looked too often.
    """
    is_valid = form.validate()
    if "csrf_token" in form.errors:
        return Found(), None
    found = _find(form, centre)
    looks = "look" in sent or _only_looks(form)
    helped = _chosen(form, found) if is_valid and not looks else None
    if looks:
        for field in form:
            field.errors = ()  # nothing else is asked yet
    elif is_valid and helped is None:
        form.known.errors = ["form.choose_person"]
    if helped is None and found.people:
        with centre.database.writing() as session:
            noted = recognition.note(session, found, staff=staff_id(who), now=centre.clock.now())
        if not noted:
            raise PageDenied(Failure.TOO_MANY_TRIES, 429)
    return found, helped


def whom_again(form: HelpedForm, sent: Posted, who: Visitor, centre: Centre) -> Found:
    """Give whom it may be, where somebody else has just taken in who may be the same."""
    form.known.data = ""
    found, _ = whom(form, sent, who, centre)
    return found


def _only_looks(form: HelpedForm) -> bool:
    """Tell whether Enter was pressed, by hand or by a reader of cards, to look who it is."""
    said = (form.known, form.name, form.phone, form.building)
    return bool(form.find.data) and not any(field.data for field in said)


def _find(form: HelpedForm, centre: Centre) -> Found:
    words = (form.find.data or "")[:60]
    number = card_number(words)
    typed = recognition.Typed(
        words=words,
        name=form.name.data or "",
        phone=normal.phone(form.phone.data) or "",
        card=card_lookup(number) if number else "",  # slow, so before any transaction
    )
    with centre.database.reading() as session:
        return recognition.find(session, typed, keys=centre.keys)


def _chosen(form: HelpedForm, found: Found) -> Newcomer | str | None:
    """Give who it is, None where it was not said. Only who is found by what is typed is taken."""
    chosen = form.known.data or ""
    people = {one.resident for one in found.people}
    if chosen in people:
        return chosen
    if chosen == NEW or (not chosen and not people):
        details = Details(
            name=form.name.data or "",
            phone=normal.phone(form.phone.data) or "",
            building=form.building.data or "",
        )
        return Newcomer(details, found.hits)
    return None
