"""A list of things to press, a few at a time, with buttons that turn its pages."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from kiosk_ui.pages.kit import ButtonGrid, Kit, on_press
from kiosk_ui.theme import GAP
from kiosk_ui.touch import More, Touch
from kiosk_ui.view_state import ViewState
from kiosk_ui.widgets.button import Button
from kiosk_ui.widgets.icon import Icon


@dataclass(frozen=True, slots=True)
class Row:
    """One button: its name for tests, what it hands on, its two lines, and what stands before."""

    name: str
    touch: Touch
    first: str
    second: str = ""
    icon: Icon = Icon.NONE


class Rows(QWidget):
    """Buttons below each other, lines of `columns` beside each other, so many lines at once.

    `rows-before` and `rows-after` turn the pages.
    """

    def __init__(self, kit: Kit, *, lines: int, columns: int = 1) -> None:
        super().__init__()
        self._kit = kit
        self._columns = columns
        self._size = lines * columns
        self._rows: tuple[Row, ...] = ()
        self._buttons: list[Button] = []
        self._grid = QGridLayout()
        self._grid.setSpacing(GAP)
        self._turn = ButtonGrid()
        self._before = on_press(Button("rows-before", kit.theme, size=40), kit, More(-1))
        self._after = on_press(Button("rows-after", kit.theme, size=40), kit, More(1))
        self._turn.fill([self._before, self._after])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        outer.addLayout(self._grid)
        outer.addWidget(self._turn)

    def show_rows(self, rows: tuple[Row, ...], state: ViewState) -> None:
        """Show the page of the list that the state is at."""
        # One line more than fits beside the buttons that turn pages finds room in their place.
        size = len(rows) if len(rows) <= self._size + self._columns else self._size
        pages = max(1, -(-len(rows) // max(1, size)))
        at = min(state.list_page, pages - 1)
        here = rows[at * size : (at + 1) * size]
        if here != self._rows:
            self._rows = here
            self._make()
        for button in self._buttons:
            button.setEnabled(not state.waiting)
        self._turn.setVisible(pages > 1)
        self._before.say(self._kit.text("staff.before"))
        self._after.say(self._kit.text("staff.after"))
        self._before.setEnabled(at > 0)
        self._after.setEnabled(at < pages - 1)
        self.setVisible(bool(rows))

    def _make(self) -> None:
        for old in self._buttons:
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._buttons = []
        for at, row in enumerate(self._rows):
            made = Button(row.name, self._kit.theme, size=44, icon=row.icon, beside=True)
            button = on_press(made, self._kit, row.touch)
            self._grid.addWidget(button, *divmod(at, self._columns))
            button.say(row.first, row.second)
            button.show()
            self._buttons.append(button)


def list_of(kit: Kit) -> Rows:
    """Make the rows of a page that shows nothing else; such a page is `stacked`."""
    if kit.theme.lying:
        return Rows(kit, lines=2 if kit.theme.elder else 3, columns=2)
    return Rows(kit, lines=4 if kit.theme.elder else 6)
