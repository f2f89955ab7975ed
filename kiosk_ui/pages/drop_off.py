"""Drop off: with a phone, or without one; and the number that a walk-in person writes down."""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from kiosk_ui.pages.kit import Kit, column, on_press
from kiosk_ui.theme import plain_font
from kiosk_ui.touch import Go, Noted, Place, WalkIn
from kiosk_ui.view_state import ViewState
from kiosk_ui.widgets.button import Button, Look
from kiosk_ui.widgets.label import Label, body, lead, quiet, title
from kiosk_ui.widgets.panel import Panel
from kiosk_ui.widgets.qr_view import QrView


class DropOffPage(QWidget):
    """How to hand papers in: the QR leads where the centre can be reached."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "drop-title")
        self._phone = lead(theme, "drop-phone")
        self._qr = QrView("qr", kit.qr)
        self._ready = lead(theme, "drop-have-code")
        self._walk_in = on_press(
            Button("walk-in", theme, look=Look.PLAIN, least=192), kit, Go(Place.WALK_IN)
        )
        page = column(self)
        page.addWidget(self._title)
        self._upper_spring = page.count()
        page.addStretch(0)
        page.addWidget(self._phone)
        page.addWidget(self._qr, 1)
        page.addWidget(self._ready)
        self._spring = page.count()
        page.addStretch(0)
        page.addWidget(self._walk_in)
        self._page = page

    def show_state(self, state: ViewState) -> None:
        """Render the ways of handing in that work now."""
        text, snapshot = self._kit.text, state.snapshot
        if snapshot is None:
            return
        reachable = snapshot.invitation.qr is not None
        self._title.say(text("drop_off.title"))
        self._phone.say(text("drop_off.phone" if reachable else "drop_off.cut"))
        self._qr.setVisible(reachable)
        self._page.setStretch(self._upper_spring, 0 if reachable else 1)
        self._page.setStretch(self._spring, 0 if reachable else 2)
        self._walk_in.set_look(Look.PLAIN if reachable else Look.MAIN)
        self._ready.say(text("drop_off.have_code"))
        open_now = snapshot.service.walk_in
        self._walk_in.setEnabled(open_now)
        second = text("drop_off.walk_in_how" if open_now else "drop_off.walk_in_paused")
        self._walk_in.say(text("drop_off.walk_in"), second)


class WalkInPage(QWidget):
    """Without a phone: what must not go in, before the door opens."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "walk-in-title")
        self._panel = Panel("walk-in-never", theme.card)
        self._never = lead(theme, "walk-in-never-title")
        self._list = body(theme, "walk-in-list")
        self._panel.column.addWidget(self._never)
        self._panel.column.addWidget(self._list)
        self._after = lead(theme, "walk-in-after")
        self._open = on_press(
            Button("walk-in-open", theme, look=Look.MAIN, least=192), kit, WalkIn(low_door=False)
        )
        self._low = on_press(Button("walk-in-low", theme), kit, WalkIn(low_door=True))
        page = column(self)
        page.addWidget(self._title)
        page.addStretch(1)
        page.addWidget(self._panel)
        page.addWidget(self._after)
        page.addStretch(1)
        page.addWidget(self._open)
        page.addWidget(self._low)

    def show_state(self, state: ViewState) -> None:
        """Render the rules and the two doors."""
        text = self._kit.text
        self._title.say(text("walk_in.title"))
        self._never.say(text("walk_in.never"))
        self._list.say(text("walk_in.list"))
        self._after.say(text("walk_in.after"))
        self._open.say(text("walk_in.open"))
        self._low.say(text("walk_in.low"))
        for button in (self._open, self._low):
            button.setEnabled(not state.waiting)


class WalkInNumberPage(QWidget):
    """The number and the code: they stay until [我记下了]."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "noted-title")
        self._panel = Panel("noted-panel", theme.card, pad=48)
        self._number_is = quiet(theme, "noted-number-is")
        self._code_is = quiet(theme, "noted-code-is")
        big = plain_font(144)
        self._number = Label("noted-number", font=big, colour=theme.ink, bold=True)
        self._code = Label("noted-code", font=big, colour=theme.ink, bold=True)
        for label in (self._number_is, self._number, self._code_is, self._code):
            self._panel.column.addWidget(label)
        self._use = lead(theme, "noted-use")
        self._fine = body(theme, "noted-privacy")
        self._noted = on_press(Button("noted", theme, look=Look.MAIN, least=192), kit, Noted())
        page = column(self)
        page.addWidget(self._title)
        page.addStretch(1)
        page.addWidget(self._panel)
        page.addWidget(self._use)
        page.addWidget(self._fine)
        page.addStretch(1)
        page.addWidget(self._noted)

    def show_state(self, state: ViewState) -> None:
        """Render the number, grouped as it is read aloud."""
        text = self._kit.text
        if (visit := state.visit) is None:
            return
        self._title.say(text("noted.title"))
        self._number_is.say(text("noted.number"))
        self._number.say(visit.number)
        self._code_is.say(text("noted.code") if visit.code else "")
        self._code.say(f"{visit.code[:4]} {visit.code[4:]}".strip())
        self._use.say(text("noted.use"))
        self._fine.say(text("noted.secret"))
        self._noted.say(text("noted.button"))
        self._noted.setEnabled(not state.waiting)
