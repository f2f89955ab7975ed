"""Nothing opened: why, what to do, and the code to tell on the telephone."""

from __future__ import annotations

from PyQt6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from kiosk_ui.pages.kit import Kit, on_press, regions
from kiosk_ui.theme import MARGIN
from kiosk_ui.touch import RefusalSeen
from kiosk_ui.view_state import ViewState
from kiosk_ui.widgets.button import Button, Look
from kiosk_ui.widgets.label import body, lead, title
from kiosk_ui.widgets.panel import Panel


class RefusedPage(QWidget):
    """A refusal by its stable code."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "refused-title")
        self._cause = lead(theme, "refused-cause")
        self._panel = Panel("refused-panel", theme.card)
        self._remedy = lead(theme, "refused-remedy")
        self._panel.column.addWidget(self._remedy)
        self._tell = body(theme, "tell")
        self._seen = on_press(
            Button("refused-seen", theme, look=Look.MAIN),
            kit,
            RefusalSeen(),
        )
        page = regions(self, theme, stacked=True)
        page.words.addStretch(1)
        page.words.addWidget(self._title)
        page.words.addWidget(self._cause)
        page.words.addSpacing(24)
        page.words.addWidget(self._panel)
        page.words.addStretch(1 if theme.lying else 2)
        ways: QBoxLayout = page.ways
        if theme.lying:
            ways = QHBoxLayout()
            ways.setSpacing(MARGIN)
            page.ways.addLayout(ways)
        ways.addWidget(self._tell, 1)
        ways.addWidget(self._seen, 1)

    def show_state(self, state: ViewState) -> None:
        """Render the refusal, if there still is one."""
        text, snapshot = self._kit.text, state.snapshot
        if snapshot is None or snapshot.refusal is None:
            return
        code = snapshot.refusal.failure
        self._title.say(text.failure(code, "title"))
        self._cause.say(text.failure(code, "cause"))
        self._remedy.say(text.failure(code, "remedy"))
        face = snapshot.face
        self._tell.say(text("tell", telephone=face.telephone, number=face.short, code=code))
        self._seen.say(text("refused.seen"))
