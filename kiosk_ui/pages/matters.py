"""Without a phone: what the papers are for, in the words that people use, or "I do not know"."""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from kiosk_ui.pages.kit import Kit, head, on_press, regions
from kiosk_ui.pages.rows import Row, Rows
from kiosk_ui.touch import ChooseMatter
from kiosk_ui.view_state import ViewState
from kiosk_ui.widgets.button import Button
from kiosk_ui.widgets.label import body, title

LINES, LINES_LARGE, LINES_LYING, LINES_LYING_LARGE = 6, 5, 3, 2


class MattersPage(QWidget):
    """The centre's catalogue as this cabinet keeps it, some at a time."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "matters-title")
        self._why = body(theme, "matters-why")
        lying = LINES_LYING_LARGE if theme.elder else LINES_LYING
        upright = LINES_LARGE if theme.elder else LINES
        self._rows = Rows(kit, lines=lying, columns=2) if theme.lying else Rows(kit, lines=upright)
        self._other = on_press(Button("matter-other", theme), kit, ChooseMatter())
        page = regions(self, theme, stacked=True)
        head(page.words, theme, self._title, self._why)
        page.words.addStretch(1)
        page.ways.addWidget(self._rows)
        page.ways.addWidget(self._other)

    def show_state(self, state: ViewState) -> None:
        """Render the matters."""
        text = self._kit.text
        self._title.say(text("matters.title"))
        self._why.say(text("matters.why"))
        rows = tuple(
            Row(f"matter-{matter.key}", ChooseMatter(matter.key), matter.title(text.language))
            for matter in state.matters
        )
        self._rows.show_rows(rows, state)
        self._other.say(text("matters.other"))
