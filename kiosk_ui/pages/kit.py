"""What every page is handed when it is made, and the parts that pages are laid out in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PyQt6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from kiosk_ui.glass_text import GlassText
from kiosk_ui.theme import GAP, MARGIN, Theme
from kiosk_ui.touch import Touch
from kiosk_ui.view_state import ViewState
from kiosk_ui.widgets.button import Button
from kiosk_ui.widgets.qr_view import QrMaker


@dataclass(frozen=True, slots=True)
class Kit:
    """The theme, the words, where touches go, and the maker of QR codes."""

    theme: Theme
    text: GlassText
    send: Callable[[Touch], None]
    qr: QrMaker


class StatePage(Protocol):
    """A page: a widget that is handed states."""

    def show_state(self, state: ViewState) -> None:
        """Render a state."""
        ...


@dataclass(frozen=True, slots=True)
class Regions:
    """What a page says, what it shows, and what there is to press.

    Upright they stand below each other, what is pressed at the bottom, within reach from a
    wheelchair. Lying, what is shown (or said, where nothing is shown) stands to the left, unless
    the page is `stacked`.
    """

    words: QBoxLayout
    picture: QBoxLayout
    ways: QBoxLayout


def regions(
    page: QWidget, theme: Theme, *, shows: bool = False, fills: bool = False, stacked: bool = False
) -> Regions:
    """Give a page its parts; the window has the margins.

    `shows`: it has a picture; `fills`: lying, what is pressed grows to the height of the glass;
    `stacked`: lying too the parts stand below each other, each as wide as the glass.
    """
    made = Regions(_column(), _column(), _column())
    parts = (made.words, made.picture, made.ways)
    outer: QBoxLayout
    if stacked or not theme.lying:
        outer = QVBoxLayout(page)
        for part in parts:
            outer.addLayout(part, 1 if part is (made.picture if shows else made.words) else 0)
    else:
        outer = QHBoxLayout(page)
        right = _column()
        outer.addLayout(made.picture if shows else made.words, 1)
        right.addLayout(made.words if shows else made.picture)
        right.addStretch(0 if fills else 1)
        right.addLayout(made.ways, 1 if fills else 0)
        outer.addLayout(right, 1)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.setSpacing(MARGIN if theme.lying and not stacked else GAP)
    return made


def head(part: QBoxLayout, theme: Theme, title: QWidget, how: QWidget) -> None:
    """Put what a list is, and how to use it, over the list: lying, beside each other."""
    row = QHBoxLayout() if theme.lying else QVBoxLayout()
    row.setSpacing(MARGIN if theme.lying else GAP)
    row.addWidget(title)
    row.addWidget(how, 1)
    part.addLayout(row)


def before_digits(part: QBoxLayout, theme: Theme) -> None:
    """Leave room before what is typed: lying it stands under the words, upright by the keys."""
    if theme.lying:
        part.addSpacing(GAP)
    else:
        part.addStretch(1)


def sheet(page: QWidget) -> QVBoxLayout:
    """Give a page that only says something its one column, in the middle of the glass."""
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(GAP)
    return layout


def _column() -> QVBoxLayout:
    layout = QVBoxLayout()
    layout.setSpacing(GAP)
    return layout


def on_press(button: Button, kit: Kit, touch: Touch) -> Button:
    """Let a button hand this touch to the reducer."""
    button.clicked.connect(lambda: kit.send(touch))
    return button


class ButtonGrid(QWidget):
    """Rows of buttons as wide as each other, at most `columns` in a row."""

    def __init__(self, columns: int = 2) -> None:
        super().__init__()
        self._columns = columns
        self._rows = _column()
        self._rows.setContentsMargins(0, 0, 0, 0)
        self.setLayout(self._rows)

    def fill(self, buttons: list[Button]) -> None:
        """Show these buttons in place of the former ones."""
        while (item := self._rows.takeAt(0)) is not None:
            if (row := item.layout()) is not None:
                row.deleteLater()
        for old in self.findChildren(Button):
            if old not in buttons:
                old.hide()
                old.deleteLater()
        for at in range(0, len(buttons), self._columns):
            row = QHBoxLayout()
            row.setSpacing(GAP)
            self._rows.addLayout(row)
            for button in buttons[at : at + self._columns]:
                row.addWidget(button, 1)
                button.show()
