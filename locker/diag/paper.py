"""A4 paper in millimetres with Chinese type: what the acceptance sheet and the stickers share.

Knows neither of them. The type is embedded, so that every viewer and printer shows the same.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from importlib.resources import as_file, files

from fpdf import FPDF
from fpdf.enums import TextMode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

FONT = "NotoSansSC"
INK = (29, 39, 51)
GREY = (85, 97, 109)
LINE = (190, 198, 206)
MM_PER_PT = 25.4 / 72


def new_paper(*, title: str, margin_mm: float) -> FPDF:
    """Begin a document; the first page is not added yet. Pages are broken by the caller."""
    pdf = FPDF(unit="mm", format="A4")
    with as_file(files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf") as font:
        pdf.add_font(FONT, fname=str(font))
    pdf.set_font(FONT, size=10)
    pdf.set_title(title)
    pdf.set_creator("bangbangui")
    pdf.set_margin(margin_mm)
    pdf.set_text_color(*INK)
    pdf.set_draw_color(*LINE)
    return pdf


@contextlib.contextmanager
def bold(pdf: FPDF, *, stroke_mm: float = 0.25) -> Iterator[None]:
    """Draw the letters' outlines too: the type has one weight."""
    with pdf.local_context(text_mode=TextMode.FILL_STROKE, line_width=stroke_mm):
        pdf.set_draw_color(*INK)
        yield


def fitting_pt(pdf: FPDF, text: str, *, width_mm: float, most_pt: float) -> float:
    """Give the largest size, at most `most_pt`, at which a line is no wider than `width_mm`."""
    pdf.set_font(FONT, size=most_pt)
    wide_mm = pdf.get_string_width(text)
    return most_pt if wide_mm <= width_mm else most_pt * width_mm / wide_mm


def centred(pdf: FPDF, text: str, *, x: float, y: float, width_mm: float, most_pt: float) -> float:
    """Write one line in the middle of a width; `y` is its top. Return the line's height in mm."""
    size_pt = fitting_pt(pdf, text, width_mm=width_mm, most_pt=most_pt)
    height_mm = size_pt * MM_PER_PT * 1.25
    pdf.set_font(FONT, size=size_pt)
    pdf.set_xy(x, y)
    pdf.cell(width_mm, height_mm, text, align="C")
    return height_mm


def draw_qr(pdf: FPDF, text: str, *, x: float, y: float, size_mm: float) -> None:
    """Draw a QR code as squares, with the quiet zone of four modules inside `size_mm`."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text)
    matrix = code.get_matrix()
    module_mm = size_mm / len(matrix)
    with pdf.local_context():
        pdf.set_fill_color(0, 0, 0)
        for row, cells in enumerate(matrix):
            for begin, end in _runs(cells):
                pdf.rect(
                    x + begin * module_mm, y + row * module_mm, (end - begin) * module_mm,
                    module_mm, style="F",
                )  # fmt: skip


def _runs(cells: list[bool]) -> Iterator[tuple[int, int]]:
    """Give the begin and end of each dark run, so that no hairline is seen between modules."""
    begin = None
    for at, dark in enumerate([*cells, False]):
        if dark and begin is None:
            begin = at
        elif not dark and begin is not None:
            yield begin, at
            begin = None
