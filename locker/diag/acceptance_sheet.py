"""The acceptance sheet on paper (验收单): one signed content, drawn on A4."""

from __future__ import annotations

import re

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, WrapMode
from fpdf.fonts import FontFace

from locker.contract.text import Catalogue
from locker.diag import clock_text
from locker.diag.acceptance import Content, Finding, Result, Sheet, Source
from locker.diag.paper import FONT, GREY, INK, LINE, bold, new_paper

_COLOURS = {
    Result.PASSED: (31, 122, 77),
    Result.FAILED: (179, 38, 30),
    Result.NOT_FITTED: GREY,
    Result.NOT_DONE: (146, 84, 0),
}
_MARGIN_MM = 16.0
_PADDING_MM = 1.2
_NAME_MM = 26.0
_BREAK = re.compile(
    r"(?<=\s)|(?<=[^（“\s])(?=[\u4e00-\u9fff（“])|(?<=[\u4e00-\u9fff，。；：、）！？”])(?=[\w/])"
)
"""Where a line may end: none begins with a sign that ends a clause or ends with a bracket."""


def sheet_pdf(sheet: Sheet, texts: Catalogue) -> bytes:
    """Draw the whole sheet."""
    pdf = new_paper(title=texts("check.title"), margin_mm=_MARGIN_MM)
    pdf.set_auto_page_break(auto=True, margin=_MARGIN_MM)
    pdf.add_page()
    with bold(pdf):
        pdf.set_font(FONT, size=20)
        pdf.cell(0, 12, texts("check.title"), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(1)
    _facts(pdf, sheet.content, texts)
    pdf.ln(4)
    _table(pdf, sheet.content.findings, texts)
    pdf.ln(3)
    _verdict(pdf, sheet.content, texts)
    _signature(pdf, sheet, texts)
    _people(pdf, texts)
    return bytes(pdf.output())


def verdict_words(content: Content, texts: Catalogue) -> str:
    """Say in a line how the whole came out."""
    if failed := content.count(Result.FAILED):
        return texts("check.verdict_fail", count=failed)
    if undone := content.count(Result.NOT_DONE):
        return texts("check.verdict_open", count=undone)
    return texts("check.verdict_pass")


def _facts(pdf: FPDF, content: Content, texts: Catalogue) -> None:
    facts = (
        ("cabinet", content.cabinet or texts("check.bare")),
        ("site", content.site or "—"),
        ("at", clock_text.full(content.at_s)),
        ("by", content.by),
        ("version", content.version),
    )
    for key, value in facts:
        pdf.set_font(FONT, size=10)
        pdf.set_text_color(*GREY)
        pdf.cell(24, 6, texts(f"check.{key}"))
        pdf.set_text_color(*INK)
        pdf.cell(0, 6, value, new_x="LMARGIN", new_y="NEXT")


def _widths(pdf: FPDF, texts: Catalogue) -> tuple[float, ...]:
    """Give the columns in mm: what is one of a few words stands on one line in any language."""
    few = (("result", *Result), ("source", *Source))
    result, source = (
        max(pdf.get_string_width(texts(f"check.{word}")) for word in words) + 2 * _PADDING_MM + 1
        for words in few
    )
    rest = (pdf.epw - _NAME_MM - result - source) / 2
    return _NAME_MM, result, source, rest, rest


def _table(pdf: FPDF, findings: tuple[Finding, ...], texts: Catalogue) -> None:
    pdf.set_font(FONT, size=9)
    small, widths = 8, _widths(pdf, texts)
    head = FontFace(color=GREY, size_pt=9)
    with pdf.table(
        col_widths=widths, borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=head, line_height=4.6, padding=(1.4, _PADDING_MM), text_align="LEFT",
        v_align="TOP", wrapmode=WrapMode.CHAR,
    ) as table:  # fmt: skip
        row = table.row()
        for key in ("item", "result", "source", "seen", "method"):
            row.cell(texts(f"check.{key}"))
        for finding in findings:
            row = table.row()
            row.cell(_lines(pdf, finding.name, widths[0]))
            colour = _COLOURS[finding.result]
            row.cell(texts(f"check.{finding.result.value}"), style=FontFace(color=colour))
            row.cell(texts(f"check.{finding.source.value}"), style=FontFace(color=GREY))
            row.cell(_lines(pdf, finding.seen, widths[3]))
            how = _lines(pdf, finding.how, widths[4], size=small / 9)
            row.cell(how, style=FontFace(color=GREY, size_pt=small))


def _lines(pdf: FPDF, text: str, width_mm: float, *, size: float = 1.0) -> str:
    """Break a cell's text where a reader would; what has no such place the table breaks anywhere.

    `size`: of its type, in the table's.
    """
    room, lines = (width_mm - 2 * _PADDING_MM - 0.3) / size, [""]
    for part in _BREAK.split(text):
        if lines[-1] and pdf.get_string_width((lines[-1] + part).rstrip()) > room:
            lines.append("")
        lines[-1] += part
    return "\n".join(line.rstrip() for line in lines)


def _verdict(pdf: FPDF, content: Content, texts: Catalogue) -> None:
    colour = _COLOURS[Result.PASSED if content.accepted else Result.FAILED]
    pdf.set_font(FONT, size=13)
    pdf.set_text_color(*colour)
    pdf.cell(0, 9, verdict_words(content, texts), new_x="LMARGIN", new_y="NEXT")
    pdf.set_text_color(*INK)


def _signature(pdf: FPDF, sheet: Sheet, texts: Catalogue) -> None:
    pdf.set_font(FONT, size=8)
    pdf.set_text_color(*GREY)
    lines = [f"{texts('check.digest')}  {sheet.sha256}"]
    if sheet.signature is None:
        lines.append(texts("check.unsigned"))
    else:
        lines += [
            f"{texts('check.public_key')}  {sheet.public_key}",
            f"{texts('check.signature')}  {sheet.signature}",
        ]
    for line in lines:
        pdf.multi_cell(
            0, 4.6, line, new_x="LMARGIN", new_y="NEXT", wrapmode=WrapMode.CHAR, align="L"
        )
    pdf.set_text_color(*INK)


def _people(pdf: FPDF, texts: Catalogue) -> None:
    """Leave lines for the two who sign by hand, on the same page."""
    height_mm = 26.0
    if pdf.will_page_break(height_mm):
        pdf.add_page()
    y = pdf.get_y() + 16
    width_mm = (pdf.epw - 10) / 2
    pdf.set_font(FONT, size=9)
    for column, key in enumerate(("technician", "receiver")):
        x = _MARGIN_MM + column * (width_mm + 10)
        pdf.set_draw_color(*INK)
        pdf.line(x, y, x + width_mm, y)
        pdf.set_draw_color(*LINE)
        pdf.set_xy(x, y + 1)
        pdf.cell(width_mm * 0.6, 5, texts(f"check.{key}"))
        pdf.cell(width_mm * 0.4, 5, texts("check.date"))
