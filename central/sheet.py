"""The score sheet to take away: a workbook, a CSV file and an A4 poster. Knows no table."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import TypeAlias

import xlsxwriter
from fpdf import FPDF

from central.operation.score import MEASURES, Month, TeamMonth
from locker.contract.local_time import local_time
from locker.contract.text import Catalogue

_FONT = "NotoSansSC"
_Colour: TypeAlias = tuple[int, int, int]
_INK, _RED, _QUIET = (29, 33, 37), (158, 27, 36), (74, 81, 87)
_GREEN, _YELLOW = (11, 93, 59), (255, 201, 74)
_EDGE_MM, _LARGEST = 20.0, 170
_FORMULA = tuple("=+-@\t\r＝＋－＠")
"""What a formula begins with; the wide signs too, where a spreadsheet speaks Chinese."""
_PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
"""Words are words in a workbook, whatever they begin with."""


def rows(months: Sequence[Month], texts: Catalogue) -> list[list[str | int]]:
    """Give the sheet as rows, the first with the names of the columns."""
    head: list[str | int] = [texts("score.month"), *(texts(f"score.{key}") for key in MEASURES)]
    return [head, *(_row(month) for month in months)]


def _row(month: Month) -> list[str | int]:
    return [month.name, *(month.figures[key] for key in MEASURES)]


def team_rows(teams: Sequence[TeamMonth], texts: Catalogue) -> list[list[str | int]]:
    """Give the sheet by month and team as rows, the first with the names of the columns."""
    measures = [texts(f"score.{key}") for key in MEASURES]
    head: list[str | int] = [texts("score.month"), texts("score.team"), *measures]
    return [head, *(_team_row(row, texts) for row in teams)]


def _team_row(row: TeamMonth, texts: Catalogue) -> list[str | int]:
    figures = [row.figures[key] for key in MEASURES]
    return [row.month, row.name or texts("score.no_team"), *figures]


def as_csv(table: Sequence[Sequence[str | int]]) -> bytes:
    """Write rows as CSV, in UTF-8 with the mark by which spreadsheets know it."""
    text = io.StringIO()
    csv.writer(text).writerows([_as_text(cell) for cell in row] for row in table)
    return text.getvalue().encode("utf-8-sig")


def _as_text(cell: str | int) -> str | int:
    """Put an apostrophe before words that a spreadsheet would reckon out: names are typed."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def as_workbook(months: Sequence[Month], teams: Sequence[TeamMonth], texts: Catalogue) -> bytes:
    """Write a workbook: by month, and by month and team."""
    raw = io.BytesIO()
    book = xlsxwriter.Workbook(raw, _PLAIN)
    head = book.add_format({"bold": True})
    tables = {"score.title": rows(months, texts), "score.by_team": team_rows(teams, texts)}
    for title, table in tables.items():
        page = book.add_worksheet(texts(title))
        for number, row in enumerate(table):
            page.write_row(number, 0, row, head if number == 0 else None)
        labels = len(table[0]) - len(MEASURES)
        page.freeze_panes(1, labels)
        page.set_column(0, len(table[0]) - 1, 14)
        page.set_column(labels - 1, labels - 1, 24 if labels > 1 else 14)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
    book.close()
    return raw.getvalue()


@dataclass(frozen=True, slots=True)
class Poster:
    """What hangs in the square: one month, of all or of one team.

    `until`: the day up to which a month that is not over yet was counted, as people say it.
    """

    month: str
    figures: Mapping[str, int]
    community: str
    team: str = ""
    until: str = ""


def counted_until(month: str, texts: Catalogue, *, now: float) -> str:
    """Say up to which day a month was counted; nothing where it is over."""
    today = local_time(now)
    if f"{today:%Y-%m}" != month:
        return ""
    return texts("date.month_day", month=texts(f"date.month_{today.month}"), day=today.day)


def as_poster(poster: Poster, texts: Catalogue) -> bytes:
    """Write an A4 poster to hang up."""
    paper = FPDF(format="A4")
    paper.set_margin(_EDGE_MM)
    paper.c_margin = 0  # words begin where bars begin
    paper.set_auto_page_break(auto=False)
    paper.add_page()
    with as_file(files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf") as font:
        paper.add_font(_FONT, fname=font)
    _head(paper, poster, texts)
    figures = poster.figures
    _line(paper, texts("score.poster_done"), 24, _INK)
    done = f"{figures['done']:,}"
    paper.set_font(_FONT, size=_LARGEST)
    room = (paper.w - 2 * _EDGE_MM) / paper.get_string_width(done)
    _line(paper, done, int(_LARGEST * min(1.0, room * 0.99)), _RED)
    paper.ln(6)
    _share(paper, texts, "score.poster_time", {"on_time": _GREEN, "late": _RED}, figures)
    rated = {"satisfied": _GREEN, "fair": _YELLOW, "dissatisfied": _RED}
    _share(paper, texts, "score.poster_rated", rated, figures)
    paper.set_y(paper.h - 26)
    _line(paper, texts("score.poster_how"), 12, _QUIET)
    return bytes(paper.output())


def _head(paper: FPDF, poster: Poster, texts: Catalogue) -> None:
    paper.set_fill_color(*_RED)
    paper.rect(0, 0, paper.w, 9, style="F")
    paper.set_y(22)
    _line(paper, poster.community, 20, _QUIET)
    _line(paper, texts("score.poster_title"), 48, _RED)
    year, number = poster.month.split("-")
    named = texts(f"date.month_{int(number)}")
    when = texts("score.poster_month", year=year, month=named)
    if poster.until:
        when += texts("score.poster_until", day=poster.until)
    _line(paper, when, 26, _INK)
    if poster.team:
        _line(paper, poster.team, 26 if len(poster.team) <= 18 else 18, _INK)
    paper.ln(10)


def _share(
    paper: FPDF, texts: Catalogue, title: str, parts: Mapping[str, _Colour],
    figures: Mapping[str, int],
) -> None:  # fmt: skip
    """Draw one bar of parts with the figure of each; nothing where nothing was counted."""
    total = sum(figures[key] for key in parts)
    if not total:
        return
    _line(paper, texts(title, count=f"{total:,}"), 20, _INK)
    x, y, width = _EDGE_MM, paper.get_y() + 1.5, paper.w - 2 * _EDGE_MM
    for key, colour in parts.items():
        paper.set_fill_color(*colour)
        paper.rect(x, y, width * figures[key] / total, 9, style="F")
        x += width * figures[key] / total
    paper.set_xy(_EDGE_MM, y + 10.5)
    for key, colour in parts.items():
        paper.set_fill_color(*colour)
        paper.rect(paper.get_x(), paper.get_y() + 3, 4, 4, style="F")
        paper.set_x(paper.get_x() + 6)
        paper.set_font(_FONT, size=18)
        paper.set_text_color(*_INK)
        paper.cell(width / 3 - 6, 10, f"{texts(f'score.{key}')} {figures[key]:,}")
    paper.ln(18)


def _line(paper: FPDF, text: str, size: int, colour: _Colour) -> None:
    paper.set_font(_FONT, size=size)
    paper.set_text_color(*colour)
    paper.multi_cell(0, size * 0.46, text, align="L", new_x="LMARGIN", new_y="NEXT")
