"""One matter, from the scan to the collection, on every family of lock boards but the first.

The whole story is played on the first family in `test_story.py`, and on all of them by
`./run bench matrix`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from drivers.simulator.registry import SIMULATED
from tests.end2end.story.cast import on_stage
from tests.end2end.story.part import one_matter
from tests.end2end.story.plot import Outcome, play

OTHERS = sorted(set(SIMULATED) - {"shuoming"})
LAST = "5.3"


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
    board: str, chromium: Browser, tmp_path: Path
) -> None:
    told: list[Outcome] = []
    with on_stage(tmp_path / "stage", tmp_path / "pictures", browser=chromium, board=board) as cast:
        play(one_matter(), cast, say=told.append)
    assert [outcome for outcome in told if not outcome.passed] == []
    assert told[-1].step.number == LAST
