"""A certificate is loaded and collected on every family of lock boards but the first.

The whole story is played on the first family in `test_story.py`, and on all of them by
`./run bench matrix`. Here a matter is brought as far as its label once, on the family whose frames
carry no check; each family takes it up from there.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from drivers.simulator.registry import SIMULATED
from tests.end2end.story.cast import on_stage
from tests.end2end.story.interval import Interval, keep_files, people_of, taken_up
from tests.end2end.story.part import certificate_given, certificate_made
from tests.end2end.story.plot import Outcome, play

OTHERS = sorted(set(SIMULATED) - {"shuoming"})
WITHOUT_CHECK = "winnsen"
STEPS = ("4.1", "4.2", "5.1", "5.2", "5.3")


@pytest.fixture(scope="module")
def made(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Interval:
    """A certificate whose label is printed, as cabinet and centre have it on disk."""
    folder = tmp_path_factory.mktemp("made")
    kept = folder / "kept"
    kept.mkdir()
    told: list[Outcome] = []
    with on_stage(
        folder / "stage", folder / "pictures", browser=chromium, board=WITHOUT_CHECK
    ) as cast:
        play(certificate_made(), cast, say=told.append)
        assert [outcome for outcome in told if not outcome.passed] == []
        interval = people_of(cast, kept)
    keep_files(interval, folder / "stage")
    return interval


def test_seven_other_families_are_played() -> None:
    assert OTHERS == [
        "dc02",
        "kecheng",
        "kerong-cu16",
        "kerong-cu48",
        "modbus-relay",
        "winnsen",
        "wkly",
    ]


@pytest.mark.story
@pytest.mark.parametrize("board", OTHERS)
def test_a_certificate_is_loaded_and_collected(
    board: str, made: Interval, chromium: Browser, tmp_path: Path
) -> None:
    told: list[Outcome] = []
    stage, pictures = tmp_path / "stage", tmp_path / "pictures"
    with taken_up(made, stage, pictures, browser=chromium, board=board) as cast:
        play(certificate_given(), cast, say=told.append)
    assert [outcome for outcome in told if not outcome.passed] == []
    assert tuple(outcome.step.number for outcome in told) == STEPS
