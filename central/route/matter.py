"""The console's page of one matter: what staff do with it, from the first tick to the label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session

from central import normal
from central.operation import (
    acceptance,
    alarm,
    audit,
    catalogue,
    delegate,
    desk,
    matter,
    withdrawal,
)
from central.operation import resident as residents
from central.operation.acceptance import Refusal, Seen
from central.operation.matter_state import Trigger, moves
from central.record.cabinet import Cabinet
from central.record.case import Matter
from central.route.console import bare, check_button, go, staff_id, the_pages
from central.route.visitor import (
    CentreHere,
    MatterStaff,
    PageDenied,
    PersonStaff,
    Posted,
    Visitor,
)
from locker.contract.credential import LABEL_PREFIX
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff/m/{matter_id}", include_in_schema=False)


@router.get("")
def one_matter(matter_id: str, request: Request, who: MatterStaff, centre: CentreHere) -> Response:
    """Show one matter with its evidence. The person's name stays shut until it is asked for."""
    with centre.database.reading() as session:
        story = desk.story(
            session, the_matter(session, matter_id), keys=centre.keys, now=centre.clock.now()
        )
    return _show(request, who, story)


@router.post("/person")
def open_person(
    matter_id: str, request: Request, who: PersonStaff, centre: CentreHere, sent: Posted
) -> Response:
    """Open the person's details: this is written down, and the resident may see it."""
    check_button(sent, who)
    reason = str(sent.get("reason", ""))
    if reason not in audit.REASONS:
        raise PageDenied(Failure.FORM_INVALID, 422)
    with centre.database.writing() as session:
        row = the_matter(session, matter_id)
        person = residents.open_for_staff(
            session, row.resident, staff=staff_id(who), reason=reason,
            keys=centre.keys, now=centre.clock.now(),
        )  # fmt: skip
        if person is None:
            raise PageDenied(Failure.PERSON_ERASED, 410)
        story = desk.story(session, row, keys=centre.keys, now=centre.clock.now())
    return _show(request, who, story, person=person)


@router.post("/check")
def check(
    matter_id: str, request: Request, who: MatterStaff, centre: CentreHere, sent: Posted
) -> Response:
    """Take the ticks: every paper, so that what is missing is told once, all of it."""
    check_button(sent, who)
    ticked = _by_paper(sent, "seen-")
    wrong = {key: normal.line(text)[:200] for key, text in _by_paper(sent, "wrong-").items()}
    with centre.database.writing() as session:
        row = the_matter(session, matter_id, to_change=True)
        denied = acceptance.check(
            session, row, {key: Seen(word) for key, word in ticked.items() if word in set(Seen)},
            wrong=wrong, keys=centre.keys, staff=staff_id(who), now=centre.clock.now(),
        )  # fmt: skip
        story = (
            desk.story(session, row, keys=centre.keys, now=centre.clock.now()) if denied else None
        )
    if denied is Failure.FORM_INVALID and story is not None:
        return _show(
            request, who, story, problem="check", ticked=ticked, wrong=wrong, status=422
        )  # fmt: skip
    return _done(centre, matter_id, denied)


@router.post("/passed-on")
def passed_on(matter_id: str, who: MatterStaff, centre: CentreHere, sent: Posted) -> Response:
    """Say that whoever decides has accepted it: the clock runs."""
    check_button(sent, who)
    with centre.database.writing() as session:
        row = the_matter(session, matter_id, to_change=True)
        denied = acceptance.passed_on(session, row, staff=staff_id(who), now=centre.clock.now())
    return _done(centre, matter_id, denied)


