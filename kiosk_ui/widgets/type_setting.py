"""How text is set: wrapped, measured and painted, with a bold that our one font does not have.

One layout serves measuring and painting, so what is measured to fit does fit. The font comes in one
weight and Qt thickens only its small glyphs, so bold is an outline of our own around every glyph.
Noto's own line spacing (1.45 em) is made for mixed scripts; 1.3 em reads better and saves room.
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
LINE_EM = 1.3
LONELY = 2
"""So few characters, a full stop included, are too few for the last line of several."""

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def text_height(text: str, font: QFont, width: int) -> int:
    """Give the height in pixels that a wrapped text needs at this width."""
    return _laid_out(text, font, width)[1]


def text_width(text: str, font: QFont) -> int:
    """Give the width in pixels of a text's longest line, unwrapped."""
    metrics = QFontMetrics(font)
    return max((metrics.horizontalAdvance(line) for line in text.split("\n")), default=0) + 2


def fits(text: str, font: QFont, room: QRect) -> bool:
    """Tell whether a wrapped text fits into a rectangle, its longest word included."""
    layout, height = _laid_out(text, font, room.width())
    widest = max(
        (layout.lineAt(n).naturalTextWidth() for n in range(layout.lineCount())), default=0.0
    )
    return height <= room.height() and widest <= room.width() + 1


def paint_text(
    painter: QPainter, box: QRect, text: str, *, font: QFont, colour: QColor,
    align: Qt.AlignmentFlag = CENTRE, bold: bool = False,
) -> None:  # fmt: skip
    """Paint a wrapped text into a box, in its middle from top to bottom."""
    layout, height = _laid_out(text, font, box.width(), align=align, heavy=colour if bold else None)
    painter.setPen(colour)
    layout.draw(painter, QPointF(box.left(), box.top() + (box.height() - height) / 2))


def _laid_out(
    text: str, font: QFont, width: int, *, align: Qt.AlignmentFlag = LEFT,
    heavy: QColor | None = None,
) -> tuple[QTextLayout, int]:  # fmt: skip
    """Break a text into lines; give the layout and its height. `heavy`: bold, in this colour.

    No character stands alone on the last line: the others give one up.
    """
    layout = QTextLayout(text.replace("\n", "\u2028"), font)
    option = QTextOption(align & Qt.AlignmentFlag.AlignHorizontal_Mask)
    option.setWrapMode(QTextOption.WrapMode.WordWrap)
    layout.setTextOption(option)
    if heavy is not None:
        layout.setFormats([_outlined(font, heavy, len(text))])
    lines = _break(layout, font, width=width, spared=0)
    if lines > 1 and layout.lineAt(lines - 1).textLength() <= LONELY:
        spared = LONELY * font.pixelSize()
        if _break(layout, font, width=width, spared=spared) != lines:
            _break(layout, font, width=width, spared=0)
    return layout, round(font.pixelSize() * LINE_EM * lines)


def _break(layout: QTextLayout, font: QFont, *, width: int, spared: int) -> int:
    """Break into lines that are `spared` pixels narrower than their room; give their number."""
    spacing = font.pixelSize() * LINE_EM
    align = layout.textOption().alignment()
    share = {Qt.AlignmentFlag.AlignHCenter: 0.5, Qt.AlignmentFlag.AlignRight: 1.0}.get(align, 0.0)
    # What is cut from Noto's tall line comes from above: the descender needs its room below.
    y = -(QFontMetrics(font).height() - spacing) * 0.75
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width - spared)
        line.setPosition(QPointF(spared * share, y))
        y += spacing
    layout.endLayout()
    return layout.lineCount()


def _outlined(font: QFont, colour: QColor, length: int) -> QTextLayout.FormatRange:
    pen = QPen(colour, font.pixelSize() * BOLD_OUTLINE)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    heavy = QTextCharFormat()
    heavy.setTextOutline(pen)
    heavy.setForeground(colour)
    span = QTextLayout.FormatRange()
    span.start, span.length, span.format = 0, length, heavy
    return span
