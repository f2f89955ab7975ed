"""A QR as our SVG draws it, made a picture of dots and read as a scanner reads it."""

from __future__ import annotations

import re

import zxingcpp
from PIL import Image

DOTS = 6
"""The side of one module."""


def read_svg_qr(svg: str) -> str:
    """Paint the modules of an SVG of `central.qr_image`, and give what the code says."""
    box = re.search(r'viewBox="0 0 (\d+) \d+"', svg)
    assert box is not None
    side = int(box[1])
    picture = Image.new("L", (side, side), 255)
    for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", svg):
        picture.putpixel((int(x), int(y)), 0)
    (found,) = zxingcpp.read_barcodes(
        picture.resize((side * DOTS, side * DOTS), Image.Resampling.NEAREST)
    )
    return str(found.text)
