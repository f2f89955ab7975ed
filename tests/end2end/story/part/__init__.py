"""The eight parts of the story, a file a part, in the order in which they are told."""

from __future__ import annotations

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


def all_steps() -> list[Step]:
    """Give every step, in order."""
    return [step for plot in PARTS for step in plot.steps]
