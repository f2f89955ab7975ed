"""Collect: scan, or type the eight digits; and the staff's PIN, which is typed the same way."""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from kiosk_ui.pages.kit import Kit, column
from kiosk_ui.view_state import CODE_DIGITS, DIGIT_SHOWN_S, PIN_DIGITS, ViewState
from kiosk_ui.widgets.keypad import Keypad, TypedDigits
from kiosk_ui.widgets.label import body, lead, title


class CodePage(QWidget):
    """Eight digits, masked; the eighth sends them."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "code-title")
        self._scan = lead(theme, "code-scan")
        self._digits = TypedDigits("code-digits", theme, CODE_DIGITS)
        self._state = lead(theme, "code-state")
        self._forgot = body(theme, "code-forgot")
        self._keypad = Keypad(theme, kit.send)
        layout = column(self)
        layout.addWidget(self._title)
        layout.addWidget(self._scan)
        layout.addStretch(1)
        layout.addWidget(self._digits)
        layout.addWidget(self._state)
        layout.addWidget(self._forgot)
        layout.addStretch(1)
        layout.addWidget(self._keypad)

    def show_state(self, state: ViewState) -> None:
        """Render the digits, and why the keys may be resting."""
        text, snapshot = self._kit.text, state.snapshot
        if snapshot is None:
            return
        self._title.say(text("code.title"))
        self._scan.say("" if state.elder else text("code.scan"))
        self._digits.show_digits(
            state.digits, last_readable=state.now - state.digit_at < DIGIT_SHOWN_S
        )
        busy = state.waiting or snapshot.keypad.checking
        pause = state.pause_s
        self._keypad.set_enabled(enabled=not pause and not busy)
        if pause:
            self._state.say(text("code.paused", seconds=pause))
        else:
            self._state.say(text("code.checking") if busy else "")
        quiet = busy or pause or state.elder
        words = text("code.forgot", telephone=snapshot.face.telephone)
        self._forgot.say("" if quiet else words)


class PinPage(QWidget):
    """A badge was scanned: its PIN, four to eight digits, and the key that sends it."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "pin-title")
        self._why = lead(theme, "pin-why")
        self._digits = TypedDigits("pin-digits", theme, PIN_DIGITS[1])
        self._state = lead(theme, "pin-state")
        self._keypad = Keypad(theme, kit.send, ok=kit.text("pin.ok"))
        layout = column(self)
        layout.addWidget(self._title)
        layout.addWidget(self._why)
        layout.addStretch(1)
        layout.addWidget(self._digits)
        layout.addWidget(self._state)
        layout.addStretch(1)
        layout.addWidget(self._keypad)

    def show_state(self, state: ViewState) -> None:
        """Render the PIN: never a readable digit."""
        text = self._kit.text
        self._title.say(text("pin.title"))
        self._why.say(text("pin.why"))
        self._digits.show_digits(state.digits, last_readable=False)
        self._keypad.set_enabled(enabled=not state.waiting)
        self._state.say(text("code.checking") if state.waiting else "")
