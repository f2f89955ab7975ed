"""Which page is on the glass: a pure function of the state. Knows no widget."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from kiosk_ui.touch import WORK_PLACES, Place
from kiosk_ui.view_state import (
    ANSWER_SHOWN_S,
    CALL_KEPT_S,
    INVITE_S,
    LINK_GRACE_S,
    UNANSWERED_S,
    Link,
    ViewState,
)
from locker.contract.kiosk import Keypad, Snapshot, Visit
from locker.contract.vocabulary import Health, PhoneUse, Purpose, VisitOutcome, VisitPhase


class Page(StrEnum):
    """The pages, by the names that the rehearsal socket, the log and help calls use."""

    STARTING = "starting"
    OUT_OF_SERVICE = "out_of_service"
    INVITE = "invite"
    HOME = "home"
    CODE = "code"
    CARD = "card"
    LAST_FOUR = "last_four"
    DROP_OFF = "drop_off"
    MATTERS = "matters"
    WALK_IN = "walk_in"
    PAPERS = "papers"
    WALK_IN_NUMBER = "walk_in_number"
    TELL_FREE = "tell_free"
    LOST_CODE = "lost_code"
    NEW_CODE = "new_code"
    OPENING = "opening"
    OPEN = "open"
    ASK = "ask"
    NOT_OPENED = "not_opened"
    LOOK = "look"
    JAMMED = "jammed"
    DONE = "done"
    REFUSED = "refused"
    BADGE = "badge"
    PIN = "pin"
    STAFF = "staff"
    RECALL = "recall"
    BOXES = "boxes"
    AUDIT = "audit"
    TECHNICIAN = "technician"
    HELP = "help"
    CALL_BACK = "call_back"


_PHASES = {
    VisitPhase.OPENING: Page.OPENING,
    VisitPhase.OPEN: Page.OPEN,
    VisitPhase.ASK: Page.ASK,
    VisitPhase.NOT_OPENED: Page.NOT_OPENED,
    VisitPhase.LOOK: Page.LOOK,
    VisitPhase.JAMMED: Page.JAMMED,
    VisitPhase.DONE: Page.DONE,
}
_PLACES = {
    Place.HOME: Page.HOME,
    Place.CODE: Page.CODE,
    Place.DROP_OFF: Page.DROP_OFF,
    Place.MATTERS: Page.MATTERS,
    Place.WALK_IN: Page.WALK_IN,
    Place.PAPERS: Page.PAPERS,
    Place.LOST_CODE: Page.LOST_CODE,
    Place.NEW_CODE: Page.NEW_CODE,
    Place.TELL_FREE: Page.TELL_FREE,
    Place.STAFF: Page.BADGE,
}


PHONE_USES = MappingProxyType(
    {
        Page.NEW_CODE: PhoneUse.NEW_CODE,
        Page.CALL_BACK: PhoneUse.CALL_BACK,
        Page.TELL_FREE: PhoneUse.TELL_FREE,
    }
)
"""The pages on which a telephone number is typed, and what for."""

FOUR_DROPS = MappingProxyType({Page.CARD: "card.drop", Page.LAST_FOUR: "last_four.drop"})
"""The pages on which four digits are typed to what was shown, and the call that goes back."""

_WORK = {Place.RECALL: Page.RECALL, Place.BOXES: Page.BOXES, Place.AUDIT: Page.AUDIT}


def page_of(state: ViewState) -> Page:
    """Give the page to show. The daemon's word comes before the person's choice of place."""
    snapshot = state.snapshot
    cut = _cut_off(state)
    if state.help_open and snapshot is not None:
        return Page.CALL_BACK if state.calling_back else Page.HELP
    if cut is not None:
        return cut
    if snapshot is None:
        return Page.STARTING
    visit, refused = state.visit, _refusal_is_new(state)
    over = visit is not None and visit.phase is VisitPhase.DONE
    four = four_page(snapshot.keypad)
    wanted = refused or four is not None or _at_work(state, snapshot, visit)
    if visit is not None and not (over and wanted):
        return _PHASES[visit.phase]
    at_repair = snapshot.staff.stage == "technician"  # who comes because nothing works
    if (blocked := _blocked(state)) is not None and not at_repair:
        return blocked
    if refused:
        return Page.REFUSED
    if snapshot.offer is not None:
        return Page.WALK_IN_NUMBER
    match snapshot.staff.stage:
        case "pin":
            return Page.PIN
        case "menu":
            return _WORK.get(state.place, Page.STAFF)
        case "technician":
            return Page.BOXES if state.place is Place.BOXES else Page.TECHNICIAN
        case "none" if four is not None:
            return four
        case "none":
            return Page.INVITE if _is_alone(state) else _PLACES.get(state.place, Page.HOME)


def four_page(keypad: Keypad) -> Page | None:
    """Give the page of the four digits that are awaited, if any are."""
    if keypad.card:
        return Page.CARD
    return None if keypad.last_four is None else Page.LAST_FOUR


def _at_work(state: ViewState, snapshot: Snapshot, visit: Visit | None) -> bool:
    """Tell whether staff go on with a round: the next box is their word that the last is done."""
    signed_in = snapshot.staff.stage in {"menu", "technician"}
    taken_out = visit is not None and visit.purpose is Purpose.TAKE_OUT
    sure = visit is not None and visit.outcome is VisitOutcome.CONFIRMED
    return signed_in and (state.place in WORK_PLACES or (taken_out and sure))


def _is_alone(state: ViewState) -> bool:
    """Tell whether nobody has wanted anything for so long that the glass may sleep."""
    scanned = state.snapshot is not None and state.snapshot.invitation.word is not None
    return state.place is Place.HOME and not scanned and state.now - state.touched_at >= INVITE_S


def _refusal_is_new(state: ViewState) -> bool:
    refusal = state.snapshot.refusal if state.snapshot else None
    return refusal is not None and refusal.n != state.seen_refusal


def refusal_band(state: ViewState) -> str:
    """Give the code of a refusal to show as a band over a running visit, or nothing."""
    if state.visit is None or not _refusal_is_new(state):
        return ""
    refusal = state.snapshot.refusal if state.snapshot else None
    return refusal.failure if refusal else ""


def help_band(state: ViewState) -> str:
    """Give the key of what became of a call for help, to show over any other page, or nothing."""
    since, help_call = state.summoned_at, state.snapshot.help if state.snapshot else None
    if since is None or help_call is None or state.help_open:
        return ""
    if help_call.answer is None:
        waits = UNANSWERED_S <= state.now - since < CALL_KEPT_S and not state.number_left
        return "band.unanswered" if waits else ""
    at = state.answered_at
    is_new = at is not None and state.now - at < ANSWER_SHOWN_S
    return f"band.answered_{help_call.answer.value}" if is_new else ""


def _cut_off(state: ViewState) -> Page | None:
    """A daemon that does not speak: nothing on the glass may be believed any more."""
    match state.link:
        case Link.UP:
            return None
        case Link.WRONG_PROTOCOL | Link.GARBAGE:
            return Page.OUT_OF_SERVICE
        case Link.CONNECTING:
            return Page.STARTING if state.snapshot is None else None
        case Link.DOWN:
            if state.snapshot is None:
                waited = state.now - state.link_at > 10 * LINK_GRACE_S
            else:
                waited = state.now - state.link_at > LINK_GRACE_S
            if waited:
                return Page.OUT_OF_SERVICE
            return Page.STARTING if state.snapshot is None else None


def _blocked(state: ViewState) -> Page | None:
    service = state.snapshot.service if state.snapshot else None
    if service is None or service.board is Health.STARTING:
        return Page.STARTING
    if service.board is not Health.OK or not service.recording:
        return Page.OUT_OF_SERVICE
    return None
