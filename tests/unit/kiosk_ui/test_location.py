"""Words for a door's place, computed from the layout."""

from __future__ import annotations

import pytest

from kiosk_ui.glass_text import GlassText
from kiosk_ui.location import Side, locate
from kiosk_ui.samples import default_layout
from locker.contract.layout import Cell, Console, Layout

FRONT = default_layout()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "最左边一列，最上面一格"),
        (5, "最左边一列，最下面一格"),
        (6, "屏幕左边紧挨着的一列，最上面一格"),
        (7, "屏幕左边紧挨着的一列，从上往下第二格"),
        (8, "屏幕左边紧挨着的一列，正中间一格"),
        (9, "屏幕左边紧挨着的一列，从下往上第二格"),
        (11, "屏幕上方，最上面一格"),
        (12, "屏幕上方，最下面一格"),
        (13, "屏幕下方，最上面一格"),
        (16, "屏幕右边紧挨着的一列，从上往下第二格"),
        (24, "最右边一列，最下面一格"),
    ],
)
def test_a_door_is_found_by_words(number: int, words: str) -> None:
    assert GlassText("zh_CN").place(FRONT, number) == words


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_no_two_doors_have_the_same_words(language: str) -> None:
    text = GlassText(language)
    words = {text.place(FRONT, cell.number) for cell in FRONT.cells}
    assert len(words) == len(FRONT.cells)


def test_the_words_never_say_pai_which_people_read_both_ways() -> None:
    text = GlassText("zh_CN")
    assert all("排" not in text.place(FRONT, cell.number) for cell in FRONT.cells)


def test_a_number_that_is_not_in_the_layout_has_no_place() -> None:
    assert locate(FRONT, 99) is None
    assert not GlassText("zh_CN").place(FRONT, 99)


def test_a_wide_cabinet_counts_its_inner_columns_from_the_screen() -> None:
    cells = tuple(
        Cell(
            number=at, size="S", x=(at - 1) * 100, y=0, width=100, height=1000,
            handle_mm=500, board=1, channel=at,
        )
        for at in range(1, 5)
    )  # fmt: skip
    console = Console(x=400, y=0, width=300, height=1000)
    wide = Layout(name="wide", width=700, height=1000, console=console, cells=cells)
    location = locate(wide, 2)
    assert location is not None
    assert (location.side, location.column, location.columns) == (Side.LEFT, 3, 4)
    assert GlassText("zh_CN").place(wide, 2) == "屏幕左边，从屏幕数第三列，只有一格"
    assert GlassText("en").place(wide, 2) == "3rd column left of the screen, the only door"
