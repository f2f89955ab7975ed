"""Family A′ for the shared suite."""

from __future__ import annotations

from collections.abc import Container

from tests.unit.drivers.sample import ANY, FamilySample, MovingFrame, one, xor_is_zero

BOARD = range(1, 100)
"""No switch sets 0 or more than 99."""


def moving(name: str, *places: Container[int] | int) -> MovingFrame:
    """Return a form of frame for a board that can be."""
    made = tuple(one(place) if isinstance(place, int) else place for place in places)
    return MovingFrame(name=name, places=made, whole=xor_is_zero)


SAMPLE = FamilySample(
    name="kecheng",
    ends_by_length=False,
    moving=(
        moving("open one or all, manual", 0x8A, BOARD, ANY, 0x33, ANY),
        moving("open one or all, older", 0x8A, BOARD, ANY, 0x11, ANY),
        moving("open all in turn", 0x9D, BOARD, ANY, 0x33, ANY),
        moving("open all, third dialect", 0x9D, BOARD, ANY, 0x10, ANY),
        moving("motor lock", 0x7A, BOARD, ANY, 0x33, ANY),
        moving("three pulses", 0x7C, BOARD, ANY, 0x03, ANY),
        moving("limit state", 0x7F, BOARD, ANY, 0x11, ANY),
        moving("keep on", 0x9A, BOARD, ANY, ANY, ANY),
        moving("stop", 0x9B, BOARD, ANY, ANY, ANY),
    ),
    faults=("late", "reply-lost", "garbage", "split", "echo", "corrupt"),
)
