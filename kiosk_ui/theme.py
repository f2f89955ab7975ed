"""The look in one place: colours, type sizes, spaces, and the one font. Knows no page.

Tokens for day, night and large type, upright or lying. Sizes are pixels on 1080x1920 or 1920x1080.
"""

from __future__ import annotations

import importlib.util
import math
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from PyQt6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics

FAMILY = "Noto Sans SC"
FONT_PACKAGE = "pylopdf_fonts_zh_cn"
FONT_FILE = "NotoSansSC-Regular.otf"
ELDER_SCALE = 1.4
ELDER_HEADLINE_SCALE = 1.2

MARGIN = 64
GAP = 24
CORNER = 24
FINGER_MM = 9
"""What a finger must hit is never smaller than this, however fine the screen's dots."""
SLIP_MM = 15
"""A finger may slip this far beyond what it pressed."""
PX_PER_MM = 4.0
"""A screen of 21.5 inches: 1080 dots on 268 mm."""


class FontMissingError(RuntimeError):
    """No font with Chinese characters: every word would be a box."""


class Shape(Enum):
    """How the screen stands; the value is its size in pixels."""

    PORTRAIT = (1080, 1920)
    LANDSCAPE = (1920, 1080)

    @classmethod
    def of(cls, width: int, height: int) -> Shape:
        """Give the shape that fits a screen of this size."""
        return cls.LANDSCAPE if width > height else cls.PORTRAIT


@dataclass(frozen=True, slots=True)
class Theme:
    """Day or night, plain or large, upright or lying: colours, fonts and sizes by their use."""

    night: bool = False
    elder: bool = False
    shape: Shape = Shape.PORTRAIT
    px_per_mm: float = PX_PER_MM

    @property
    def lying(self) -> bool:
        """Tell whether the screen is wider than high."""
        return self.shape is Shape.LANDSCAPE

    @property
    def target(self) -> int:
        """Give the least height of what a finger must hit, in pixels."""
        return max(112 if self.lying else 144, math.ceil(FINGER_MM * self.px_per_mm))

    @property
    def slip(self) -> int:
        """Give the pixels by which a finger may slip off what it pressed."""
        return round(SLIP_MM * self.px_per_mm)

    @property
    def main_height(self) -> int:
        """Give the least height of the way on that a page is for."""
        return max(144 if self.lying else 192, self.target)

    @property
    def key_height(self) -> int:
        """Give the height of a key of the keypad."""
        return max(124 if self.lying else 160, self.target)

    def _pick(self, day: str, night: str) -> QColor:
        return QColor(night if self.night else day)

    @property
    def paper(self) -> QColor:
        """Give the background."""
        return self._pick("#FAF7F2", "#14181C")

    @property
    def card(self) -> QColor:
        """Give the ground of keys and panels: a step away from the paper."""
        return self._pick("#EFE9DF", "#232A30")

    @property
    def card_down(self) -> QColor:
        """Give the ground of a key while the finger is on it."""
        return self._pick("#DCD3C3", "#3A444D")

    @property
    def ink(self) -> QColor:
        """Give the colour of text."""
        return self._pick("#1D2125", "#F4EFE6")

    @property
    def quiet(self) -> QColor:
        """Give the colour of second text and outlines."""
        return self._pick("#4A5157", "#C3C9CE")

    @property
    def red(self) -> QColor:
        """Give the steward's red for text: a telephone, what the cabinet is for."""
        return self._pick("#9E1B24", "#FF9A9A")

    @property
    def way(self) -> QColor:
        """Give the ground of the way on: the steward's red, by night too dark to glare."""
        return self._pick("#9E1B24", "#AD2B34")

    @property
    def way_down(self) -> QColor:
        """Give the same while the finger is on it."""
        return self._pick("#1D2125", "#6E161D")

    @property
    def on_way(self) -> QColor:
        """Give the colour of text on either."""
        return QColor("#FFFFFF")

    @property
    def green(self) -> QColor:
        """Give the green that means here, open."""
        return self._pick("#0B5D3B", "#7FE0B0")

    @property
    def on_colour(self) -> QColor:
        """Give the colour of text on green."""
        return self._pick("#FFFFFF", "#14181C")

    @property
    def attention(self) -> QColor:
        """Give the ground of a warning; its text is `attention_ink`, day and night."""
        return QColor("#FFC94A")

    @property
    def attention_ink(self) -> QColor:
        """Give the text colour on `attention`."""
        return QColor("#1D2125")

    def px(self, size: int) -> int:
        """Scale a type size: all that is read by 1.4, what is a headline already by less."""
        if not self.elder:
            return size
        return round(size * (ELDER_SCALE if size <= 52 else ELDER_HEADLINE_SCALE))

    def font(self, size: int) -> QFont:
        """Give the font at a type size in pixels, which large type enlarges."""
        return plain_font(self.px(size))

    @property
    def small(self) -> int:
        """Give the smallest type: times and fine print."""
        return 32

    @property
    def body(self) -> int:
        """Give the type size of running text."""
        return 36

    @property
    def lead(self) -> int:
        """Give the type size of what matters second; half a lying glass has less room for it."""
        return 40 if self.lying and self.elder else 48

    @property
    def title(self) -> int:
        """Give the type size of the page's one question."""
        return 64 if self.lying else 72

    @property
    def giant(self) -> int:
        """Give the pixel size of the compartment's number; large enough for everybody."""
        return 260 if self.lying else 320


def plain_font(pixels: int) -> QFont:
    """Give the named family at an exact pixel size."""
    font = QFont(FAMILY)
    font.setPixelSize(pixels)
    return font


def font_path() -> Path:
    """Find the font file in its installed package, without importing it."""
    spec = importlib.util.find_spec(FONT_PACKAGE)
    if spec is None or spec.origin is None:
        raise FontMissingError(f"the package {FONT_PACKAGE} is not installed")
    return Path(spec.origin).with_name(FONT_FILE)


def load_font() -> None:
    """Register the font with Qt. Raises FontMissingError unless it really holds 柜."""
    path = font_path()
    if QFontDatabase.addApplicationFont(str(path)) < 0:
        raise FontMissingError(f"Qt cannot read {path}")
    if not QFontMetrics(plain_font(36)).inFontUcs4(ord("柜")):
        raise FontMissingError(f"{path} has no Chinese characters under the name {FAMILY!r}")
