"""Compartments in few words."""

from __future__ import annotations

import pytest

from locker.contract.number_text import numbers as read
from locker.contract.number_text import runs


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((), ""),
        ((7,), "7"),
        ((24, 13, 14, 15), "13-15 24"),
        ((2, 1, 1), "1-2"),
        ((1, 3, 5), "1 3 5"),
    ],
)
def test_what_follows_each_other_is_one_run(numbers: tuple[int, ...], words: str) -> None:
    assert runs(numbers) == words
    assert read(words) == frozenset(numbers)


def test_what_is_no_run_is_left_out() -> None:
    assert read("1-3 20- x 7 -4 1-99999") == {1, 2, 3, 7}
