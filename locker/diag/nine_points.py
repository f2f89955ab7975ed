"""Do nine touches, in reading order, fall where they should? Pure.

A touch device's axes need not run like the panel's: it may be turned by a quarter. So each of the
four turns is tried; a touch in a wrong ninth under all of them is a fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

POINTS = 9


@dataclass(frozen=True, slots=True)
class AxisRange:
    """What a device reports along one axis, both ends included."""

    least: int
    most: int

    def share(self, value: int) -> float:
        """Give a value's place along the axis, 0 to 1."""
        return (value - self.least) / max(1, self.most - self.least)


@dataclass(frozen=True, slots=True)
class NineVerdict:
    """`turn_deg`: how the device is turned against the panel. `wrong`: points from 1, or none."""

    turn_deg: int
    wrong: tuple[int, ...]


def judge_nine(
    touches: Sequence[tuple[int, int]], *, x_range: AxisRange, y_range: AxisRange
) -> NineVerdict:
    """Judge nine raw touches: upper row left to right, middle row, lower row."""
    if len(touches) != POINTS:
        raise ValueError(f"{len(touches)} touches are not nine")
    shares = [(x_range.share(x), y_range.share(y)) for x, y in touches]
    verdicts = [NineVerdict(turn, _wrong(shares, turn)) for turn in (0, 90, 180, 270)]
    return min(verdicts, key=lambda verdict: len(verdict.wrong))


def _wrong(shares: Sequence[tuple[float, float]], turn_deg: int) -> tuple[int, ...]:
    ninths = [_ninth(*_turned(x, y, turn_deg)) for x, y in shares]
    return tuple(at + 1 for at, ninth in enumerate(ninths) if ninth != at)


def _turned(x: float, y: float, turn_deg: int) -> tuple[float, float]:
    match turn_deg:
        case 90:
            return y, 1 - x
        case 180:
            return 1 - x, 1 - y
        case 270:
            return 1 - y, x
        case _:
            return x, y


def _ninth(x: float, y: float) -> int:
    return 3 * min(2, max(0, int(3 * y))) + min(2, max(0, int(3 * x)))
