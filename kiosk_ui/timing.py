"""How long a page stays when nobody touches it, and what happens then. Pure.

Each page returns home by itself; the last 20 s are announced and one touch stays. A running
visit's end is the daemon's to decide (`hurry_s`); the glass only shows it coming.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from kiosk_ui.page_choice import FOUR_DROPS, Page, page_of, refusal_band
from kiosk_ui.touch import Place
from kiosk_ui.view_state import STALE_REFUSAL_S, UNANSWERED_S, Call, Step, ViewState
from locker.contract.kiosk import Visit
from locker.contract.vocabulary import Choice, VisitPhase

STAY_S = 60.0
STAFF_STAY_S = 120.0
DONE_S = 8.0
WARN_S = 20.0
FIRST_WORD_S = 30.0
"""Silence before an open door; twice as long for who reads large type."""
WORD_EVERY_S = 60.0
MOST_WORDS = 5
HOME_RESET_S = 30.0
"""On the home page the last person's language and type size go after this."""

_WAITS = {
    Page.CODE, Page.CARD, Page.LAST_FOUR, Page.DROP_OFF, Page.MATTERS, Page.WALK_IN, Page.PAPERS,
    Page.LOST_CODE, Page.NEW_CODE, Page.TELL_FREE, Page.REFUSED, Page.HELP, Page.CALL_BACK,
    Page.BADGE, Page.PIN,
}  # fmt: skip
_STAFF = {Page.STAFF, Page.RECALL, Page.BOXES, Page.AUDIT, Page.TECHNICIAN}
_VISIT_WAITS = {Page.ASK, Page.NOT_OPENED, Page.LOOK, Page.JAMMED}


@dataclass(frozen=True, slots=True)
class Deadline:
    """When the page goes; `warn` tells whether the last seconds are announced."""

    at: float
    warn: bool = True


def deadline(state: ViewState) -> Deadline | None:
    """Give the moment at which this page goes by itself, or None where it stays."""
    page = page_of(state)
    stay = STAY_S * (2 if state.elder else 1)
    if page is Page.HELP and state.summoned_at is not None:
        return Deadline(max(state.touched_at, state.summoned_at + UNANSWERED_S) + stay)
    if page in _WAITS:
        return Deadline(state.touched_at + stay)
    if page in _STAFF:
        return Deadline(state.touched_at + STAFF_STAY_S)
    if page in _VISIT_WAITS:
        at = state.hurry_until
        return Deadline(state.touched_at + stay if at is None else at)
    if page is Page.DONE:
        return Deadline(state.touched_at + DONE_S * (2 if state.elder else 1), warn=False)
    return None


def words_of_open_door(state: ViewState) -> int:
    """Give how many calm words the open door has had: after a while, then each minute, five.

    Who asks for more time has that while anew.
    """
    if state.open_at is None or state.visit is None:
        return 0
    first_s = FIRST_WORD_S * (2 if state.elder else 1)
    open_s = state.now - max(state.open_at, state.stayed_at or state.open_at)
    if open_s < first_s:
        return 0
    return min(MOST_WORDS, 1 + int((open_s - first_s) // WORD_EVERY_S))


def warning_s(state: ViewState) -> int | None:
    """Give the whole seconds to announce, or None while there is nothing to announce."""
    end = deadline(state)
    if end is None or not end.warn:
        return None
    left = end.at - state.now
    return max(0, -int(-left // 1)) if left <= WARN_S else None


def expire(state: ViewState) -> Step:
    """Let time do what it does to the page on the glass."""
    page = page_of(state)
    if refusal_band(state) and state.now - state.refusal_at > STALE_REFUSAL_S:
        return seen(state)
    if page in {Page.HOME, Page.INVITE, Page.OUT_OF_SERVICE, Page.STARTING}:
        return Step(_tidy(state))
    if (longer := _prolong(state)) is not None:
        return longer
    end = deadline(state)
    if end is None or state.now < end.at:
        return Step(state)
    return _expired(state, page)


def _prolong(state: ViewState) -> Step | None:
    """Put a visit's end off once, by itself, for somebody who reads large type."""
    visit, until = state.visit, state.hurry_until
    if visit is None or until is None or not state.elder or state.prolonged:
        return None
    if until - state.now > WARN_S:
        return None
    alive = Call("visit.alive", {"visit": visit.visit})
    return Step(replace(state, prolonged=True, hurry_until=None), (alive,))


def _expired(state: ViewState, page: Page) -> Step:
    home = replace(
        state, place=Place.HOME, digits="", touched_at=state.now, call_failed=False,
        sent_after=None, matter="",
    )  # fmt: skip
    if page is Page.CALL_BACK:
        return Step(replace(home, help_open=False, calling_back=False))
    if page is Page.HELP:
        return Step(replace(state, help_open=False, touched_at=state.now))
    if page is Page.REFUSED:
        return seen(home)
    if page in FOUR_DROPS:
        return Step(home, (Call(FOUR_DROPS[page]),))
    if page is Page.PIN or page in _STAFF:
        return Step(home, (Call("staff.leave"),))
    visit = state.visit
    if visit is None:
        return Step(home)
    if visit.phase is VisitPhase.DONE:
        return Step(replace(home, ended_visit=visit.visit), leaving(visit))
    if state.hurry_until is not None:
        return Step(state)
    return Step(replace(state, touched_at=state.now), leaving(visit))


def _tidy(state: ViewState) -> ViewState:
    """Leave nothing of the last person for the next one."""
    if state.now - state.touched_at < HOME_RESET_S:
        return state
    return replace(
        state, language=state.home_language, elder=False, digits="", call_failed=False,
        ticked=frozenset(), picked=None, help_page="", help_why="",
    )  # fmt: skip


def leaving(visit: Visit) -> tuple[Call, ...]:
    """Give the call that ends a visit, where the daemon offers that."""
    if Choice.LEAVE not in visit.choices:
        return ()
    return (Call("visit.choose", {"visit": visit.visit, "choice": Choice.LEAVE.value}),)


def seen(state: ViewState) -> Step:
    """Put the refusal on the glass away."""
    refusal = state.snapshot.refusal if state.snapshot else None
    if refusal is None or refusal.n == state.seen_refusal:
        return Step(state)
    return Step(replace(state, seen_refusal=refusal.n), (Call("notice.seen"),))
