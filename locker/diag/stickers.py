"""`diag stickers`: what is stuck on a cabinet, on A4 sheets, each sticker in real millimetres.

Door numbers, cabinet number, telephone, the QR of the cabinet's state page, and the sign that says
whether there is a camera. Pure but for the type it embeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fpdf import FPDF

from locker.contract.layout import Layout
from locker.contract.text import Catalogue
from locker.diag.paper import GREY, INK, LINE, bold, centred, draw_qr, new_paper

A4_WIDTH_MM, A4_HEIGHT_MM = 210.0, 297.0
MARGIN_MM = 10.0
_RULER_MM = 12.0
"""Room at the head of each page for the line that proves the scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StickerFacts:
    """What is printed. An empty `telephone` or `state_url` leaves its sticker out."""

    layout: Layout
    cabinet: str
    telephone: str
    state_url: str
    camera: bool


@dataclass(frozen=True, slots=True)
class Sticker:
    """One sticker: its size, and how it is drawn at its upper left corner."""

    width_mm: float
    height_mm: float
    draw: Callable[[FPDF, float, float], None]


@dataclass(frozen=True, slots=True)
class Placed:
    """A sticker on a page, counted from 0."""

    sticker: Sticker
    page: int
    x_mm: float
    y_mm: float


def sticker_pdf(facts: StickerFacts, texts: Catalogue) -> tuple[bytes, int]:
    """Draw all stickers; return the document and its number of pages."""
    pdf = new_paper(title=texts("sticker.cabinet"), margin_mm=MARGIN_MM)
    pdf.set_auto_page_break(auto=False)
    pages = 0
    for placed in place_stickers(make_stickers(facts, texts)):
        if placed.page == pages:
            pdf.add_page()
            _ruler(pdf, texts)
            pages += 1
        sticker = placed.sticker
        pdf.set_draw_color(*LINE)
        pdf.set_line_width(0.1)
        pdf.rect(placed.x_mm, placed.y_mm, sticker.width_mm, sticker.height_mm)
        sticker.draw(pdf, placed.x_mm, placed.y_mm)
    return bytes(pdf.output()), pages


def make_stickers(facts: StickerFacts, texts: Catalogue) -> tuple[tuple[Sticker, ...], ...]:
    """List the stickers in groups: the cabinet's own, then the doors by number."""
    own = [Sticker(120, 60, lambda pdf, x, y: _cabinet(pdf, x, y, facts, texts))]
    if facts.state_url:
        own.append(Sticker(60, 80, lambda pdf, x, y: _state(pdf, x, y, facts, texts)))
    if facts.telephone:
        own.append(Sticker(120, 40, lambda pdf, x, y: _telephone(pdf, x, y, facts, texts)))
    own.append(Sticker(90, 60, lambda pdf, x, y: _camera(pdf, x, y, facts, texts)))
    numbers = sorted(cell.number for cell in facts.layout.cells)
    doors = [Sticker(45, 30, _door(number)) for number in numbers]
    return tuple(own), tuple(doors)


def place_stickers(groups: tuple[tuple[Sticker, ...], ...]) -> Iterator[Placed]:
    """Set stickers in rows from the top left; each group begins a page, as does a row too many."""
    page = -1
    for group in groups:
        page, x, y, row_mm = page + 1, MARGIN_MM, MARGIN_MM + _RULER_MM, 0.0
        for sticker in group:
            if x + sticker.width_mm > A4_WIDTH_MM - MARGIN_MM:
                x, y, row_mm = MARGIN_MM, y + row_mm, 0.0
            if y + sticker.height_mm > A4_HEIGHT_MM - MARGIN_MM:
                page, x, y, row_mm = page + 1, MARGIN_MM, MARGIN_MM + _RULER_MM, 0.0
            yield Placed(sticker, page, x, y)
            x += sticker.width_mm
            row_mm = max(row_mm, sticker.height_mm)


def _ruler(pdf: FPDF, texts: Catalogue) -> None:
    pdf.set_text_color(*GREY)
    pdf.set_font(size=8)
    pdf.set_xy(MARGIN_MM, MARGIN_MM - 2)
    pdf.cell(90, 5, texts("sticker.printed"))
    pdf.set_text_color(*INK)
    right, y = A4_WIDTH_MM - MARGIN_MM, MARGIN_MM + 5
    pdf.set_draw_color(*INK)
    pdf.set_line_width(0.2)
    pdf.line(right - 100, y, right, y)
    for x in (right - 100, right):
        pdf.line(x, y - 1.5, x, y + 1.5)


def _door(number: int) -> Callable[[FPDF, float, float], None]:
    def draw(pdf: FPDF, x: float, y: float) -> None:
        with bold(pdf, stroke_mm=0.6):
            centred(pdf, str(number), x=x, y=y + 1.5, width_mm=45, most_pt=60)

    return draw


def _cabinet(pdf: FPDF, x: float, y: float, facts: StickerFacts, texts: Catalogue) -> None:
    pdf.set_text_color(*GREY)
    centred(pdf, texts("sticker.cabinet"), x=x, y=y + 6, width_mm=120, most_pt=18)
    pdf.set_text_color(*INK)
    with bold(pdf, stroke_mm=0.6):
        centred(pdf, facts.cabinet, x=x + 4, y=y + 18, width_mm=112, most_pt=72)


def _telephone(pdf: FPDF, x: float, y: float, facts: StickerFacts, texts: Catalogue) -> None:
    pdf.set_text_color(*GREY)
    centred(pdf, texts("sticker.help"), x=x, y=y + 4, width_mm=120, most_pt=16)
    pdf.set_text_color(*INK)
    with bold(pdf, stroke_mm=0.4):
        centred(pdf, facts.telephone, x=x + 4, y=y + 14, width_mm=112, most_pt=46)


def _state(pdf: FPDF, x: float, y: float, facts: StickerFacts, texts: Catalogue) -> None:
    draw_qr(pdf, facts.state_url, x=x + 2, y=y + 2, size_mm=56)
    centred(pdf, texts("sticker.scan"), x=x + 3, y=y + 60, width_mm=54, most_pt=13)
    pdf.set_text_color(*GREY)
    centred(pdf, facts.state_url, x=x + 3, y=y + 68, width_mm=54, most_pt=8)
    pdf.set_text_color(*INK)


def _camera(pdf: FPDF, x: float, y: float, facts: StickerFacts, texts: Catalogue) -> None:
    key = "camera" if facts.camera else "no_camera"
    _camera_mark(pdf, x + 35, y + 6, struck=not facts.camera)
    with bold(pdf):
        centred(pdf, texts(f"sticker.{key}"), x=x + 4, y=y + 32, width_mm=82, most_pt=26)
    pdf.set_text_color(*GREY)
    centred(pdf, texts(f"sticker.{key}_why"), x=x + 4, y=y + 46, width_mm=82, most_pt=14)
    pdf.set_text_color(*INK)


def _camera_mark(pdf: FPDF, x: float, y: float, *, struck: bool) -> None:
    """Draw a camera 20 by 22 mm, struck through where there is none."""
    with pdf.local_context():
        pdf.set_draw_color(*INK)
        pdf.set_line_width(0.9)
        pdf.rect(x, y + 5, 20, 14, round_corners=True, corner_radius=2)
        pdf.rect(x + 6.5, y + 2, 7, 3)
        pdf.circle(x + 10, y + 12, radius=4.2)
        if struck:
            pdf.set_draw_color(179, 38, 30)
            pdf.set_line_width(1.6)
            pdf.line(x - 2, y + 22, x + 22, y)
