"""Labels for envelopes as PDF: one a page for a roll printer, or A4 sheets of 24.

Knows no table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import as_file, files
from typing import Any

from fpdf import FPDF
from fpdf.svg import SVGObject

from central import qr_image

_FONT = "NotoSansSC"


class Paper(StrEnum):
    """What the printer holds."""

    ROLL = "roll"
    """60 x 40 mm, one after another."""
    SHEET = "sheet"
    """A4 with three columns of eight, 70 x 37 mm each, cut without a gap."""


@dataclass(frozen=True, slots=True)
class Label:
    """`text`: what the scanner reads. No name and no kind of matter on the outside."""

    text: str
    reference: str
    place: str
    contents: str
    note: str


def as_pdf(labels: Sequence[Label], paper: Paper) -> bytes:
    """Write the labels, in their order."""
    columns, rows, width, height, top, edge = (3, 8, 70.0, 37.0, 0.5, 5.0)  # what printers leave
    pdf = FPDF(format="A4")
    if paper is Paper.ROLL:
        columns, rows, width, height, top, edge = (1, 1, 60.0, 40.0, 0.0, 3.0)
        pdf = FPDF(orientation="landscape", format=(height, width))
    pdf.set_auto_page_break(auto=False)
    with as_file(files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf") as font:
        pdf.add_font(_FONT, fname=font)
    for number, label in enumerate(labels):
        row, column = divmod(number % (columns * rows), columns)
        if row == column == 0:
            pdf.add_page()
        x, y = column * width + edge, top + row * height + edge
        _draw(pdf, label, x=x, y=y, width=width - 2 * edge, height=height - 2 * edge)
    return bytes(pdf.output())


def _draw(pdf: FPDF, label: Label, *, x: float, y: float, width: float, height: float) -> None:
    """Draw one label into what is printed of it, its edge left out."""
    side = height - 6
    code = SVGObject(str(qr_image.svg(label.text, element_id="q", label="")))
    code.width = code.height = side * pdf.k
    code.draw_to_page(pdf, x, y)
    left, room = x + side + 1, width - side - 1
    pdf.set_xy(left, y + 1)
    note_y = y + height - 4
    for text, size in ((label.reference, 13), (label.place, 8), (label.contents, 8)):
        pdf.set_font(_FONT, size=size)
        lines: Any = pdf.multi_cell(room, size * 0.48, text, dry_run=True, output="LINES")
        fits = max(1, int((note_y - pdf.get_y()) / (size * 0.48)))
        if len(lines) > fits:  # the envelope says the rest; the note and the next label stay clear
            text = "\n".join([*lines[: fits - 1], lines[fits - 1][:-2] + "…"])  # noqa: PLW2901
        pdf.multi_cell(room, size * 0.48, text, align="L", new_x="LEFT", new_y="NEXT")
    pdf.set_font(_FONT, size=7)
    pdf.set_xy(x, note_y)
    pdf.cell(width, 4, label.note)
