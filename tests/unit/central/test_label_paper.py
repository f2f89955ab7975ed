"""Labels on paper: how many to a page, how large, and each with its own code."""

from __future__ import annotations

import re

import pytest

from central.label_paper import Label, Paper, as_pdf
from tests.support.pdf_page import codes, heights

LONG = "办好的证件、申请表、身份证件复印件、住房材料复印件、户口簿复印件"


@pytest.mark.parametrize(("paper", "pages"), [(Paper.ROLL, 25), (Paper.SHEET, 2)])
def test_twenty_five_labels(paper: Paper, pages: int) -> None:
    labels = [Label(f"BBG:L:k{n}", f"D-{n}", "7 · 居委会门口", LONG, "不能取件") for n in range(25)]
    pdf = as_pdf(labels, paper)
    found = re.search(rb"/Count ([0-9]+)", pdf)
    assert found is not None
    assert int(found[1]) == pages
    assert codes(pdf) == [label.text for label in labels]


@pytest.mark.parametrize("paper", Paper)
def test_contents_that_are_too_long_end_above_the_note(paper: Paper) -> None:
    label = Label("BBG:L:k", "D-1", "7 · 居委会门口", LONG * 3, "不能取件")
    *lines, note = heights(as_pdf([label], paper))
    assert len(lines) > 4
    assert min(lines) > note + 7, "points: a line of the note"
