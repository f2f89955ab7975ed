"""What a PDF of ours has on its pages: its words, and its codes as a scanner reads them.

Knows what fpdf2 writes, and no more: one font, with the map of its glyphs to letters.
"""

from __future__ import annotations

import re
import zlib

from tests.support.qr_picture import read_modules


def pages(pdf: bytes) -> list[bytes]:
    """Give what is drawn on each page."""
    return [stream for stream in _streams(pdf) if b"BT /F" in stream]


def words(pdf: bytes) -> list[str]:
    """Give the lines of text in the order in which they are drawn."""
    (to_unicode,) = (stream for stream in _streams(pdf) if b"beginbfchar" in stream)
    letters = {
        int(glyph, 16): bytes.fromhex(sign.decode()).decode("utf-16-be")
        for glyph, sign in re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>", to_unicode)
    }
    lines = re.findall(rb"\(((?:[^\\()]|\\.)*)\) Tj", b"".join(pages(pdf)), re.DOTALL)
    return ["".join(letters[glyph] for glyph in _glyphs(line)) for line in lines]


def codes(pdf: bytes) -> list[str]:
    """Give what the QR codes say."""
    found = []
    for drawn in b"".join(pages(pdf)).split(b" re f Q")[1:]:
        modules = re.findall(rb"(\d+) (\d+) m \d+ \d+ l", drawn.partition(b" h f ")[0] + b" h")
        found.append(read_modules([(int(x), int(y)) for x, y in modules]))
    return found


def heights(pdf: bytes) -> list[float]:
    """Give how high the lines of the first page with text stand, in points."""
    return [y for _, y in places(pdf)]


def places(pdf: bytes) -> list[tuple[float, float]]:
    """Give where the lines of the first page with text begin: from the left, from below."""
    found = re.findall(rb"BT ([0-9.]+) (-?[0-9.]+) Td", pages(pdf)[0])
    return [(float(x), float(y)) for x, y in found]


def _streams(pdf: bytes) -> list[bytes]:
    found = []
    for raw in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(raw))
        except zlib.error:
            found.append(raw)
    return found


def _glyphs(line: bytes) -> list[int]:
    named = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
    plain = re.sub(rb"\\(.)", lambda one: named.get(one[1], one[1]), line, flags=re.DOTALL)
    return [int.from_bytes(plain[n : n + 2]) for n in range(0, len(plain), 2)]