@router.post("/extend")
def extend(
    matter_id: str, request: Request, who: MatterStaff, centre: CentreHere, sent: Posted
) -> Response:
    """Extend the promised time once, with the reason that the resident reads."""
    check_button(sent, who)
    with centre.database.writing() as session:
        row = the_matter(session, matter_id, to_change=True)
        denied = acceptance.extend(
            session, row, normal.line(str(sent.get("reason", ""))), keys=centre.keys,
            staff=staff_id(who), now=centre.clock.now(),
        )  # fmt: skip
        story = (
            desk.story(session, row, keys=centre.keys, now=centre.clock.now()) if denied else None
        )
    if denied is Failure.FORM_INVALID and story is not None:
        return _show(request, who, story, problem="extend", status=422)
    return _done(centre, matter_id, denied)


@router.post("/refuse")
def refuse(
    matter_id: str, request: Request, who: MatterStaff, centre: CentreHere, sent: Posted
) -> Response:
    """Say that it is not accepted: why, by which rule, and where to go."""
    check_button(sent, who)
    fields = [normal.line(str(sent.get(n, ""))) for n in ("reason", "basis", "where_to_go")]
    refusal = Refusal(*fields)
    with centre.database.writing() as session:
        row = the_matter(session, matter_id, to_change=True)
        denied = acceptance.refuse(
            session, row, refusal, keys=centre.keys, staff=staff_id(who), now=centre.clock.now()
        )
        story = (
            desk.story(session, row, keys=centre.keys, now=centre.clock.now()) if denied else None
        )
    if denied is Failure.FORM_INVALID and story is not None:
        return _show(request, who, story, problem="refuse", refusal=refusal, status=422)
    return _done(centre, matter_id, denied)


@router.post("/withdraw")
def withdraw(matter_id: str, who: MatterStaff, centre: CentreHere, sent: Posted) -> Response:
    """Withdraw for a resident who asked for it."""
    check_button(sent, who)
    with centre.database.writing() as session:
        row = the_matter(session, matter_id, to_change=True)
        denied = withdrawal.withdraw(
            session, row, by="staff", staff=staff_id(who), keys=centre.keys,
            now=centre.clock.now(),
        )  # fmt: skip
    return _done(centre, matter_id, denied)


@router.post("/brought")
def brought(matter_id: str, who: MatterStaff, centre: CentreHere, sent: Posted) -> Response:
    """Take over the desk what was missing."""
    check_button(sent, who)
    with centre.database.writing() as session:
        row = the_matter(session, matter_id, to_change=True)
        denied = acceptance.brought(session, row, staff=staff_id(who), now=centre.clock.now())
    return _done(centre, matter_id, denied)


@router.post("/submit")
def submit(matter_id: str, who: MatterStaff, centre: CentreHere, sent: Posted) -> Response:
    """Take the papers over the desk: no door opens."""
    check_button(sent, who)
    with centre.database.writing() as session:
        row = the_matter(session, matter_id, to_change=True)
        denied = matter.submit(
            session, row, by="staff", staff=staff_id(who), now=centre.clock.now()
        )
    return _done(centre, matter_id, denied)


@router.post("/finish")
def finish(matter_id: str, who: MatterStaff, centre: CentreHere, sent: Posted) -> Response:
    """Say that a matter of which nothing is collected is done."""
    check_button(sent, who)
    with centre.database.writing() as session:
        row = the_matter(session, matter_id, to_change=True)
        denied = matter.finish(session, row, staff=staff_id(who), now=centre.clock.now())
    return _done(centre, matter_id, denied)


@router.post("/hand-over")
def hand_over(matter_id: str, who: MatterStaff, centre: CentreHere, sent: Posted) -> Response:
    """Say that the envelope was given into the resident's hand."""
    check_button(sent, who)
    with centre.database.writing() as session:
        row = the_matter(session, matter_id, to_change=True)
        done = matter.hand_over(session, row, staff=staff_id(who), now=centre.clock.now())
    return _done(centre, matter_id, None if done else Failure.MATTER_MOVED_ON)


