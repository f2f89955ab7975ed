"""Opening, and open: the map of the real cabinet, the giant number, the words for the place."""

from __future__ import annotations

from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kiosk_ui.pages.choices import ChoiceButtons
from kiosk_ui.pages.kit import Kit, regions
from kiosk_ui.theme import GAP, plain_font
from kiosk_ui.timing import words_of_open_door
from kiosk_ui.view_state import ViewState
from kiosk_ui.widgets.cabinet_map import CabinetMap
from kiosk_ui.widgets.label import CENTRE, Label, lead, title
from locker.contract.kiosk import Snapshot, Visit
from locker.contract.layout import Layout
from locker.contract.vocabulary import VisitPhase


class DoorSign(QWidget):
    """The map beside the number and the words. Green only once the door was seen open."""

    def __init__(self, kit: Kit, layout: Layout, *, pixels: int) -> None:
        super().__init__()
        theme = kit.theme
        self._kit = kit
        self._front = layout
        self._map = CabinetMap("map", theme, layout, flush=True)
        self._number = Label(
            "number", font=plain_font(pixels), colour=theme.ink, align=CENTRE, bold=True
        )
        self._number.setWordWrap(False)
        self._place = Label("place", font=theme.font(52), colour=theme.ink, bold=True)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self._map, 5)
        row.addWidget(self._number, 4)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GAP)
        rows.addLayout(row, 1)
        rows.addWidget(self._place)

    def show_door(self, number: int, *, is_open: bool) -> None:
        """Show which door it is."""
        theme = self._kit.theme
        self._map.mark(number, is_open=is_open)
        self._number.set_colour(theme.green if is_open else theme.ink)
        self._number.say(str(number))
        self._place.say(self._kit.text.place(self._front, number, lines=theme.elder or theme.lying))


class DoorPage(QWidget):
    """A door that is being opened, or stands open."""

    def __init__(self, kit: Kit, layout: Layout) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "door-title")
        self._sign = DoorSign(kit, layout, pixels=theme.giant)
        self._next = lead(theme, "door-next")
        self._choices = ChoiceButtons(kit, help_page="open")
        page = regions(self, theme, shows=True)
        page.words.addWidget(self._title)
        page.picture.addWidget(self._sign, 1)
        (page.words if theme.lying else page.ways).addWidget(self._next)
        page.ways.addWidget(self._choices)

    def show_state(self, state: ViewState) -> None:
        """Render the visit's door."""
        if (visit := state.visit) is None or state.snapshot is None:
            return
        is_open = visit.phase is VisitPhase.OPEN
        key = f"open.title.{visit.purpose.value}" if is_open else "opening.title"
        still = visit.wish is None and words_of_open_door(state) > 0
        if visit.wish is not None:
            key = f"open.wish_title.{visit.wish.value}"
        elif still:
            key = "open.still"  # by now that is what the page is for
        self._title.say(self._kit.text(key, n=visit.compartment))
        theme = self._kit.theme
        self._title.set_colour(theme.green if is_open else theme.ink)
        self._sign.show_door(visit.compartment, is_open=is_open)
        words = self._next_words(visit, state.snapshot, still=still)
        if state.silent and is_open and visit.wish is None and not theme.elder:
            words += self._kit.text("open.look")
        self._next.say(words.strip())
        self._choices.show_choices(state)

    def _next_words(self, visit: Visit, snapshot: Snapshot, *, still: bool) -> str:
        text = self._kit.text
        if visit.phase is VisitPhase.OPENING:
            key = "opening.again" if visit.attempt > 1 else "opening.next"
            return text(key, n=visit.compartment)
        if visit.wish is not None:
            return text(f"open.wish.{visit.wish.value}", n=visit.compartment)
        words = "" if still else text(f"open.next.{visit.purpose.value}", n=visit.compartment)
        if not snapshot.service.recording:
            words += text("open.not_recorded")
        return words
