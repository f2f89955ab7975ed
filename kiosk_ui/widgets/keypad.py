"""Ten digits and an eraser, and the row that shows what was typed, masked."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QGridLayout, QSizePolicy, QWidget
from typing_extensions import override

from kiosk_ui.theme import GAP, Theme, plain_font
from kiosk_ui.touch import Digit, Enter, Erase, Touch
from kiosk_ui.widgets.button import Button, Look
from kiosk_ui.widgets.icon import Icon
from kiosk_ui.widgets.type_setting import paint_text

_ROWS = ("123", "456", "789")


class Keypad(QWidget):
    """Keys named key-0 to key-9, key-erase, and key-enter where a PIN needs it."""

    def __init__(self, theme: Theme, send: Callable[[Touch], None], *, ok: str = "") -> None:
        super().__init__()
        self._theme = theme
        self._send = send
        self._keys: list[Button] = []
        self._ok: Button | None = None
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GAP)
        for row, digits in enumerate(_ROWS):
            for place, digit in enumerate(digits):
                grid.addWidget(self._key(f"key-{digit}", Digit(digit), digit), row, place)
        erase = self._key("key-erase", Erase(), "", icon=Icon.ERASE)
        grid.addWidget(erase, 3, 0)
        grid.addWidget(self._key("key-0", Digit("0"), "0"), 3, 1)
        if ok:
            self._ok = self._key("key-enter", Enter(), ok, look=Look.MAIN)
            grid.addWidget(self._ok, 3, 2)
        for row in range(len(_ROWS) + 1):
            grid.setRowStretch(row, 1)

    def set_enabled(self, *, enabled: bool, enough: bool = True) -> None:
        """Let the keys be pressed, or not; the one that sends only once `enough` is typed."""
        for key in self._keys:
            wanted = enabled and (enough or key is not self._ok)
            if key.isEnabled() != wanted:
                key.setEnabled(wanted)

    def _key(
        self, name: str, touch: Touch, word: str, *, icon: Icon = Icon.NONE,
        look: Look = Look.PLAIN,
    ) -> Button:  # fmt: skip
        size = self._theme.lead if look is Look.MAIN else 64
        key = Button(
            name, self._theme, size=size, icon=icon, least=self._theme.key_height, look=look
        )
        key.say(word)
        key.clicked.connect(lambda: self._send(touch))
        self._keys.append(key)
        return key


class TypedDigits(QWidget):
    """Places for digits: a dot for each typed one, the last one readable for a second."""

    def __init__(self, name: str, theme: Theme, places: int) -> None:
        super().__init__()
        self.setObjectName(name)
        self._theme = theme
        self._places = places
        self._typed = 0
        self._last = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_digits(self, digits: str, *, last_readable: bool) -> None:
        """Show how many digits there are, and perhaps the last of them."""
        last = digits[-1:] if last_readable else ""
        if (len(digits), last) == (self._typed, self._last):
            return
        self._typed, self._last = len(digits), last
        dots = "•" * (len(digits) - len(last)) + last
        self.setAccessibleName(dots)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(900, 128)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(600, 128)

    @override
    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, gap = self._theme, 16
        half = self._places // 2
        middle = 32 if self._places == 8 else 0
        width = min(160, (self.width() - gap * (self._places - 1) - middle) / self._places)
        for at in range(self._places):
            x = at * (width + gap) + (middle if at >= half else 0)
            box = QRectF(x, 4, width, self.height() - 8)
            is_next = at == self._typed
            painter.setPen(QPen(theme.ink if is_next else theme.quiet, 5 if is_next else 2))
            painter.setBrush(theme.card if at < self._typed else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(3, 0, -3, 0), 16, 16)
            self._paint_digit(painter, box, at)

    def _paint_digit(self, painter: QPainter, box: QRectF, at: int) -> None:
        if at >= self._typed:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        if at == self._typed - 1 and self._last:
            font, ink = plain_font(72), self._theme.ink
            paint_text(painter, box.toRect(), self._last, font=font, colour=ink, bold=True)
            return
        painter.setBrush(self._theme.ink)
        painter.drawEllipse(box.center(), 15, 15)
