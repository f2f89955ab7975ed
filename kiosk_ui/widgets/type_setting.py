"""How text is set: wrapped, measured and painted, with a bold that our one font does not have.

One layout serves measuring and painting, so what is measured to fit does fit. The font comes in one
weight and Qt thickens only its small glyphs, so bold is an outline of our own around every glyph.
Noto's own line spacing (1.45 em) is made for mixed scripts; 1.3 em reads better and saves room.
A line ends where a reader would pause, as far as that takes no line more.
"""

from __future__ import annotations

from itertools import pairwise

from PyQt6.QtCore import QPointF, QRect, Qt, QTextBoundaryFinder
from PyQt6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QFontMetricsF,
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
ALONE, HAN = 4.0, "\u2e80"
"""What such a line costs, beside the pain of the breaks; where scripts without spaces begin."""
QUOTED = 3.0
"""What a break inside quoted words costs: they stand on a button and are looked for whole."""

HALF_EMPTY, HANGING_EM = tuple("，。；：？"), 0.25
"""A centred line that ends with one of these signs stands by so much more to the right."""

_Broken = tuple[int, float, tuple[int, ...]]
"""How a beginning of a text is broken: how many lines, what they cost, and where they end."""

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
    """Break a text into lines; give the layout and its height. `heavy`: bold, in this colour."""
    broken = "\u2028".join(_in_phrases(part, font, width) for part in text.split("\n"))
    layout = QTextLayout(broken, font)
    option = QTextOption(align & Qt.AlignmentFlag.AlignHorizontal_Mask)
    option.setWrapMode(QTextOption.WrapMode.WordWrap)
    layout.setTextOption(option)
    if heavy is not None:
        layout.setFormats([_outlined(font, heavy, len(broken))])
    spacing = font.pixelSize() * LINE_EM
    # What is cut from Noto's tall line comes from above: the descender needs its room below.
    y = -(QFontMetrics(font).height() - spacing) * 0.75
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        words = broken[line.textStart() :][: line.textLength()].rstrip("\u2028")
        hangs = align & Qt.AlignmentFlag.AlignHCenter and words.endswith(HALF_EMPTY)
        line.setPosition(QPointF(HANGING_EM * font.pixelSize() if hangs else 0, y))
        y += spacing
    layout.endLayout()
    return layout, round(spacing * layout.lineCount())


def _in_phrases(text: str, font: QFont, width: int) -> str:
    """Break one paragraph in as few lines as it can be, where a reader would pause."""
    metrics = QFontMetricsF(font)
    room = float(width)
    if metrics.horizontalAdvance(text) <= room or any(letter > "\uffff" for letter in text):
        return text
    places = _places(text)
    begins = [metrics.horizontalAdvance(text[:place]) for place in places]
    ends = [metrics.horizontalAdvance(text[:place].rstrip()) for place in places]
    best: list[_Broken | None] = [(0, 0.0, ())]
    for end in range(1, len(places)):
        ways = []
        for begin in range(end - 1, -1, -1):
            left = room - (ends[end] - begins[begin])
            if left < 0:
                break
            if (before := best[begin]) is not None:
                lines, cost, cuts = before
                cost += _pain(text, places[begin], places[end], left / room)
                ways.append((lines + 1, cost, (*cuts, places[end])))
        best.append(min(ways, default=None))
    if best[-1] is None:
        return text  # a word longer than the line: it is for `fits` to say so
    return "\u2028".join(text[a:b].rstrip() for a, b in pairwise((0, *best[-1][2])))


def _places(text: str) -> list[int]:
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Line, text)
    places = [0]
    while (place := finder.toNextBoundary()) >= 0:
        places.append(place)
    return places


def _pain(text: str, begin: int, end: int, empty: float) -> float:
    """Tell how much a reader minds a line from here to there, of which a share is empty."""
    ragged = 2 * empty**2
    if end == len(text):  # only words with spaces between them are worth being evened out
        return ALONE if end - begin <= LONELY else ragged if max(text) < HAN else 0.0
    before, after = text[begin:end].rstrip(), text[end]
    if text.rfind("“", 0, end) > text.rfind("”", 0, end) or text.count('"', 0, end) % 2:
        return QUOTED + ragged
    if before[-1] in "。！？；.!?;":
        pain = 0.0
    elif before[-1] in "，、·,":
        pain = 0.3
    elif before[-1] in "：:":
        pain = 0.8
    elif begin + len(before) == end:
        pain = 1.5
    else:
        pain = 1.0 + before[-1].isdigit() + after.isdigit()
    return pain + ragged


def _outlined(font: QFont, colour: QColor, length: int) -> QTextLayout.FormatRange:
    pen = QPen(colour, font.pixelSize() * BOLD_OUTLINE)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    heavy = QTextCharFormat()
    heavy.setTextOutline(pen)
    heavy.setForeground(colour)
    span = QTextLayout.FormatRange()
    span.start, span.length, span.format = 0, length, heavy
    return span
