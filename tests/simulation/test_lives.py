"""A bounded set of lives in every test run; `./run simulate-days` plays as many as one likes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulation.__main__ import main
from tests.simulation.centre import Storage, quick_centre
from tests.simulation.course import live

LIVES, A_TEST = 30, 5


@pytest.fixture(scope="module")
def storage() -> Iterator[Storage]:
    """One storage for all lives of this file, with quick digests."""
    with quick_centre():
        yield Storage()


@pytest.mark.logs_may_warn
@pytest.mark.parametrize("first", range(0, LIVES, A_TEST))
def test_whole_lives_break_no_promise(first: int, storage: Storage) -> None:
    events = pulses = 0
    for seed in range(first, first + A_TEST):
        outcome = live(seed, storage)
        assert not outcome.broken, f"./run simulate-days --replay {seed}\n{outcome.text}"
        events, pulses = events + outcome.events, pulses + outcome.pulses
    assert (events > 400, pulses > 10) == (True, True)


@pytest.mark.logs_may_warn
def test_a_seed_is_the_whole_replay(storage: Storage) -> None:
    assert live(5, storage).story == live(5, storage).story


def test_lives_are_shared_among_processes(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--seeds", "2", "--first", "3", "--jobs", "2"]) == 0
    assert "2 seeds, 2 passed" in capfd.readouterr().out
