"""Labels on paper: how many to a page, and how large."""

from __future__ import annotations

import re
import zlib

import pytest

from central.label_paper import Label, Paper, as_pdf

LONG = "办好的证件、申请表、身份证件复印件、住房材料复印件、户口簿复印件"


@pytest.mark.parametrize(("paper", "pages"), [(Paper.ROLL, 25), (Paper.SHEET, 2)])
def test_twenty_five_labels(paper: Paper, pages: int) -> None:
    labels = [Label(f"BBG:L:k{n}", f"D-{n}", "7 · 居委会门口", LONG, "不能取件") for n in range(25)]
    found = re.search(rb"/Count ([0-9]+)", as_pdf(labels, paper))
    assert found is not None
    assert int(found[1]) == pages


@pytest.mark.parametrize("paper", Paper)
def test_contents_that_are_too_long_end_above_the_note(paper: Paper) -> None:
    label = Label("BBG:L:k", "D-1", "7 · 居委会门口", LONG * 3, "不能取件")
    streams = re.findall(rb"stream\n(.*?)\nendstream", as_pdf([label], paper), re.DOTALL)
    page = next(text for text in map(zlib.decompress, streams) if b"BT" in text)
    *heights, note = [float(y) for y in re.findall(rb"BT [0-9.]+ (-?[0-9.]+) Td", page)]
    assert len(heights) > 4
    assert min(heights) > note + 7, "points: a line of the note"
