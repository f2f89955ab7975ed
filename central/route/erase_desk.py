"""Erasing a resident at the desk: who has no phone asks a steward, and takes the proof along."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central.operation import catalogue, erasure, retention
from central.operation.assistance import Way
from central.record.cabinet import Cabinet
from central.record.people import Resident, Staff
from central.record.privacy import Erasure
from central.route.press import PersonPress, bare, go, show, the_matter
from central.route.visitor import CentreHere, PageDenied, PersonStaff
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff/m/{matter_id}/erase", include_in_schema=False)


@router.get("")
def erase_page(matter_id: str, request: Request, who: PersonStaff, centre: CentreHere) -> Response:
    """Say what erasing means for each running matter, or give the proof where it is done."""
    with centre.database.reading() as session:
        case = the_matter(session, matter_id)
        person = session.get_one(Resident, case.resident)
        outlook, done = erasure.outlook(session, person.id), session.get(Erasure, person.id)
        by = session.get(Staff, done.by) if done else None
        cabinet = session.get_one(Cabinet, case.cabinet)
        kept = catalogue.items_of(session, [*outlook.ends, *outlook.holds])
    return show(
        request, who, "console/erase.html", matter=case, person=person, outlook=outlook,
        done=done, done_by=by.name if by else "", cabinet=cabinet, ways=Way, form=bare(who),
        said=centre.keys.read_erasure(done.proof) if done else None, kept=kept,
    )  # fmt: skip


@router.post("")
def erase(press: PersonPress) -> Response:
    """Erase now, or note the wish until the papers are back. How it was asked is written down."""
    if press.word("way") not in set(Way):
        raise PageDenied(Failure.FORM_INVALID, 422)
    with press.centre.database.writing() as session:
        whose = the_matter(session, press.matter_id).resident
        proof = erasure.ask(
            session, whose, reason=erasure.Reason.ASKED, keys=press.keys,
            ledger=press.centre.ledger, now=press.now,
            by=erasure.Asked(press.staff, press.word("way")),
        )  # fmt: skip
    if proof is not None:
        press.centre.database.scrub(retention.TABLES)
    return go(_page(press))


@router.post("/keep")
def keep(press: PersonPress) -> Response:
    """Take the wish to be erased back while it waits."""
    with press.centre.database.writing() as session:
        whose = the_matter(session, press.matter_id).resident
        erasure.take_back(session, whose, now=press.now, staff=press.staff)
    return go(_page(press))


def _page(press: PersonPress) -> str:
    return f"/staff/m/{press.matter_id}/erase"
