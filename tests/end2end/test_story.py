"""The story is told whole: every part, every step, and each passes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.end2end.story.cast import on_stage
from tests.end2end.story.part import all_steps
from tests.end2end.story.plot import Outcome, play

STEPS = (
    ("1.1", "opens_the_phone_page"),
    ("1.2", "shows_the_same_word"),
    ("2.1", "is_bound"),
    ("2.2", "sees_the_checklist"),
    ("2.3", "opens_a_door"),
    ("2.4", "shows_which_door"),
    ("2.5", "papers_are_received"),
    ("3.1", "sees_the_matter"),
    ("3.2", "drops_off_more"),
    ("3.3", "badges_in"),
    ("3.4", "takes_out"),
    ("3.5", "prints_labels"),
    ("4.1", "scans_the_label"),
    ("4.2", "tells_the_resident"),
    ("4.3", "loads_the_others"),
    ("5.1", "shows_the_qr"),
    ("5.2", "opens_by_qr"),
    ("5.3", "is_collected"),
    ("5.4", "a_used_qr_reopens_its_own_box"),
    ("5.5", "is_rated"),
    ("6.1", "a_wrong_code_opens_nothing"),
    ("6.2", "opens_by_code"),
    ("6.3", "is_collected"),
    ("7.1", "drops_off_by_qr"),
    ("7.2", "collects_while_cut_off"),
    ("7.3", "collects_with_a_dead_centre"),
    ("7.4", "everything_arrives_once"),
    ("8.1", "a_jam_is_called_a_jam"),
    ("8.2", "the_credential_is_still_good"),
    ("8.3", "a_lost_reply_is_no_second_pulse"),
    ("8.4", "no_file_has_a_name"),
)


def test_no_part_of_the_story_was_left_out() -> None:
    told = tuple((step.number, step.play.__name__) for step in all_steps())
    assert told == STEPS


@pytest.mark.story
def test_every_step_of_the_story_passes(chromium: Browser, tmp_path: Path) -> None:
    told: list[Outcome] = []
    with on_stage(tmp_path / "stage", tmp_path / "pictures", browser=chromium) as cast:
        outcomes = play(all_steps(), cast, say=told.append)
    assert [outcome for outcome in outcomes if not outcome.passed] == []
    assert len(outcomes) == len(STEPS)
