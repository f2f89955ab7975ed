"""Labels on paper: how many to a page, and how large."""

from __future__ import annotations

import re

import pytest

from central.label_paper import Label, Paper, as_pdf

LONG = "办好的证件、申请表、身份证件复印件、住房材料复印件、户口簿复印件"


@pytest.mark.parametrize(("paper", "pages"), [(Paper.ROLL, 25), (Paper.SHEET, 2)])
def test_twenty_five_labels(paper: Paper, pages: int) -> None:
    labels = [Label(f"BBG:L:k{n}", f"D-{n}", "7 · 居委会门口", LONG, "不能取件") for n in range(25)]
    found = re.search(rb"/Count ([0-9]+)", as_pdf(labels, paper))
    assert found is not None
    assert int(found[1]) == pages
