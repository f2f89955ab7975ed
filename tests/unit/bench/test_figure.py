"""Percentiles, ratios, and the two ways a figure is printed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.figure import Figure, median, percentile, to_json, to_text

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200)


def test_the_99th_percentile_of_500_values_has_five_above_it() -> None:
    assert percentile(range(1, 501), 99) == 495


def test_the_median_is_a_value_that_was_measured() -> None:
    assert median([4.0, 1.0, 3.0, 2.0]) == 2.0
    assert median([5.0]) == 5.0


@given(VALUES, st.floats(0.1, 100))
def test_a_percentile_is_one_of_the_values_and_enough_lie_at_or_below_it(
    values: list[float], percent: float
) -> None:
    found = percentile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) >= percent / 100 * len(values) - 1e-9


@pytest.mark.parametrize(("values", "percent"), [([], 50), ([1.0], 0), ([1.0], 101)])
def test_no_values_or_a_percentage_that_is_none_are_refused(
    values: list[float], percent: float
) -> None:
    with pytest.raises(ValueError, match="percentile"):
        percentile(values, percent)


def test_json_is_a_list_with_one_object_a_figure_and_exactly_the_agreed_keys() -> None:
    figures = [Figure("unlock.median", 2.34567, "ms", 0.5, "a note"), Figure("odd", 1.0, "s")]
    rows = json.loads(to_json(figures))
    assert rows == [
        {"name": "unlock.median", "value": 2.346, "unit": "ms", "floor": 0.5, "ratio": 4.691},
        {"name": "odd", "value": 1.0, "unit": "s", "floor": None, "ratio": None},
    ]


def test_the_table_shows_value_floor_ratio_and_note_of_each_figure() -> None:
    lines = to_text([Figure("start.daemon", 0.6, "s", 0.3, "aim: 1 s")]).splitlines()
    assert len(lines) == 2
    assert lines[1].split() == ["start.daemon", "0.600", "s", "0.300", "2.00", "aim:", "1", "s"]


def test_a_floor_of_nothing_has_no_ratio() -> None:
    assert Figure("unlock", 2.0, "ms", 0.0).ratio is None
    assert to_text([Figure("unlock", 2.0, "ms")]).splitlines()[1].split()[-1] == "-"
