"""Text on the glass: a label that wraps, in the theme's type."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PyQt6.QtWidgets import QLabel, QSizePolicy
from typing_extensions import override

from kiosk_ui.theme import Theme, plain_font
from kiosk_ui.widgets.type_setting import (
    CENTRE,
    LEFT,
    LINE_EM,
    RIGHT,
    fits,
    paint_text,
    text_height,
    text_width,
)  # fmt: skip

__all__ = ["CENTRE", "LEFT", "RIGHT", "Label", "body", "lead", "quiet", "tick", "title"]


class Label(QLabel):
    """Plain text that wraps and never takes a touch."""

    def __init__(
        self,
        name: str,
        *,
        font: QFont,
        colour: QColor,
        align: Qt.AlignmentFlag = LEFT,
        bold: bool = False,
    ) -> None:
        super().__init__()
        self._bold = bold
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAlignment(align)
        self.setFont(font)
        self.set_colour(colour)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_colour(self, colour: QColor) -> None:
        """Set the colour of the text."""
        self._colour = colour
        self.update()

    def say(self, text: str) -> None:
        """Show a text, and give up the room when there is none."""
        if text != self.text():
            self.setText(text)
        self.setVisible(bool(text))

    @override
    def hasHeightForWidth(self) -> bool:
        return self.wordWrap()

    @override
    def heightForWidth(self, width: int) -> int:
        return text_height(self.text(), self.font(), width)

    @override
    def sizeHint(self) -> QSize:
        width = text_width(self.text(), self.font())
        height = text_height(self.text(), self.font(), width)
        return QSize(min(width, 900) if self.wordWrap() else width, height)

    @override
    def minimumSizeHint(self) -> QSize:
        if not self.wordWrap():
            return self.sizeHint()
        return QSize(60, round(self.font().pixelSize() * LINE_EM))

    @property
    def text_font(self) -> QFont:
        """Give the font of its text."""
        return self.font()

    def is_clipped(self) -> bool:
        """Tell whether some of the text has no room."""
        return not fits(self.text(), self.font(), self.contentsRect())

    @override
    def paintEvent(self, event: QPaintEvent | None) -> None:
        paint_text(
            QPainter(self), self.contentsRect(), self.text(),
            font=self.font(), colour=self._colour, align=self.alignment(), bold=self._bold,
        )  # fmt: skip


def quiet(theme: Theme, name: str, *, align: Qt.AlignmentFlag = LEFT, size: int = 0) -> Label:
    """Make a label for second text."""
    return Label(name, font=theme.font(size or theme.body), colour=theme.quiet, align=align)


def body(theme: Theme, name: str, *, align: Qt.AlignmentFlag = LEFT) -> Label:
    """Make a label for running text."""
    return Label(name, font=theme.font(theme.body), colour=theme.ink, align=align)


def lead(theme: Theme, name: str, *, align: Qt.AlignmentFlag = LEFT) -> Label:
    """Make a label for what matters second."""
    return Label(name, font=theme.font(theme.lead), colour=theme.ink, align=align)


def title(theme: Theme, name: str, *, align: Qt.AlignmentFlag = LEFT) -> Label:
    """Make a label for the page's one question."""
    font = theme.font(theme.title)
    return Label(name, font=font, colour=theme.ink, align=align, bold=True)


def tick(theme: Theme, name: str) -> Label:
    """Make a label for the large tick of what is done."""
    font = plain_font(320) if theme.lying else theme.font(240)
    return Label(name, font=font, colour=theme.green, align=CENTRE, bold=True)
