"""Simple line icons, drawn by us on a grid of 24 by 24."""

from __future__ import annotations

from enum import StrEnum

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPainterPath, QPen


class Icon(StrEnum):
    """The icons there are."""

    NONE = "none"
    COLLECT = "collect"
    DEPOSIT = "deposit"
    ERASE = "erase"
    TICK = "tick"
    BOX = "box"
    CROSS = "cross"
    SMILE = "smile"
    FLAT = "flat"
    FROWN = "frown"


def paint_icon(painter: QPainter, icon: Icon, box: QRectF, colour: QColor) -> None:
    """Draw an icon into a square box."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / 24, box.height() / 24)
    pen = QPen(colour, 1.6)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(_path(icon))
    painter.restore()


def _path(icon: Icon) -> QPainterPath:
    match icon:
        case Icon.NONE:
            return QPainterPath()
        case Icon.COLLECT:
            return _lines(_TRAY, ((12, 15), (12, 3)), ((7.5, 7.5), (12, 3), (16.5, 7.5)))
        case Icon.DEPOSIT:
            return _lines(_TRAY, ((12, 3), (12, 15)), ((7.5, 10.5), (12, 15), (16.5, 10.5)))
        case Icon.ERASE:
            outline = ((9, 5), (21, 5), (21, 19), (9, 19), (3, 12), (9, 5))
            return _lines(outline, ((12, 9), (18, 15)), ((18, 9), (12, 15)))

        case Icon.BOX:
            return _lines(_SQUARE)
        case Icon.TICK:
            return _lines(_SQUARE, ((7, 12.5), (10.5, 16), (17, 8.5)))
        case Icon.CROSS:
            return _lines(_SQUARE, ((8, 8), (16, 16)), ((16, 8), (8, 16)))
        case Icon.SMILE:
            return _face(180.0, 180.0, 11.0)
        case Icon.FLAT:
            return _face(0.0, 0.0, 15.0)
        case Icon.FROWN:
            return _face(0.0, 180.0, 15.0)


_SQUARE = ((4, 4), (20, 4), (20, 20), (4, 20), (4, 4))


def _face(begin: float, sweep: float, mouth_top: float) -> QPainterPath:
    """Draw a face whose mouth is a part of a circle, or a line where there is no sweep."""
    path = _lines(((9, 8.5), (9, 10)), ((15, 8.5), (15, 10)))
    path.addEllipse(QPointF(12, 12), 9.5, 9.5)
    mouth = QRectF(8, mouth_top, 8, 6)
    if sweep:
        path.arcMoveTo(mouth, begin)
        path.arcTo(mouth, begin, sweep)
        return path
    path.moveTo(QPointF(8, mouth_top))
    path.lineTo(QPointF(16, mouth_top))
    return path


_TRAY = ((3, 13), (3, 21), (21, 21), (21, 13))


def _lines(*strokes: tuple[tuple[float, float], ...]) -> QPainterPath:
    path = QPainterPath()
    for stroke in strokes:
        path.moveTo(QPointF(*stroke[0]))
        for point in stroke[1:]:
            path.lineTo(QPointF(*point))
    return path
