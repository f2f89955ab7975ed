"""Labels on paper: how many to a page, how large, and each with its own code."""

from __future__ import annotations

import re

import pytest

from central.label_paper import Label, Paper, as_pdf
from tests.support.pdf_page import codes, heights, places

LONG = "办好的证件、申请表、身份证件复印件、住房材料复印件、户口簿复印件"


@pytest.mark.sweep
@pytest.mark.parametrize(("paper", "pages"), [(Paper.ROLL, 25), (Paper.SHEET, 2)])
def test_twenty_five_labels(paper: Paper, pages: int) -> None:
    labels = [Label(f"BBG:L:k{n}", f"D-{n}", "7 · 居委会门口", LONG, "不能取件") for n in range(25)]
    pdf = as_pdf(labels, paper)
    found = re.search(rb"/Count ([0-9]+)", pdf)
    assert found is not None
    assert int(found[1]) == pages
    assert codes(pdf) == [label.text for label in labels]


@pytest.mark.sweep
def test_no_line_of_a_sheet_stands_in_the_five_millimetres_that_printers_leave_white() -> None:
    labels = [Label(f"BBG:L:k{n}", f"D-{n}", "7 · 居委会门口", LONG, "不能取件") for n in range(24)]
    lines = places(as_pdf(labels, Paper.SHEET))
    free = min(x for x, _ in lines), min(y for _, y in lines), 841.89 - max(y for _, y in lines)
    assert min(free) > 14.17, "points"


@pytest.mark.parametrize("paper", Paper)
def test_contents_that_are_too_long_end_above_the_note(paper: Paper) -> None:
    label = Label("BBG:L:k", "D-1", "7 · 居委会门口", LONG * 3, "不能取件")
    *lines, note = heights(as_pdf([label], paper))
    assert len(lines) > 4
    assert min(lines) > note + 7, "points: a line of the note"
