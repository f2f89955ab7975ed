"""In the QR's place while the centre cannot be reached: what works without it."""

from __future__ import annotations

from kiosk_ui.theme import Theme
from kiosk_ui.widgets.label import CENTRE, Label, body, lead, quiet
from kiosk_ui.widgets.panel import Panel


class CutPanel(Panel):
    """Three texts in the middle of a card: what is the matter, what works, what has to wait."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("cut-off", theme.card)
        self._title = Label(
            "cut-title", font=theme.font(56), colour=theme.ink, align=CENTRE, bold=True
        )  # fmt: skip
        self._works = (body if theme.elder else lead)(theme, "cut-works", align=CENTRE)
        self._waits = quiet(theme, "cut-not", align=CENTRE)
        self.column.addStretch(1)
        for label in (self._title, self._works, self._waits):
            self.column.addWidget(label)
        self.column.addStretch(1)

    def say(self, title: str, *, works: str, waits: str) -> None:
        """Show the three."""
        self._title.say(title)
        self._works.say(works)
        self._waits.say(waits)
