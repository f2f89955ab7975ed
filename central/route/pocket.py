"""The steward's phone: my building today, one matter, a call from the kiosk, a door opened."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session
from starlette.datastructures import FormData

from central.operation import audit, hand_over, opening, photo, pocket
from central.operation import desk as desks
from central.operation import resident as residents
from central.record.case import Matter
from central.route.opening import show_opening
from central.route.press import (
    PersonPress,
    PhotoPress,
    Press,
    deny,
    go,
    show,
    staff_id,
    the_matter,
)
from central.route.visitor import (
    CentreHere,
    DoorStaff,
    MatterStaff,
    PageDenied,
    RowNumber,
    has_photo,
    sent_photo,
)
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff/pocket", include_in_schema=False)


@router.get("")
def today(request: Request, who: MatterStaff, centre: CentreHere) -> Response:
    """List calls, what is mine and what my team has."""
    with centre.database.reading() as session:
        found = pocket.today(session, staff=staff_id(who), keys=centre.keys, now=centre.clock.now())
        unsigned = hand_over.unsigned(session, staff=staff_id(who))
    return show(
        request, who, "console/pocket_today.html", today=found, unsigned=unsigned,
        refresh_s=20,
    )  # fmt: skip


@router.get("/m/{matter_id}")
def one_matter(matter_id: str, request: Request, who: MatterStaff, centre: CentreHere) -> Response:
    """Show one matter; the person's name stays shut until it is asked for."""
    press = Press(request, who, centre, FormData())
    with centre.database.reading() as session:
        return show_matter(press, session, the_matter(session, matter_id))


@router.post("/m/{matter_id}/person")
def open_person(matter_id: str, press: PersonPress) -> Response:
    """Open the person's details to go there or to call: this is written down."""
    reason = press.reason()
    with press.centre.database.writing() as session:
        row = the_matter(session, matter_id)
        person = residents.open_for_staff(
            session, row.resident, staff=press.staff, reason=reason, keys=press.keys, now=press.now
        )
        if person is None:
            raise PageDenied(Failure.PERSON_ERASED, 410)
        return show_matter(press, session, row, person=person)


@router.post("/m/{matter_id}/done")
def done(matter_id: str, press: PhotoPress) -> Response:
    """Say that it is done, in a few words, and with the photo that is chosen in the same form."""
    try:
        picture = sent_photo(press.sent) if has_photo(press.sent) else None
        change = partial(
            pocket.finish, words=press.line("words"), picture=picture, keys=press.keys
        )  # fmt: skip
        return press.changes(change, then=f"/staff/pocket/m/{matter_id}")
    except PageDenied as denied:
        return show_again(press, denied, problem="done")


@router.post("/m/{matter_id}/photos")
def take_photo(matter_id: str, press: PhotoPress) -> Response:
    """Keep a photo that shows what the steward did, of a matter that they have."""
    with press.centre.database.reading() as session:
        if the_matter(session, matter_id).steward != press.staff:
            raise PageDenied(Failure.MATTER_MOVED_ON, 409)
    try:
        picture = sent_photo(press.sent)  # outside of the transaction: decoding takes its time
        with press.centre.database.writing() as session:
            case = the_matter(session, matter_id)
            kept = photo.keep(
                session, case, picture, staff=press.staff, keys=press.keys, now=press.now
            )
        deny(kept)
    except PageDenied as denied:
        return show_again(press, denied, problem="photo")
    if not press.word("words"):
        return go(f"/staff/pocket/m/{matter_id}")
    with press.centre.database.reading() as session:  # what was begun to be written stays
        return show_matter(press, session, the_matter(session, matter_id))


def show_again(press: Press, denied: PageDenied, *, problem: str) -> Response:
    """Show the matter with what was typed into the form that was refused."""
    if denied.failure in {Failure.PHOTO_UNREADABLE, Failure.TOO_MANY_TRIES}:
        problem = "photo"
    elif denied.failure is not Failure.FORM_INVALID:
        raise denied
    with press.centre.database.reading() as session:
        row = the_matter(session, press.matter_id)
        return show_matter(press, session, row, problem=problem, status=denied.status)


@router.get("/calls/{task_id}")
def one_call(
    task_id: RowNumber, request: Request, who: MatterStaff, centre: CentreHere
) -> Response:
    """Show a call from a cabinet, and what lies there to be opened."""
    with centre.database.reading() as session:
        call = pocket.call(session, task_id, keys=centre.keys)
        if call is None:
            raise PageDenied(Failure.MATTER_MOVED_ON, 409)
        inside = opening.inside(session, [call.cabinet.id])
    return show(
        request, who, "console/pocket_call.html", call=call, inside=inside,
        reasons=opening.Reason,
    )  # fmt: skip


@router.get("/openings/{command}")
def see_opening(command: str, request: Request, who: DoorStaff, centre: CentreHere) -> Response:
    """Say what became of a door that was to open."""
    return show_opening(request, who, centre, command, template="console/pocket_opening.html")


def show_matter(
    press: Press, session: Session, row: Matter, *, person: residents.Details | None = None,
    problem: str = "", status: int = 200,
) -> Response:  # fmt: skip
    """Show one matter, with what was typed; `problem`: the form that was refused."""
    story = desks.story(session, row, keys=press.keys, now=press.now)
    can_finish = row.steward == press.staff and pocket.can_finish(session, row)
    return press.show(
        "console/pocket_matter.html", story=story, person=person, m=row,
        can_finish=can_finish, reasons=audit.REASONS,
        teams=story.teams, stewards=story.stewards, proposed=story.proposed,
        problem=problem, typed_words=press.word("words"), status=status,
        to=press.word("to"), reason=press.line("reason") if problem == "hand_on" else "",
    )  # fmt: skip
