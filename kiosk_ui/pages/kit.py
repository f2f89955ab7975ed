"""What every page is handed when it is made, and the column that pages are laid out in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PyQt6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from kiosk_ui.glass_text import GlassText
from kiosk_ui.theme import GAP, Theme
from kiosk_ui.touch import Touch
from kiosk_ui.view_state import ViewState
from kiosk_ui.widgets.button import Button
from kiosk_ui.widgets.qr_view import QrMaker
from locker.contract.vocabulary import Purpose


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


_GROUPS = {
    Purpose.DEPOSIT: "deposit",
    Purpose.COLLECT: "collect",
    Purpose.LOAD: "load",
    Purpose.TAKE_OUT: "take_out",
    Purpose.RECALL: "take_out",
    Purpose.MAINTAIN: "maintain",
}


def group(purpose: Purpose) -> str:
    """Give the name under which the catalogue keeps the words for a purpose."""
    return _GROUPS[purpose]


def column(page: QWidget) -> QVBoxLayout:
    """Give a page its column: no margins of its own, the window has them."""
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(GAP)
    return layout


def on_press(button: Button, kit: Kit, touch: Touch) -> Button:
    """Let a button hand this touch to the reducer."""
    button.clicked.connect(lambda: kit.send(touch))
    return button


class ButtonGrid(QWidget):
    """Rows of buttons, `columns` wide; a last one that is alone fills its row."""

    def __init__(self, columns: int = 2) -> None:
        super().__init__()
        self._columns = columns
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP)

    def fill(self, buttons: list[Button]) -> None:
        """Show these buttons in place of the former ones."""
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None and old not in buttons:
                old.hide()
                old.deleteLater()
        for at, button in enumerate(buttons):
            row, place = divmod(at, self._columns)
            alone = place == 0 and at == len(buttons) - 1
            self._grid.addWidget(button, row, place, 1, self._columns if alone else 1)
            button.show()
