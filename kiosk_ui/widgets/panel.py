"""A ground with round corners that holds other things: a card, or a band that warns."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from kiosk_ui.theme import CORNER


class Panel(QWidget):
    """A coloured ground with a column of widgets on it."""

    def __init__(self, name: str, ground: QColor, *, pad: int = 32) -> None:
        super().__init__()
        self.setObjectName(name)
        self._ground = ground
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(pad, pad, pad, pad)
        self.column.setSpacing(16)

    def set_ground(self, ground: QColor) -> None:
        """Colour it anew."""
        self._ground = ground
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._ground)
        painter.drawRoundedRect(QRectF(self.rect()), CORNER, CORNER)
