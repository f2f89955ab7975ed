"""What is heard when the glass changes: a chime, and keys of sentences. Pure.

A sentence's key names its text in `texts/voice.<language>.toml` and its recording,
`<key>.<language>.wav`. No key and no text holds a digit that a person typed or must keep.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk_ui.page_choice import PHONE_USES, Page, page_of
from kiosk_ui.timing import warning_s, words_of_open_door
from kiosk_ui.view_state import ViewState
from locker.contract.vocabulary import Purpose, SlipState, VisitOutcome


class Chime(StrEnum):
    """The sounds that are no words."""

    OPEN = "open"
    SHUT = "shut"
    WARN = "warn"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Cue:
    """What is to be heard now. `door` comes before the sentence, as "door 7".

    `digit`: what was just typed, for headphones alone; never one of those that are never readable.
    """

    chime: Chime | None = None
    sentence: str = ""
    door: int | None = None
    digit: str = ""


_READABLE = {Page.CODE, *PHONE_USES}
"""Pages on which a digit that was just typed can be read, too."""
_SAID = {
    Page.CODE: "code",
    Page.CARD: "card",
    Page.LOST_CODE: "lost_code",
    Page.NEW_CODE: "phone",
    Page.CALL_BACK: "phone",
    Page.TELL_FREE: "phone",
    Page.DROP_OFF: "drop_off",
    Page.MATTERS: "matters",
    Page.WALK_IN: "walk_in",
    Page.PAPERS: "papers",
    Page.JAMMED: "jammed",
    Page.LOOK: "look",
    Page.REFUSED: "refused",
    Page.HELP: "help",
    Page.OUT_OF_SERVICE: "out_of_service",
}
_RESIDENTS = {Purpose.COLLECT, Purpose.DEPOSIT}
_WITH_DOOR = {Page.OPENING, Page.OPEN, Page.NOT_OPENED, Page.JAMMED, Page.LOOK}


DAY_MINUTES = (6 * 60 + 30, 22 * 60)
"""When an open door may be spoken of aloud."""


def cue_of(before: ViewState, after: ViewState) -> Cue | None:
    """Give what is heard when one state follows the other; None where nothing is."""
    was, now = page_of(before), page_of(after)
    if now is Page.OPEN and words_of_open_door(after) > words_of_open_door(before):
        return _open_cue(after)
    if warning_s(before) is None and warning_s(after) is not None and was is now:
        return Cue(Chime.WARN, "warning")
    if len(after.digits) > len(before.digits):
        return Cue(Chime.KEY, digit=after.digits[-1] if now in _READABLE else "")
    if was is now and _slip(before) is _slip(after):
        return None
    return _page_cue(was, now, after)


def _open_cue(state: ViewState) -> Cue | None:
    """A calm word for a door that stands open; at night it is only on the glass."""
    visit = state.visit
    if visit is None or not DAY_MINUTES[0] <= state.minute_of_day < DAY_MINUTES[1]:
        return None
    return Cue(None, "still_open", visit.compartment)


def _page_cue(was: Page, now: Page, state: ViewState) -> Cue | None:
    visit = state.visit
    chime = None
    if now is Page.OPEN:
        chime = Chime.OPEN
    elif was is Page.OPEN and now in {Page.ASK, Page.DONE}:
        chime = Chime.SHUT
    sentence = _sentence(now, state)
    if sentence and visit is not None and visit.purpose not in _RESIDENTS and now in _WITH_DOOR:
        sentence = "opened" if now is Page.OPEN else sentence
    if not sentence and chime is None:
        return None
    door = visit.compartment if visit is not None and now in _WITH_DOOR else None
    return Cue(chime, sentence, door if sentence else None)


def _sentence(page: Page, state: ViewState) -> str:
    visit = state.visit
    match page:
        case Page.WALK_IN_NUMBER:
            slip = _slip(state)
            if slip is SlipState.PRINTING:
                return ""
            return "slip_printed" if slip is SlipState.PRINTED else "note_number"
        case Page.LAST_FOUR:
            asked = state.snapshot.keypad.last_four if state.snapshot else None
            return f"last_four_{asked.value}" if asked else ""
        case Page.OPENING | Page.NOT_OPENED:
            return page.value
        case Page.OPEN | Page.ASK if visit is not None:
            said = {Page.OPEN: "opened", Page.ASK: "ask"}[page]
            return f"{said}_{visit.purpose.value}" if visit.purpose in _RESIDENTS else ""
        case Page.DONE if visit is not None:
            sure = visit.outcome is VisitOutcome.CONFIRMED and visit.purpose in _RESIDENTS
            return f"done_{visit.purpose.value}" if sure else ""
        case _:
            return _SAID.get(page, "")


def _slip(state: ViewState) -> SlipState | None:
    offer = state.snapshot.offer if state.snapshot else None
    return offer.slip if offer else None


def loudness(minute_of_day: int) -> float:
    """Give the volume by the time of day, 0 to 1: windows are near, and people sleep."""
    if 8 * 60 <= minute_of_day < 20 * 60:
        return 0.9
    if 6 * 60 + 30 <= minute_of_day < 22 * 60:
        return 0.5
    return 0.2
