"""A telephone number is typed: readable while it is typed, gone once the centre has it."""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from kiosk_ui.page_choice import PHONE_USES, page_of
from kiosk_ui.pages.kit import Kit, before_digits, on_press, regions
from kiosk_ui.reducer import is_phone
from kiosk_ui.theme import plain_font
from kiosk_ui.touch import Go, Place
from kiosk_ui.view_state import ViewState
from kiosk_ui.widgets.button import Button, Look
from kiosk_ui.widgets.keypad import Keypad
from kiosk_ui.widgets.label import Label, body, lead, tick, title
from locker.contract.vocabulary import AskState, PhoneUse

MOBILE_DIGITS = 11


class PhonePage(QWidget):
    """For each `PhoneUse` its own words; what became of the number is said in the same place."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "phone-title")
        self._why = lead(theme, "phone-why")
        font = plain_font(80 if theme.lying else 96)
        self._number = Label("phone-number", font=font, colour=theme.ink, bold=True)
        self._mark = tick(theme, "phone-mark")
        self._state = body(theme, "phone-state")
        self._after = body(theme, "phone-after")
        self._keypad = Keypad(theme, kit.send, ok=kit.text("phone.send"))
        self._home = on_press(
            Button("phone-home", theme, look=Look.MAIN),
            kit,
            Go(Place.HOME),
        )
        page = regions(self, theme, fills=True)
        page.words.addWidget(self._title)
        page.words.addWidget(self._why)
        before_digits(page.words, theme)
        page.words.addWidget(self._number)
        page.words.addWidget(self._state)
        # What becomes of the number stands in the middle of the room that the keys leave.
        if not theme.lying:
            page.words.addWidget(self._mark)
        page.words.addStretch(1)
        page.ways.addWidget(self._keypad, 1)
        if theme.lying:
            page.ways.addWidget(self._mark, 1)
        page.ways.addWidget(self._after)
        page.ways.addWidget(self._home)

    def show_state(self, state: ViewState) -> None:
        """Render the number while it is typed, or what became of it."""
        use = PHONE_USES.get(page_of(state))
        if use is None or state.snapshot is None:
            return
        text, asked = self._kit.text, state.asked
        taken = asked is AskState.TAKEN
        title, why = ("taken_title", "taken") if taken else ("title", "why")
        self._title.say(text(f"phone.{use.value}.{title}"))
        self._why.say(text(f"phone.{use.value}.{why}"))
        self._number.say("" if taken else grouped(state.digits))
        telephone = state.snapshot.face.telephone
        self._state.say("" if taken else text(_state_key(state, use), telephone=telephone))
        self._after.say(text("phone.after", telephone=telephone) if taken else "")
        self._mark.say("✓" if taken else "")
        self._keypad.setVisible(not taken)
        self._keypad.set_enabled(
            enabled=not state.waiting and asked is not AskState.SENDING,
            enough=is_phone(state.digits, use),
        )
        self._home.setVisible(taken)
        self._home.say(text("phone.home"))


def grouped(digits: str) -> str:
    """Write a number as it is read aloud, with the places that are still empty."""
    places = digits.ljust(MOBILE_DIGITS, "_")
    first = 3 if len(places) == MOBILE_DIGITS else 4
    return f"{places[:first]} {places[first : first + 4]} {places[first + 4 :]}"


def _state_key(state: ViewState, use: PhoneUse) -> str:
    match state.asked:
        case AskState.SENDING | AskState.TAKEN:
            return "phone.sending"
        case AskState.CUT:
            return "phone.cut"
        case AskState.TOO_MANY:
            return "phone.too_many_wait" if use is PhoneUse.TELL_FREE else "phone.too_many"
        case AskState.NONE:
            if state.waiting:
                return "phone.sending"
            odd = len(state.digits) >= MOBILE_DIGITS and not is_phone(state.digits, use)
            hint = "phone.hint_mobile" if use is PhoneUse.TELL_FREE else "phone.hint"
            return "phone.odd" if odd else hint
