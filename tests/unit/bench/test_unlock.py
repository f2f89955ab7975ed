"""How the samples of `unlock` become figures."""

from __future__ import annotations

import pytest

from tests.bench.unlock import Samples, figures
from tests.bench.wire import Unlock


def samples(unlocks: list[Unlock], typed: list[float]) -> Samples:
    return Samples(
        unlocks, queries=[0.032, 0.032], floor=[0.0005, 0.001], typed=typed, hashing=[0.040]
    )


def test_each_figure_has_the_name_that_was_agreed() -> None:
    found = figures(samples([Unlock(0.003, 0.0, 0)], [0.05]))
    assert [figure.name for figure in found] == [
        "unlock.median",
        "unlock.p99",
        "unlock.bus_wait",
        "unlock.bus_wait.p99",
        "unlock_typed.median",
    ]


def test_the_wait_is_taken_off_the_unlock_and_shown_by_itself() -> None:
    unlocks = [Unlock(0.003, 0.0, 0), Unlock(0.030, 0.0265, 0), Unlock(0.004, 0.0, 1)]
    middle, worst, wait, *_ = figures(samples(unlocks, []))
    assert middle.value == pytest.approx(3.5)
    assert worst.value == pytest.approx(4.0)
    assert wait.value == pytest.approx(26.5)
    assert wait.floor == pytest.approx(32.0)
    assert "1 of 3 runs" in wait.note
    assert "before the pulse in 1" in wait.note


def test_medians_stand_beside_the_median_floor_and_p99_beside_the_worst() -> None:
    middle, worst, *_ = figures(samples([Unlock(0.003, 0.0, 0)], []))
    assert middle.floor == pytest.approx(0.5)
    assert worst.floor == pytest.approx(1.0)
    assert middle.note.startswith("2.500 ms over the floor")


def test_runs_that_never_met_a_frame_have_no_wait() -> None:
    *_, wait, worst_wait = figures(samples([Unlock(0.003, 0.0, 0)], []))
    assert wait.value == worst_wait.value == 0


def test_the_floor_of_a_typed_code_has_the_hashing_in_it() -> None:
    *_, typed = figures(samples([Unlock(0.003, 0.0, 0)], [0.050, 0.051, 0.090]))
    assert typed.value == pytest.approx(51.0)
    assert typed.floor == pytest.approx(40.5)
