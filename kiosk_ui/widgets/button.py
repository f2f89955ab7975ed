"""What a finger presses: its text wraps, it shows the press at once, and a finger may slip."""

from __future__ import annotations

from enum import Enum, auto

from PyQt6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QAbstractButton, QSizePolicy
from typing_extensions import override

from kiosk_ui.theme import CORNER, Theme
from kiosk_ui.widgets.icon import Icon, paint_icon
from kiosk_ui.widgets.type_setting import CENTRE, LEFT, fits, paint_text, text_height

PAD = 20
BETWEEN = 12


class Look(Enum):
    """How much a button asks to be pressed."""

    MAIN = auto()
    """The one way on: filled with the steward's red."""
    PLAIN = auto()
    """Another way."""
    QUIET = auto()
    """The footer's: an outline."""


class Button(QAbstractButton):
    """A button with a word, maybe a second line, and an icon above or `beside` it.

    `least`: its height, if it is not what the look has by itself.
    """

    def __init__(
        self,
        name: str,
        theme: Theme,
        *,
        look: Look = Look.PLAIN,
        size: int = 48,
        icon: Icon = Icon.NONE,
        least: int = 0,
        beside: bool = False,
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self._theme = theme
        self._look = look
        self._font = theme.font(size)
        self._second_font = theme.font(theme.small)
        self._icon = icon
        self._icon_px = 88 if icon is not Icon.NONE else 0
        self._aside = self._icon_px if beside else 0
        natural = theme.main_height if look is Look.MAIN else theme.target
        self._least = max(least or natural, theme.target)
        self._pad = 8 if look is Look.QUIET else PAD
        self._second = ""
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def say(self, text: str, second: str = "") -> None:
        """Show the button's word and its second line."""
        if (text, second) == (self.text(), self._second):
            return
        self._second = second
        self.setText(text)
        self.updateGeometry()
        self.update()

    def set_icon(self, icon: Icon) -> None:
        """Show another icon of the same size."""
        if icon is not self._icon:
            self._icon = icon
            self.update()

    def set_look(self, look: Look) -> None:
        """Change how much it asks to be pressed."""
        if look is not self._look:
            self._look = look
            self.update()

    @property
    def text_font(self) -> QFont:
        """Give the font of its word."""
        return self._font

    @property
    def second(self) -> str:
        """Give the second line."""
        return self._second

    @override
    def hitButton(self, pos: QPoint) -> bool:
        """Keep hold of a finger that slipped a little off while it pressed."""
        slip = self._theme.slip if self.isDown() else 0
        return self.rect().adjusted(-slip, -slip, slip, slip).contains(pos)

    @override
    def sizeHint(self) -> QSize:
        return QSize(280, max(self._least, self.heightForWidth(280)))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(120, self._least)

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        return max(self._least, self._content_height(self._text_width(width)) + 2 * PAD)

    def is_clipped(self) -> bool:
        """Tell whether some of its text has no room."""
        width = self._text_width(self.width())
        tall = self._content_height(width) <= self.height() - PAD
        wide = fits(self.text(), self._font, QRect(0, 0, width, 10_000))
        return not (tall and wide)

    def _text_width(self, width: int) -> int:
        return width - 2 * self._pad - (self._aside + PAD if self._aside else 0)

    def _parts(self, width: int) -> list[tuple[str, QFont, int]]:
        pairs = [(self.text(), self._font), (self._second, self._second_font)]
        return [(text, font, text_height(text, font, width)) for text, font in pairs if text]

    def _content_height(self, width: int) -> int:
        heights = [height for *_, height in self._parts(width)]
        if self._icon_px and not self._aside:
            heights.insert(0, self._icon_px)
        return sum(heights) + BETWEEN * max(0, len(heights) - 1)

    def _colours(self) -> tuple[QColor | None, QColor, QColor | None]:
        """Give ground, text and outline."""
        theme, down = self._theme, self.isDown()
        if not self.isEnabled():
            return None, theme.quiet, theme.quiet
        match self._look:
            case Look.MAIN:
                return (theme.way_down if down else theme.way), theme.on_way, None
            case Look.PLAIN:
                return (theme.card_down if down else theme.card), theme.ink, theme.quiet
            case Look.QUIET:
                return (theme.card_down if down else None), theme.ink, theme.quiet

    @override
    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground, ink, outline = self._colours()
        box = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setPen(QPen(outline, 2) if outline else Qt.PenStyle.NoPen)
        painter.setBrush(ground or Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, CORNER, CORNER)
        self._paint_content(painter, ink)

    def _paint_content(self, painter: QPainter, ink: QColor) -> None:
        width = self._text_width(self.width())
        y = (self.height() - self._content_height(width)) // 2
        begin = self.width() - self._pad - width
        if self._aside:
            top = (self.height() - self._aside) / 2
            box = QRectF(self._pad, top, self._aside, self._aside)
            paint_icon(painter, self._icon, box, ink)
        elif self._icon_px:
            left = (self.width() - self._icon_px) / 2
            paint_icon(painter, self._icon, QRectF(left, y, self._icon_px, self._icon_px), ink)
            y += self._icon_px + BETWEEN
        for text, font, height in self._parts(width):
            at = QRect(begin, y, width, height)
            bold = font is self._font and self._look is not Look.QUIET
            align = LEFT if self._aside else CENTRE
            paint_text(painter, at, text, font=font, colour=ink, align=align, bold=bold)
            y += height + BETWEEN
