"""Collect: scan, or type the eight digits; four digits more, and the staff's PIN, likewise."""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from kiosk_ui.pages.kit import Kit, before_digits, on_press, regions
from kiosk_ui.theme import GAP, Theme
from kiosk_ui.touch import Go, Place
from kiosk_ui.view_state import CODE_DIGITS, DIGIT_SHOWN_S, FOUR_DIGITS, PIN_DIGITS, ViewState
from kiosk_ui.widgets.button import Button, Look
from kiosk_ui.widgets.keypad import Keypad, TypedDigits
from kiosk_ui.widgets.label import Label, body, lead, title
from locker.contract.kiosk import Service
from locker.contract.vocabulary import Health


class CodePage(QWidget):
    """Eight digits, masked; the eighth sends them."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "code-title")
        self._scan = (body if theme.elder else lead)(theme, "code-scan")
        self._digits = TypedDigits("code-digits", theme, CODE_DIGITS)
        self._state = _state_label(theme, "code")
        self._forgot = on_press(
            Button("lost-code", theme, look=Look.QUIET, size=36), kit, Go(Place.LOST_CODE)
        )
        self._keypad = Keypad(theme, kit.send)
        page = regions(self, theme, fills=True)
        page.words.addWidget(self._title)
        page.words.addWidget(self._scan)
        before_digits(page.words, theme)
        page.words.addWidget(self._digits)
        page.words.addWidget(self._state)
        page.words.addStretch(1)
        page.words.addWidget(self._forgot)
        page.words.addSpacing(0 if theme.elder or theme.lying else GAP)
        page.ways.addWidget(self._keypad)

    def show_state(self, state: ViewState) -> None:
        """Render the digits, and why the keys may be resting."""
        text, snapshot = self._kit.text, state.snapshot
        if snapshot is None:
            return
        pause, only_typed = state.pause_s, snapshot.service.scanner is Health.DOWN
        self._title.say(text("code.title_typed" if only_typed else "code.title"))
        crowded = state.elder and bool(pause)
        self._scan.say("" if crowded else text(_how_key(snapshot.service, elder=state.elder)))
        self._digits.show_digits(
            state.digits, last_readable=state.now - state.digit_at < DIGIT_SHOWN_S
        )
        busy = state.waiting or snapshot.keypad.checking
        self._keypad.set_enabled(enabled=not pause and not busy)
        if pause:
            key = "code.paused_typed" if only_typed else "code.paused"
            self._state.say(text(key, seconds=pause))
        else:
            self._state.say(text("code.checking") if busy else "")
        self._forgot.say(text("code.forgot"))


def _how_key(service: Service, *, elder: bool) -> str:
    typed = service.scanner is Health.DOWN
    if service.reads_cards:
        return "code.card" if typed or elder else "code.scan_or_card"
    return "code.no_scanner" if typed else "code.scan"


class UnseenPage(QWidget):
    """Digits of which none is ever readable. `ok`: a key sends them; without, the last one does."""

    def __init__(self, kit: Kit, name: str, *, places: int, ok: bool) -> None:
        super().__init__()
        self._kit = kit
        self._name = name
        theme = kit.theme
        self._title = title(theme, f"{name}-title")
        self._why = lead(theme, f"{name}-why")
        self._digits = TypedDigits(f"{name}-digits", theme, places)
        self._state = _state_label(theme, name)
        self._keypad = Keypad(theme, kit.send, ok=kit.text(f"{name}.ok") if ok else "")
        page = regions(self, theme, fills=True)
        page.words.addWidget(self._title)
        page.words.addWidget(self._why)
        before_digits(page.words, theme)
        page.words.addWidget(self._digits)
        page.words.addWidget(self._state)
        page.words.addStretch(1)
        page.ways.addWidget(self._keypad)

    def show_state(self, state: ViewState) -> None:
        """Render how many digits there are, and never which."""
        text, snapshot = self._kit.text, state.snapshot
        asked = None if snapshot is None else snapshot.keypad.last_four
        key = self._name if asked is None else f"{self._name}_{asked.value}"
        checks = snapshot is not None and snapshot.keypad.checking
        busy, pause = state.waiting or checks, state.pause_s if asked else 0
        self._title.say(text(f"{key}.title"))
        self._why.say("" if state.elder and asked and (pause or busy) else text(f"{key}.why"))
        self._digits.show_digits(state.digits, last_readable=False)
        enough = len(state.digits) >= PIN_DIGITS[0]
        self._keypad.set_enabled(enabled=not pause and not busy, enough=enough)
        if pause:
            self._state.say(text("code.paused_all", seconds=pause))
        else:
            self._state.say(text("code.checking") if busy else "")


def _state_label(theme: Theme, name: str) -> Label:
    """Give a label that keeps its room while it says nothing: no digit moves under a finger."""
    label = lead(theme, f"{name}-state")
    policy = label.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    label.setSizePolicy(policy)
    return label


def pin_page(kit: Kit) -> UnseenPage:
    """A badge was scanned: its PIN, four to eight digits, and the key that sends it."""
    return UnseenPage(kit, "pin", places=PIN_DIGITS[1], ok=True)


def card_page(kit: Kit) -> UnseenPage:
    """A card was read: four digits of a person's own; the fourth sends them."""
    return UnseenPage(kit, "card", places=FOUR_DIGITS, ok=False)


def last_four_page(kit: Kit) -> UnseenPage:
    """The code was right and its matter asks for more: four digits; the fourth sends them."""
    return UnseenPage(kit, "last_four", places=FOUR_DIGITS, ok=False)
