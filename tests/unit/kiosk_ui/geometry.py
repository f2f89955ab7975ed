"""What code can judge of a page on the glass.

Clipped text, overlaps, targets, missing glyphs; and, of its picture, the contrast of every text.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from PIL import Image
from PyQt6.QtCore import QPoint, QRect
from PyQt6.QtGui import QFontMetrics
from PyQt6.QtWidgets import QAbstractButton, QWidget

from kiosk_ui.theme import FINGER_MM, PX_PER_MM
from kiosk_ui.widgets.button import Button
from kiosk_ui.widgets.cabinet_map import CabinetMap
from kiosk_ui.widgets.keypad import TypedDigits
from kiosk_ui.widgets.label import Label
from kiosk_ui.widgets.qr_view import QrView

JUDGED = (Label, Button, CabinetMap, QrView, TypedDigits)
LEAST_PRESS = max(60, round(FINGER_MM * PX_PER_MM))
LEAST_QR = 360
LEAST_MAP = 200
LEAST_CONTRAST = 6.5
"""More than WCAG's AAA asks of type this large (4.5): the glass stands in the sun."""
LEAST_INK = 12
"""Dots of one colour that make it a text's own, and no edge between two colours."""


def faults(window: QWidget, *, least_press: int = LEAST_PRESS) -> list[str]:
    """List what is wrong with what the window shows."""
    shown = [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible() and isinstance(widget, JUDGED)
    ]
    found = [f"{_name(widget)}: its text is clipped" for widget in shown if _clipped(widget)]
    for widget in shown:
        if _beyond(widget, window):
            found.append(f"{_name(widget)}: reaches beyond the window")
        if signs := _boxes(widget):
            found.append(f"{_name(widget)}: has no glyph for {signs}")
    return [*found, *_small(shown, least_press), *_overlaps(shown, window)]


def pale_texts(window: QWidget, picture: Image.Image) -> list[str]:
    """List the texts that stand out too little from what is painted behind them."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, Label | Button):
            continue
        at = rect_in(widget, window)
        box = (at.left(), at.top(), at.right() + 1, at.bottom() + 1)
        if widget.text() and (ratio := contrast(picture.crop(box))) < LEAST_CONTRAST:
            found.append(f"{_name(widget)}: {ratio:.1f}:1")
    return found


def contrast(picture: Image.Image) -> float:
    """Give the ratio between the ground of a picture and the colour of what is written on it."""
    width, height = picture.size
    # The table that pillow counts in is as large as the limit: few colours are the rule, and quick.
    found = picture.getcolors(1 << 12) or picture.getcolors(width * height) or []
    counted = sorted(found, reverse=True)
    ground = _luminance(counted[0][1])
    inks = [_luminance(colour) for count, colour in counted if count >= LEAST_INK]
    return max(_ratio(ground, ink) for ink in inks)


def _ratio(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def _luminance(colour: object) -> float:
    assert isinstance(colour, tuple)
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def rect_in(widget: QWidget, window: QWidget) -> QRect:
    """Give a widget's rectangle in the window."""
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def _clipped(widget: QWidget) -> bool:
    return isinstance(widget, Label | Button) and widget.is_clipped()


def _beyond(widget: QWidget, window: QWidget) -> bool:
    return not window.rect().contains(rect_in(widget, window))


def _boxes(widget: QWidget) -> str:
    if not isinstance(widget, Label | Button):
        return ""
    text = widget.text() + (widget.second if isinstance(widget, Button) else "")
    metrics = QFontMetrics(widget.text_font)
    return "".join(sign for sign in text if sign != "\n" and not metrics.inFontUcs4(ord(sign)))


def _small(shown: Sequence[QWidget], least_press: int) -> list[str]:
    wrong = []
    for widget in shown:
        if isinstance(widget, QAbstractButton) and widget.height() < least_press:
            wrong.append(f"{_name(widget)}: only {widget.height()} high")
        if isinstance(widget, QAbstractButton) and widget.width() < least_press:
            wrong.append(f"{_name(widget)}: only {widget.width()} wide")
        if isinstance(widget, QrView) and min(widget.width(), widget.height()) < LEAST_QR:
            wrong.append(f"{_name(widget)}: only {widget.width()}x{widget.height()}")
        if isinstance(widget, CabinetMap) and widget.width() < LEAST_MAP:
            wrong.append(f"{_name(widget)}: only {widget.width()} wide")
        if isinstance(widget, CabinetMap) and widget.height() < 2 * LEAST_MAP:
            wrong.append(f"{_name(widget)}: only {widget.height()} high")
    return wrong


def _overlaps(shown: Sequence[QWidget], window: QWidget) -> list[str]:
    rects = [(widget, rect_in(widget, window)) for widget in shown]
    return [
        f"{_name(one)} and {_name(other)} overlap"
        for (one, first), (other, second) in combinations(rects, 2)
        if first.intersects(second) and not (one.isAncestorOf(other) or other.isAncestorOf(one))
    ]


def _name(widget: QWidget) -> str:
    return widget.objectName() or type(widget).__name__
