"""A code that was forgotten or never came: how to get a new one, without telling whose it was."""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from kiosk_ui.pages.cut import CutPanel
from kiosk_ui.pages.kit import Kit, on_press, regions
from kiosk_ui.touch import Go, Place
from kiosk_ui.view_state import ViewState
from kiosk_ui.widgets.button import Button, Look
from kiosk_ui.widgets.label import body, lead, title
from kiosk_ui.widgets.qr_view import QrView


class LostCodePage(QWidget):
    """By one's own phone, by a message, or by telephone; nothing is looked up on the glass."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "lost-title")
        self._phone = lead(theme, "lost-phone")
        self._qr = QrView("qr", kit.qr)
        self._cut = CutPanel(theme)
        self._call = body(theme, "lost-call")
        self._private = body(theme, "lost-private")
        self._new = on_press(
            Button("new-code", theme, look=Look.MAIN),
            kit,
            Go(Place.NEW_CODE),
        )
        page = regions(self, theme, shows=True)
        page.words.addWidget(self._title)
        page.words.addWidget(self._phone)
        page.picture.addWidget(self._qr, 1)
        page.picture.addWidget(self._cut, 1)
        for way in (self._call, self._private, self._new):
            page.ways.addWidget(way)

    def show_state(self, state: ViewState) -> None:
        """Render the two ways; the phone's only while the centre can be reached."""
        if state.snapshot is None:
            return
        text, face = self._kit.text, state.snapshot.face
        reachable = state.snapshot.invitation.qr is not None
        self._title.say(text("lost.title"))
        self._phone.say(text("lost.phone") if reachable else "")
        self._qr.setVisible(reachable)
        self._cut.setVisible(not reachable)
        to_call = {"telephone": face.telephone, "number": face.short}
        self._cut.say(
            text("home.cut"), works=text("lost.cut_works", **to_call), waits=text("lost.cut_waits")
        )
        self._new.setVisible(reachable)
        self._new.say(text("lost.new"), text("lost.new_how"))
        self._call.say(text("lost.call", **to_call) if reachable else "")
        self._private.say(text("lost.private") if reachable and not self._kit.theme.elder else "")
