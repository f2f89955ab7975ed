"""After a minute alone: what the cabinet is for, large enough to be read from across the square.

It is also the sleeping glass: a touch anywhere only wakes it. The QR works as it is; without a
centre the cabinet itself stands in its place.
"""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from kiosk_ui.pages.kit import Kit, regions
from kiosk_ui.theme import plain_font
from kiosk_ui.view_state import ViewState
from kiosk_ui.widgets.cabinet_map import CabinetMap
from kiosk_ui.widgets.label import CENTRE, Label, title
from kiosk_ui.widgets.qr_view import QrView
from locker.contract.layout import Layout


class InvitePage(QWidget):
    """Nothing to press: the whole glass is."""

    def __init__(self, kit: Kit, layout: Layout) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        pixels = 200 if kit.text.language == "zh_CN" else 128
        font = plain_font(round(pixels * (0.8 if theme.lying else 1)))
        self._title = Label(
            "invite-title", font=font, colour=theme.red, align=CENTRE, bold=True
        )  # fmt: skip
        self._why = title(theme, "invite-why", align=CENTRE)
        self._qr = QrView("qr", kit.qr)
        self._map = CabinetMap("map", theme, layout)
        self._how = title(theme, "invite-how", align=CENTRE)
        page = regions(self, theme, shows=True)
        page.words.addWidget(self._title)
        page.words.addWidget(self._why)
        page.picture.addWidget(self._qr, 1)
        page.picture.addWidget(self._map, 1)
        page.ways.addWidget(self._how)
        if theme.lying:  # with the QR, from its upper edge to its lower
            page.words.setContentsMargins(0, 32, 0, 0)
            page.ways.setContentsMargins(0, 0, 0, 48)

    def show_state(self, state: ViewState) -> None:
        """Render the invitation, with the QR where phones can use it, else with the cabinet."""
        text, snapshot = self._kit.text, state.snapshot
        reachable = snapshot is not None and snapshot.invitation.qr is not None
        self._title.say(text("invite.title"))
        self._why.say(text("invite.why"))
        self._qr.setVisible(reachable)
        self._map.setVisible(not reachable)
        self._how.say(text("invite.how" if reachable else "invite.how_cut"))
