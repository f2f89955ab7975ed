"""Starting, and out of service: what does not work, since when, what is safe, whom to call."""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from kiosk_ui.glass_text import day_and_time
from kiosk_ui.pages.kit import Kit, regions, sheet
from kiosk_ui.view_state import Link, ViewState
from kiosk_ui.widgets.label import CENTRE, lead, title
from kiosk_ui.widgets.panel import Panel
from kiosk_ui.works import trouble

_LINK_KEYS = {
    Link.DOWN: "out.link",
    Link.WRONG_PROTOCOL: "out.protocol",
    Link.GARBAGE: "out.protocol",
}


class StartingPage(QWidget):
    """The cabinet looks at its doors; nothing is promised yet."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        self._title = title(kit.theme, "starting-title", align=CENTRE)
        self._why = lead(kit.theme, "starting-why", align=CENTRE)
        page = sheet(self)
        page.addStretch(1)
        page.addWidget(self._title)
        page.addWidget(self._why)
        page.addStretch(1)

    def show_state(self, _state: ViewState) -> None:
        """Render the two sentences."""
        self._title.say(self._kit.text("starting.title"))
        self._why.say(self._kit.text("starting.why"))


class OutOfServicePage(QWidget):
    """No door can be opened."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "out-title")
        self._cause = lead(theme, "out-cause")
        self._panel = Panel("out-panel", theme.card)
        self._remedy = lead(theme, "out-remedy")
        self._safe = lead(theme, "out-safe")
        self._panel.column.addWidget(self._remedy)
        self._panel.column.addWidget(self._safe)
        self._tell = lead(theme, "tell")
        page = regions(self, theme, stacked=True)
        page.words.addStretch(1)
        page.words.addWidget(self._title)
        page.words.addWidget(self._cause)
        page.words.addWidget(self._panel)
        page.words.addWidget(self._tell)
        page.words.addStretch(1 if theme.lying else 2)

    def show_state(self, state: ViewState) -> None:
        """Render the trouble, and since when where that is known."""
        text = self._kit.text
        code, since = trouble(state)
        self._title.say(text("out.title"))
        cause = text(_LINK_KEYS[state.link]) if state.link in _LINK_KEYS else ""
        cause = cause or text.failure(code, "cause")
        if since is not None:
            cause = f"{cause}\n{text('out.since', time=day_and_time(text, since, state.day))}"
        self._cause.say(cause)
        self._remedy.say(text("out.remedy"))
        self._safe.say(text("out.safe"))
        if state.snapshot is None:
            self._tell.say(text("out.tell_unknown", code=code))
            return
        face = state.snapshot.face
        self._tell.say(text("tell", telephone=face.telephone, number=face.short, code=code))
