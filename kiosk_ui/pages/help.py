"""Help: whom to call, the number to tell, and what still works."""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from kiosk_ui.pages.kit import Kit, column, on_press
from kiosk_ui.theme import plain_font
from kiosk_ui.touch import Back
from kiosk_ui.view_state import ViewState
from kiosk_ui.widgets.button import Button, Look
from kiosk_ui.widgets.label import Label, body, lead, quiet, title
from kiosk_ui.widgets.panel import Panel
from kiosk_ui.works import works_keys
from locker.contract.kiosk import Snapshot


class HelpPage(QWidget):
    """The telephone, in giant figures, over whatever page asked."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "help-title")
        self._panel = Panel("help-panel", theme.card, pad=40)
        self._call = quiet(theme, "help-call")
        self._phone = Label(
            "help-telephone", font=plain_font(104), colour=theme.red, bold=True
        )  # fmt: skip
        self._tell = body(theme, "help-tell")
        for label in (self._call, self._phone, self._tell):
            self._panel.column.addWidget(label)
        self._works_title = lead(theme, "help-works-title")
        running = body if theme.elder else lead
        self._works = running(theme, "help-works")
        self._back = on_press(Button("help-back", theme, look=Look.MAIN), kit, Back())
        page = column(self)
        page.addWidget(self._title)
        page.addStretch(1)
        page.addWidget(self._panel)
        page.addStretch(1)
        page.addWidget(self._works_title)
        page.addWidget(self._works)
        page.addStretch(2)
        page.addWidget(self._back)

    def show_state(self, state: ViewState) -> None:
        """Render whom to call and what works."""
        if state.snapshot is None:
            return
        text, face = self._kit.text, state.snapshot.face
        self._title.say(text("help.title"))
        self._call.say(text("help.call", community=face.community))
        self._phone.say(face.telephone)
        self._tell.say(text("help.tell", number=_short(state.snapshot)))
        self._works_title.say(text("help.works"))
        self._works.say("\n".join(text(key) for key in works_keys(state)))
        self._back.say(text("help.back"))


def _short(snapshot: Snapshot) -> str:
    """Give the number to tell: the cabinet's, and the door's while there is one."""
    visit = snapshot.visit
    return f"{snapshot.face.short}-{visit.compartment}" if visit else snapshot.face.short
