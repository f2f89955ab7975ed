"""Nine touches: right, turned, or wrong; and one touch out of the kernel's events."""

from __future__ import annotations

from pathlib import Path

import pytest

from locker.diag.nine_points import AxisRange, judge_nine
from locker.diag.touch_device import TouchTrack, find_touch

X, Y = AxisRange(0, 4095), AxisRange(0, 4095)
CENTRES = (683, 2048, 3412)
GRID = [(x, y) for y in CENTRES for x in CENTRES]


def test_nine_touches_in_their_ninths_are_right() -> None:
    verdict = judge_nine(GRID, x_range=X, y_range=Y)
    assert (verdict.turn_deg, verdict.wrong) == (0, ())


@pytest.mark.parametrize(
    ("turn_deg", "turned"),
    [
        (90, [(4095 - y, x) for x, y in GRID]),
        (180, [(4095 - x, 4095 - y) for x, y in GRID]),
        (270, [(y, 4095 - x) for x, y in GRID]),
    ],
)
def test_a_turned_panel_is_known_by_its_turn(turn_deg: int, turned: list[tuple[int, int]]) -> None:
    verdict = judge_nine(turned, x_range=X, y_range=Y)
    assert (verdict.turn_deg, verdict.wrong) == (turn_deg, ())


def test_one_dead_corner_is_named() -> None:
    touches = [*GRID[:8], (2048, 2048)]
    assert judge_nine(touches, x_range=X, y_range=Y).wrong == (9,)


def test_a_touch_is_where_the_finger_came_down() -> None:
    track = TouchTrack()
    events = [(3, 0, 100), (3, 1, 200), (1, 0x14A, 1), (0, 0, 0), (3, 0, 180), (0, 0, 0)]
    assert all(track.feed(*event) is None for event in events)
    assert track.feed(1, 0x14A, 0) is None
    assert track.feed(0, 0, 0) == (100, 200)


def test_the_touch_panel_is_told_from_mouse_and_keyboard(tmp_path: Path) -> None:
    listed = tmp_path / "proc/bus/input/devices"
    listed.parent.mkdir(parents=True)
    listed.write_text(
        'I: Bus=0003\nN: Name="Mouse"\nH: Handlers=mouse0 event3 \nB: PROP=0\nB: EV=17\n\n'
        'I: Bus=0003\nN: Name="Panel"\nH: Handlers=mouse1 event5 \nB: PROP=2\nB: ABS=2608\n\n'
    )
    found = find_touch(tmp_path)
    assert found is not None
    assert (found.name, found.path.name) == ("Panel", "event5")
