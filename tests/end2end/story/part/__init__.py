"""The eight parts of the story, a file a part, in the order in which they are told."""

from __future__ import annotations

from dataclasses import replace
from functools import wraps

from locker.demo.stage import LYING, UPRIGHT
from tests.end2end.story.cast import Cast
from tests.end2end.story.part import (
    p1_scan,
    p2_drop_off,
    p3_take_out,
    p4_load,
    p5_collect,
    p6_code,
    p7_cut_off,
    p8_trouble_door,
)
from tests.end2end.story.plot import Step

PARTS = (
    p1_scan.PLOT,
    p2_drop_off.PLOT,
    p3_take_out.PLOT,
    p4_load.PLOT,
    p5_collect.PLOT,
    p6_code.PLOT,
    p7_cut_off.PLOT,
    p8_trouble_door.PLOT,
)


TURNS = {"4.1": LYING, "7.1": UPRIGHT}
"""The step before which the screen is turned: parts 4 to 6 are told at 1920x1080."""


def all_steps() -> list[Step]:
    """Give every step, in order."""
    return [_turned(step) for plot in PARTS for step in plot.steps]


def _turned(step: Step) -> Step:
    if step.number not in TURNS:
        return step

    @wraps(step.play)
    def play(cast: Cast) -> str:
        cast.turn_screen(TURNS[step.number])
        return step.play(cast)

    return replace(step, play=play)


def one_matter() -> list[Step]:
    """Give the steps of one matter from the scan to the collection, with nothing that waits."""
    return [*certificate_made(), *certificate_given()]


def certificate_made() -> list[Step]:
    """Give the steps of one matter up to the label: scan, papers in, papers out."""
    return _of_one_matter("1", "2", "3")


def certificate_given() -> list[Step]:
    """Give the steps of one matter from its label on: loaded, told, collected."""
    return _of_one_matter("4", "5")


def _of_one_matter(*parts: str) -> list[Step]:
    left_out = {"drops_off_more", "loads_the_others", "a_used_qr_reopens_its_own_box", "is_rated"}
    told = [plot for plot in PARTS if plot.part in parts]
    return [step for plot in told for step in plot.steps if step.play.__name__ not in left_out]
