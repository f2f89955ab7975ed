"""Correcting a resident's details at the desk: who has no phone asks a steward.

Only what is to be changed is typed: nobody needs to be shown the rest for it.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central import normal
from central.form import CorrectionForm
from central.operation import note
from central.operation import resident as residents
from central.operation.assistance import Way
from central.operation.note import NoteKind
from central.route.press import PersonPress, deny, go, show, the_matter
from central.route.visitor import CentreHere, PersonStaff
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff/m/{matter_id}/correct", include_in_schema=False)
_CHOICES = MappingProxyType(
    {"ways": Way, "ties": residents.Tie, "kinds": residents.DocumentKind}
)  # fmt: skip


@router.get("")
def correct_page(
    matter_id: str, request: Request, who: PersonStaff, centre: CentreHere
) -> Response:
    """Ask what is to be changed, who asked and how."""
    with centre.database.reading() as session:
        case = the_matter(session, matter_id)
        known = residents.of(session, case.resident, keys=centre.keys)
    if known is None:
        deny(Failure.PERSON_ERASED)
    form = CorrectionForm(meta={"csrf_context": who.form_token})
    return show(request, who, "console/correct.html", matter=case, form=form, **_CHOICES)


@router.post("")
def correct(press: PersonPress) -> Response:
    """Change what was typed; who asked and how is kept with the matter, how with the looks."""
    form = CorrectionForm(press.sent, meta={"csrf_context": press.who.form_token})
    with press.centre.database.writing() as session:
        case = the_matter(session, press.matter_id, to_change=True)
        known = residents.of(session, case.resident, keys=press.keys)
        if known is None:
            deny(Failure.PERSON_ERASED)
        elif form.validate():
            details = replace(
                known,
                name=form.name.data or known.name,
                phone=normal.phone(form.phone.data) or known.phone,
                building=form.building.data or known.building,
                tie=form.tie.data or known.tie,
                id_number=normal.id_number(form.id_number.data) or known.id_number,
                id_kind=form.id_kind.data or known.id_kind,
            )
            way = form.way.data or ""
            if residents.correct(
                session, case.resident, details,
                by=press.staff, reason=way, keys=press.keys, now=press.now,
            ):  # fmt: skip
                text = f"{way} {form.person.data}"
                note.add(session, case, NoteKind.CORRECTED, text, keys=press.keys, now=press.now)
            return go(f"/staff/m/{press.matter_id}")
    return press.show("console/correct.html", matter=case, form=form, status=422, **_CHOICES)
