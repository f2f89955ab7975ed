"""QR codes as SVG: one path, crisp at any size, without a library for pictures."""

from __future__ import annotations

import qrcode
from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M

_QUIET = 4
_LONG = 120


def svg(text: str, *, element_id: str, label: str) -> Markup:
    """Draw a text as an SVG element with the quiet zone of four modules that scanners need."""
    level = ERROR_CORRECT_L if len(text) > _LONG else ERROR_CORRECT_M
    code = qrcode.QRCode(border=_QUIET, error_correction=level)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark
    )
    size = len(matrix)
    return Markup(
        '<svg id="{}" class="qr" role="img" aria-label="{}" viewBox="0 0 {} {}" '
        'shape-rendering="crispEdges" xmlns="http://www.w3.org/2000/svg">'
        '<rect width="{}" height="{}" fill="#fff"/><path d="{}" fill="#000"/></svg>'
    ).format(element_id, label, size, size, size, size, path)
