"""How text is set: wrapped, measured and painted, with a bold that our one font does not have.

The font comes in one weight. Qt thickens small glyphs by itself but not large ones, so bold is an
outline of our own around every glyph, the same at every size.
"""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRect, Qt
from PyQt6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QPen,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)  # fmt: skip

BOLD_OUTLINE = 0.034
"""Width of the outline in ems: what Noto's own bold adds to a stem."""

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def text_height(text: str, font: QFont, width: int) -> int:
    """Give the height in pixels that a wrapped text needs at this width."""
    return _need(text, font, width).height()


def fits(text: str, font: QFont, room: QRect) -> bool:
    """Tell whether a wrapped text fits into a rectangle, to the pixel."""
    need = _need(text, font, room.width())
    return need.width() <= room.width() and need.height() <= room.height()


def paint_text(
    painter: QPainter, box: QRect, text: str, *, font: QFont, colour: QColor,
    align: Qt.AlignmentFlag = CENTRE, bold: bool = False,
) -> None:  # fmt: skip
    """Paint a wrapped text into a box."""
    if not bold:
        painter.setPen(colour)
        painter.setFont(font)
        painter.drawText(box, int(align | Qt.TextFlag.TextWordWrap), text)
        return
    layout, height = _bold_layout(text, font, colour, align=align, width=box.width())
    top = box.top() + (box.height() - height) / 2
    layout.draw(painter, QPointF(box.left(), top))


def _need(text: str, font: QFont, width: int) -> QRect:
    flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
    return QFontMetrics(font).boundingRect(QRect(0, 0, width, 10_000), int(flags), text)


def _bold_layout(
    text: str, font: QFont, colour: QColor, *, align: Qt.AlignmentFlag, width: int
) -> tuple[QTextLayout, float]:
    layout = QTextLayout(text.replace("\n", "\u2028"), font)
    option = QTextOption(align & Qt.AlignmentFlag.AlignHorizontal_Mask)
    option.setWrapMode(QTextOption.WrapMode.WordWrap)
    layout.setTextOption(option)
    heavy = QTextCharFormat()
    pen = QPen(colour, font.pixelSize() * BOLD_OUTLINE)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    heavy.setTextOutline(pen)
    heavy.setForeground(colour)
    span = QTextLayout.FormatRange()
    span.start, span.length, span.format = 0, len(text), heavy
    layout.setFormats([span])
    layout.beginLayout()
    y = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(0, y))
        y += QFontMetrics(font).lineSpacing()
    layout.endLayout()
    return layout, y
