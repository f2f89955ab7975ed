"""The console's page of one matter: what staff do with it, from the first tick to the label."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central import normal
from central.operation import (
    acceptance,
    audit,
    catalogue,
    delegate,
    desk,
    matter,
    need,
    withdrawal,
)
from central.operation import resident as residents
from central.operation.acceptance import Refusal, Seen
from central.operation.matter_state import Trigger, moves
from central.record.cabinet import Cabinet
from central.route import pocket
from central.route.press import Change, MatterPress, PersonPress, show, the_matter
from central.route.visitor import CentreHere, MatterStaff, PageDenied, Posted, Visitor, from_pocket
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
def open_person(press: PersonPress) -> Response:
    """Open the person's details: this is written down, and the resident may see it."""
    reason = press.reason()
    with press.centre.database.writing() as session:
        row = the_matter(session, press.matter_id)
        person = residents.open_for_staff(
            session, row.resident, staff=press.staff, reason=reason, keys=press.keys, now=press.now
        )
        if person is None:
            raise PageDenied(Failure.PERSON_ERASED, 410)
        story = desk.story(session, row, keys=press.keys, now=press.now)
    return _show(press.request, press.who, story, person=person)


@router.post("/check")
def check(press: MatterPress) -> Response:
    """Take the ticks: every paper, so that what is missing is told once, all of it."""
    ticked = _by_paper(press.sent, "seen-")
    wrong = {key: normal.line(text)[:200] for key, text in _by_paper(press.sent, "wrong-").items()}
    seen = {key: Seen(word) for key, word in ticked.items() if word in set(Seen)}
    change = partial(acceptance.check, seen=seen, wrong=wrong, keys=press.keys)
    return or_again(press, change, problem="check", ticked=ticked, wrong=wrong)


@router.post("/passed-on")
def passed_on(press: MatterPress) -> Response:
    """Say that whoever decides has accepted it: the clock runs."""
    return press.changes(acceptance.passed_on)


@router.post("/extend")
def extend(press: MatterPress) -> Response:
    """Extend the promised time once, with the reason that the resident reads."""
    change = partial(acceptance.extend, reason=press.line("reason"), keys=press.keys)
    return or_again(press, change, problem="extend")


@router.post("/refuse")
def refuse(press: MatterPress) -> Response:
    """Say that it is not accepted: why, by which rule, and where to go."""
    refusal = Refusal(*map(press.line, ("reason", "basis", "where_to_go")))
    change = partial(acceptance.refuse, refusal=refusal, keys=press.keys)
    return or_again(press, change, problem="refuse", refusal=refusal)


@router.post("/withdraw")
def withdraw(press: MatterPress) -> Response:
    """Withdraw for a resident who asked for it."""
    return press.changes(partial(withdrawal.withdraw, by="staff", keys=press.keys))


@router.post("/brought")
def brought(press: MatterPress) -> Response:
    """Take over the desk what was missing."""
    return press.changes(acceptance.brought)


@router.post("/submit")
def submit(press: MatterPress) -> Response:
    """Take the papers over the desk, or what was said: no door opens."""
    words = press.line("words")[:400]
    change = partial(need.begin_for, words=words, keys=press.keys)
    return or_again(press, change, problem="submit", words=words)


@router.post("/finish")
def finish(press: MatterPress) -> Response:
    """Say that a matter of which nothing is collected is done."""
    return press.changes(matter.finish)


@router.post("/hand-over")
def hand_over(press: MatterPress) -> Response:
    """Say that the envelope was given into the resident's hand."""
    return press.changes(matter.hand_over)


@router.post("/ready")
def mark_ready(press: MatterPress) -> Response:
    """Say that the envelope is packed, and go on to its label."""
    change = partial(delegate.mark_ready, keys=press.keys)
    return press.changes(change, then=f"/staff/m/{press.matter_id}/label")


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
    return show(
        request, who, "console/label.html", matter=row, consignment=consignment, item=item,
        cabinet=cabinet, text=LABEL_PREFIX + consignment.id,
    )  # fmt: skip


@router.post("/looked")
def looked(press: MatterPress) -> Response:
    """Say that the certificate was seen in its compartment; the resident is told now."""
    return press.changes(matter.looked)


def or_again(press: MatterPress, change: Change, *, problem: str, **typed: Any) -> Response:
    """Make a change; where the form was not filled in, show it again with what was typed."""
    try:
        return press.changes(change)
    except PageDenied as denied:
        if from_pocket(press.request):
            return pocket.show_again(press, denied, problem=problem)
        if denied.failure is not Failure.FORM_INVALID:
            raise
    with press.centre.database.reading() as session:
        row = the_matter(session, press.matter_id)
        story = desk.story(session, row, keys=press.keys, now=press.now)
    return _show(press.request, press.who, story, problem=problem, status=422, **typed)


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
    refusal: Refusal | None = None, hand_on: tuple[str, str] = ("", ""), words: str = "",
    status: int = 200,
) -> Response:  # fmt: skip
    case, item = story.matter, story.item
    typing: dict[str, Any] = {
        "problem": problem,
        "ticked": ticked or {},
        "wrong": wrong or {},
        "handed": hand_on,
        "typed_words": words,
        "refusal": refusal or Refusal("", item.basis(who.language), item.desk(who.language)),
    }
    return show(
        request, who, "console/matter.html", story=story, person=person, said=desk.said,
        erased=Failure.PERSON_ERASED,
        reasons=audit.REASONS, clock_over=desk.CLOCK_OVER, to_tick=acceptance.to_tick(item, case),
        may_extend=story.may_extend, teams=story.teams, stewards=story.stewards,
        proposed=story.proposed,
        may_refuse=moves(case.state, Trigger.REFUSED),
        may_withdraw=withdrawal.may_withdraw(case),
        live=not (person or problem), status=status, **typing,
    )  # fmt: skip
