"""What code can judge of a page on the glass: clipped text, overlaps, targets, missing glyphs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from PyQt6.QtCore import QPoint, QRect
from PyQt6.QtGui import QFontMetrics
from PyQt6.QtWidgets import QAbstractButton, QWidget

from kiosk_ui.theme import TARGET
from kiosk_ui.widgets.button import Button
from kiosk_ui.widgets.cabinet_map import CabinetMap
from kiosk_ui.widgets.keypad import TypedDigits
from kiosk_ui.widgets.label import Label
from kiosk_ui.widgets.qr_view import QrView

JUDGED = (Label, Button, CabinetMap, QrView, TypedDigits)
LEAST_QR = 360
LEAST_MAP = 240


def faults(window: QWidget) -> list[str]:
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
    return [*found, *_small(shown), *_overlaps(shown, window)]


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


def _small(shown: Sequence[QWidget]) -> list[str]:
    wrong = []
    for widget in shown:
        if isinstance(widget, QAbstractButton) and widget.height() < TARGET:
            wrong.append(f"{_name(widget)}: only {widget.height()} high")
        if isinstance(widget, QAbstractButton) and widget.width() < TARGET:
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
