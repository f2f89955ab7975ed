"""The real cabinet as a drawing, from its layout: the door that matters is green, others outlines.

Nobody learns from it which boxes are occupied.
"""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from kiosk_ui.theme import Theme, plain_font
from kiosk_ui.widgets.type_setting import paint_text
from locker.contract.layout import Cell, Console, Layout

LEAST_DIGITS = 15
"""Smaller figures than this nobody reads: on a small map only the marked door is numbered."""

LEGIBLE_DIGITS, WIDER = 28, 1.4
"""Where a page is too low for such figures the front is drawn wider, so much at most."""


class CabinetMap(QWidget):
    """Draw the front; `mark` names the door, and whether it was seen open. `flush`: to the left."""

    def __init__(
        self, name: str, theme: Theme, layout: Layout, *, flush: bool = False
    ) -> None:  # fmt: skip
        super().__init__()
        self.setObjectName(name)
        self._theme = theme
        self._front = layout
        self._flush = flush
        self._number: int | None = None
        self._open = False
        policy = QSizePolicy.Policy.Expanding
        self.setSizePolicy(policy, policy)

    def mark(self, number: int | None, *, is_open: bool) -> None:
        """Show which door matters: green once it was seen open, an outline in ink before."""
        if (number, is_open) != (self._number, self._open):
            self._number, self._open = number, is_open
            self.setAccessibleName("" if number is None else str(number))
            self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(360, 360 * self._front.height // self._front.width)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(200, 200 * self._front.height // self._front.width)

    @override
    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide, high, left, top = self._frame()
        theme = self._theme
        painter.setPen(QPen(theme.quiet, 3))
        painter.setBrush(theme.card)
        front = QRectF(left, top, self._front.width * wide, self._front.height * high)
        painter.drawRoundedRect(front, 10, 10)
        for cell in self._front.cells:
            self._paint_cell(painter, cell)
        self._paint_screen(painter)

    def _frame(self) -> tuple[float, float, float, float]:
        """Give pixels a millimetre, across and upwards, and the drawing's upper left corner."""
        width, height = self.width() - 8, self.height() - 8
        high = min(width / self._front.width, height / self._front.height)
        narrowest = min(cell.width for cell in self._front.cells)
        needed = (2 * LEGIBLE_DIGITS + 6) / narrowest  # a figure of two digits, and the box's edges
        wide = min(width / self._front.width, max(high, min(needed, high * WIDER)))
        left = 4.0 if self._flush else (self.width() - self._front.width * wide) / 2
        return wide, high, left, (self.height() - self._front.height * high) / 2

    def _box(self, cell: Cell | Console) -> QRectF:
        wide, high, left, top = self._frame()
        y = top + (self._front.height - cell.y - cell.height) * high
        box = QRectF(left + cell.x * wide, y, cell.width * wide, cell.height * high)
        return box.adjusted(3, 3, -3, -3)

    def _paint_cell(self, painter: QPainter, cell: Cell) -> None:
        theme, box = self._theme, self._box(cell)
        marked = cell.number == self._number
        text = theme.quiet
        if marked and self._open:
            painter.setPen(QPen(theme.green, 4))
            painter.setBrush(theme.green)
            text = theme.on_colour
        elif marked:
            painter.setPen(QPen(theme.ink, 8))
            painter.setBrush(theme.paper)
            text = theme.ink
        else:
            painter.setPen(QPen(theme.quiet, 2))
            painter.setBrush(theme.paper)
        painter.drawRoundedRect(box, 6, 6)
        pixels = int(min(box.width() * 0.66, box.height() * 0.6, 64)) if marked else self._digits()
        if pixels < LEAST_DIGITS and not marked:
            return
        font = plain_font(max(12, pixels))
        at = box.toRect()
        paint_text(painter, at, str(cell.number), font=font, colour=text, bold=marked)

    def _digits(self) -> int:
        """Give one size for the numbers of all doors: what fits into the smallest."""
        boxes = [self._box(cell) for cell in self._front.cells]
        return int(min(36.0, *(min(box.width() * 0.5, box.height() * 0.6) for box in boxes)))

    def _paint_screen(self, painter: QPainter) -> None:
        """Draw the console as the dark screen that the reader is looking at."""
        theme, box = self._theme, self._box(self._front.console)
        painter.setPen(QPen(theme.quiet, 2))
        painter.setBrush(theme.card)
        painter.drawRoundedRect(box, 6, 6)
        glass = box.adjusted(box.width() * 0.14, box.height() * 0.1, 0, 0)
        glass.setWidth(box.width() * 0.72)
        glass.setHeight(box.height() * 0.6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.quiet)
        painter.drawRoundedRect(glass, 6, 6)