@router.post("/ready")
def mark_ready(matter_id: str, who: MatterStaff, centre: CentreHere, sent: Posted) -> Response:
    """Say that the envelope is packed, and go on to its label."""
    check_button(sent, who)
    with centre.database.writing() as session:
        row = the_matter(session, matter_id, to_change=True)
        now = centre.clock.now()
        made = matter.mark_ready(session, row, keys=centre.keys, staff=staff_id(who), now=now)
        if not isinstance(made, Failure):
            delegate.give_codes(session, row, made, keys=centre.keys, now=now)
    if isinstance(made, Failure):
        raise PageDenied(made, 409)
    return go(f"/staff/m/{matter_id}/label")


@router.get("/label")
def label(matter_id: str, request: Request, who: MatterStaff, centre: CentreHere) -> Response:
    """Show the label to print: no name, no kind of matter on the outside."""
    with centre.database.reading() as session:
        row = the_matter(session, matter_id)
        consignment = matter.outbound(session, row.id)
        cabinet = session.get_one(Cabinet, row.cabinet)
        item = catalogue.item_of(session, row)
    if consignment is None:
        raise PageDenied(Failure.NOT_FOUND, 404)
    return the_pages(request).show(
        request, who, "console/label.html", matter=row, consignment=consignment, item=item,
        cabinet=cabinet, text=LABEL_PREFIX + consignment.id, form=bare(who), refresh_s=None,
    )  # fmt: skip


@router.post("/looked")
def looked(matter_id: str, who: MatterStaff, centre: CentreHere, sent: Posted) -> Response:
    """Say that the certificate was seen in its compartment; the resident is told now."""
    check_button(sent, who)
    now = centre.clock.now()
    with centre.database.writing() as session:
        row = the_matter(session, matter_id, to_change=True)
        if not matter.looked(session, row, staff=staff_id(who), now=now):
            raise PageDenied(Failure.MATTER_MOVED_ON, 409)
        out = matter.outbound(session, row.id)
        if out is not None:
            alarm.finish_tasks_of(session, kind="look_at_load", consignment=out.id, now=now)
    return _done(centre, matter_id, None)


def _done(centre: CentreHere, matter_id: str, denied: Failure | None) -> Response:
    if denied is not None:
        raise PageDenied(denied, 422 if denied is Failure.FORM_INVALID else 409)
    centre.deliver_notices()
    return go(f"/staff/m/{matter_id}")


def _by_paper(sent: Posted, prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): str(value)
        for name, value in sent.items()
        if name.startswith(prefix)
    }


def _show(  # noqa: PLR0913  (what a form was sent with is shown again)
    request: Request, who: Visitor, story: desk.Story, *,
    person: residents.Details | None = None, problem: str = "",
    ticked: Mapping[str, str] | None = None, wrong: Mapping[str, str] | None = None,
    refusal: Refusal | None = None, status: int = 200,
) -> Response:  # fmt: skip
    case, item = story.matter, story.item
    typing: dict[str, Any] = {
        "problem": problem,
        "ticked": ticked or {},
        "wrong": wrong or {},
        "refusal": refusal or Refusal("", item.basis(who.language), item.desk(who.language)),
    }
    return the_pages(request).show(
        request, who, "console/matter.html", story=story, person=person, form=bare(who),
        reasons=audit.REASONS, to_tick=acceptance.to_tick(item, case),
        may_extend=story.may_extend, teams=story.teams, stewards=story.stewards,
        proposed=story.proposed,
        may_refuse=moves(case.state, Trigger.REFUSED),
        may_withdraw=withdrawal.may_withdraw(case),
        refresh_s=None, live=not (person or problem), status=status, **typing,
    )  # fmt: skip


def the_matter(session: Session, matter_id: str, *, to_change: bool = False) -> Matter:
    """Give a matter, locked where it is to be changed. Raises PageDenied where there is none."""
    row = matter.locked(session, matter_id) if to_change else session.get(Matter, matter_id)
    if row is None:
        raise PageDenied(Failure.NOT_FOUND, 404)
    return row
