"""The score sheet to take away: a workbook, a CSV file and an A4 poster. Knows no table."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from importlib.resources import as_file, files

import xlsxwriter
from fpdf import FPDF

from central.operation.score import MEASURES, Month, TeamMonth
from locker.contract.text import Catalogue

_FONT = "NotoSansSC"
_INK, _RED, _QUIET = (29, 33, 37), (158, 27, 36), (74, 81, 87)


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
    csv.writer(text).writerows(table)
    return text.getvalue().encode("utf-8-sig")


def as_workbook(months: Sequence[Month], teams: Sequence[TeamMonth], texts: Catalogue) -> bytes:
    """Write a workbook: by month, and by month and team."""
    raw = io.BytesIO()
    book = xlsxwriter.Workbook(raw, {"in_memory": True})
    head = book.add_format({"bold": True})
    tables = {"score.title": rows(months, texts), "score.by_team": team_rows(teams, texts)}
    for title, table in tables.items():
        page = book.add_worksheet(texts(title))
        for number, row in enumerate(table):
            page.write_row(number, 0, row, head if number == 0 else None)
        page.freeze_panes(1, 1)
        page.set_column(0, len(MEASURES) + 1, 14)
    book.close()
    return raw.getvalue()


def as_poster(
    month: str, figures: Mapping[str, int], texts: Catalogue, *, community: str, team: str = ""
) -> bytes:
    """Write one month, of all or of one team, as an A4 poster to hang up."""
    paper = FPDF(format="A4")
    paper.set_margin(20)
    paper.add_page()
    with as_file(files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf") as font:
        paper.add_font(_FONT, fname=font)
    _line(paper, community, 18, _QUIET)
    _line(paper, texts("score.poster_title"), 40, _RED)
    year, number = month.split("-")
    named = texts(f"date.month_{int(number)}")
    _line(paper, texts("score.poster_month", year=year, month=named), 24, _INK)
    if team:
        _line(paper, team, 24, _INK)
    paper.ln(14)
    _line(paper, texts("score.poster_done"), 22, _INK)
    _line(paper, f"{figures['done']:,}", 120, _RED)
    paper.ln(8)
    for key in ("on_time", "late", "satisfied", "fair", "dissatisfied"):
        paper.set_font(_FONT, size=20)
        paper.set_text_color(*_INK)
        paper.cell(130, 13, texts(f"score.{key}"), border="B")
        paper.cell(40, 13, f"{figures[key]:,}", border="B", align="R")
        paper.ln(13)
    return bytes(paper.output())


def _line(paper: FPDF, text: str, size: int, colour: tuple[int, int, int]) -> None:
    paper.set_font(_FONT, size=size)
    paper.set_text_color(*colour)
    paper.multi_cell(0, size * 0.48, text, align="L", new_x="LMARGIN", new_y="NEXT")
