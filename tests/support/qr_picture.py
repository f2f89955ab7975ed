"""A QR as our SVG draws it, made a picture of dots and read as a scanner reads it."""

from __future__ import annotations

import re

import zxingcpp
from PIL import Image

DOTS = 6
"""The side of one module."""


def read_svg_qr(svg: str) -> str:
    """Paint the modules of an SVG of `central.qr_image`, and give what the code says."""
    return read_modules([(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", svg)])


def read_modules(dark: list[tuple[int, int]]) -> str:
    """Paint the dark modules, with the quiet zone around them, and give what the code says."""
    side = max(x for x, _ in dark) + 1 + min(x for x, _ in dark)
    picture = Image.new("L", (side, side), 255)
    for module in dark:
        picture.putpixel(module, 0)
    (found,) = zxingcpp.read_barcodes(
        picture.resize((side * DOTS, side * DOTS), Image.Resampling.NEAREST)
    )
    return str(found.text)
