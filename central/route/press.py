"""A button that staff pressed on a page of ours, and what it changes in one transaction.

A route says by the type of its `Press` who may: who may not, or pressed on another's page, never
gets one. No transaction is held between a dependency and its route: a cabinet's post may take the
last thread meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session
from starlette.background import BackgroundTask

from central import normal
from central.centre import Centre
from central.form import BareForm
from central.key import KeyRing
from central.operation import audit, matter
from central.operation.role import Duty
from central.record.case import Matter
from central.route.page import Pages
from central.route.visitor import (
    CentreHere,
    MatterStaff,
    PageDenied,
    Posted,
    PostedPhoto,
    StaffVisitor,
    Visitor,
    from_pocket,
    who_may,
)
from locker.contract.failure import Failure

_Done = TypeVar("_Done")
_STATUS = {
    Failure.FORM_INVALID: 422, Failure.NOT_FOUND: 404, Failure.TOO_MANY_TRIES: 429,
    Failure.NOT_YOUR_DUTY: 403, Failure.PERSON_ERASED: 410,
}  # fmt: skip
"""Of the denials; any other is a 409: it moved on meanwhile."""


class Change(Protocol):
    """What an operation does to a matter; a `Failure`, or False, where it does not."""

    def __call__(self, session: Session, case: Matter, /, *, staff: str, now: float) -> object:
        """Change a matter that is locked."""


@dataclass(frozen=True, slots=True)
class Press:
    """One press, by somebody who may."""

    request: Request
    who: Visitor
    centre: Centre
    sent: Posted

    @property
    def staff(self) -> str:
        """The member of staff who pressed."""
        return staff_id(self.who)

    @property
    def now(self) -> float:
        """The centre's time."""
        return self.centre.clock.now()

    @property
    def keys(self) -> KeyRing:
        """The centre's keys."""
        return self.centre.keys

    @property
    def back(self) -> str:
        """The pages that the button was on: the desk's or the steward's phone's."""
        return "/staff/pocket" if from_pocket(self.request) else "/staff"

    @property
    def matter_id(self) -> str:
        """The matter that the route's path names."""
        return str(self.request.path_params["matter_id"])

    def word(self, name: str) -> str:
        """Give a field of the form as it was chosen."""
        return str(self.sent.get(name, ""))

    def line(self, name: str) -> str:
        """Give a line that was typed, in its normal spelling."""
        return normal.line(self.word(name))

    def reason(self) -> str:
        """Give the reason to look at somebody's details. Raises PageDenied where there is none."""
        if self.word("reason") not in audit.REASONS:
            raise PageDenied(Failure.FORM_INVALID, 422)
        return self.word("reason")

    def writes(self, change: Callable[[Session], object], *, then: str) -> Response:
        """Change something in one transaction and go on; False: there is no such thing."""
        with self.centre.database.writing() as session:
            done = change(session)
        deny(Failure.NOT_FOUND if done is False else done)
        return go(then)

    def changes(self, change: Change, *, then: str = "") -> Response:
        """Change the matter, locked, in one transaction, tell who is to be told, and go on.

        What is denied is committed too: it may have left a task. False: the matter moved on.
        """
        with self.centre.database.writing() as session:
            case = the_matter(session, self.matter_id, to_change=True)
            done = change(session, case, staff=self.staff, now=self.now)
        deny(Failure.MATTER_MOVED_ON if done is False else done)
        return self.tells(then or f"{self.back}/m/{self.matter_id}")

    def tells(self, then: str) -> Response:
        """Go on, and tell who is to be told after that: nobody waits for a provider."""
        answer = go(then)
        answer.background = BackgroundTask(self.centre.deliver_notices)
        return answer

    def show(self, template: str, **context: Any) -> Response:
        """Show a page as the answer."""
        return show(self.request, self.who, template, **context)


def _pressed(duty: Duty) -> Callable[[Request, Visitor, Centre, Posted], Press]:
    may = who_may(duty)

    def press(request: Request, who: StaffVisitor, centre: CentreHere, sent: Posted) -> Press:
        check_button(sent, may(who))
        return Press(request, who, centre, sent)

    return press


def _photo_press(
    request: Request, who: MatterStaff, centre: CentreHere, sent: PostedPhoto
) -> Press:
    check_button(sent, who)
    return Press(request, who, centre, sent)


PhotoPress = Annotated[Press, Depends(_photo_press)]
"""By who may see to matters; a photo may come with it."""
MatterPress = Annotated[Press, Depends(_pressed(Duty.MATTERS))]
PersonPress = Annotated[Press, Depends(_pressed(Duty.PERSON))]
TendPress = Annotated[Press, Depends(_pressed(Duty.TEND))]
DispatchPress = Annotated[Press, Depends(_pressed(Duty.DISPATCH))]
DoorPress = Annotated[Press, Depends(_pressed(Duty.DOORS))]
CataloguePress = Annotated[Press, Depends(_pressed(Duty.CATALOGUE))]
PeoplePress = Annotated[Press, Depends(_pressed(Duty.PEOPLE))]


def deny(done: _Done | Failure) -> _Done:
    """Give what an operation did. Raises PageDenied where it was denied."""
    if isinstance(done, Failure):
        raise PageDenied(done, _STATUS.get(done, 409))
    return done


def the_matter(session: Session, matter_id: str, *, to_change: bool = False) -> Matter:
    """Give a matter, locked where it is to be changed. Raises PageDenied where there is none."""
    row = matter.locked(session, matter_id) if to_change else session.get(Matter, matter_id)
    if row is None:
        raise PageDenied(Failure.NOT_FOUND, 404)
    return row


def the_pages(request: Request) -> Pages:
    """Give the templates of this application."""
    pages: Pages = request.app.state.pages
    return pages


def show(request: Request, who: Visitor, template: str, **context: Any) -> Response:
    """Show a page that holds nothing but buttons and does not change under the hand."""
    return the_pages(request).show(
        request, who, template, **{"form": bare(who), "refresh_s": None, **context}
    )


def staff_id(who: Visitor) -> str:
    """Give the signed-in member of staff."""
    return who.staff.id if who.staff is not None else ""


def bare(who: Visitor) -> BareForm:
    """Make a form that is only a button."""
    return BareForm(meta={"csrf_context": who.form_token})


def check_button(sent: Posted, who: Visitor) -> None:
    """Refuse a press that did not come from our page."""
    if not BareForm(sent, meta={"csrf_context": who.form_token}).validate():
        raise PageDenied(Failure.FORM_INVALID, 403)


def go(url: str) -> RedirectResponse:
    """Send the browser on after a form."""
    return RedirectResponse(url, status_code=303)
