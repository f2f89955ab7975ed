"""Family B for the shared suite."""

from __future__ import annotations

from collections.abc import Container

from tests.unit.drivers.sample import ANY, FamilySample, MovingFrame, one, sum_fits

STX, ETX = one(0x02), one(0x03)


def moving(name: str, command: int, *data: Container[int]) -> MovingFrame:
    """Return a form of frame for any board and lock: all sixteen boards can be."""
    return MovingFrame(name=name, places=(STX, ANY, one(command), *data, ETX, ANY), whole=sum_fits)


SAMPLE = FamilySample(
    name="kerong-cu16",
    boards=(0, 1),
    reads_one_door=False,
    moving=(
        moving("unlock", 0x31),
        moving("unlock all", 0x33),
        moving("unlock time", 0x37, ANY, ANY),
        moving("unlock later", 0x39, ANY),
        moving("baud rate", 0x40, ANY),
    ),
    faults=("late", "reply-lost", "garbage", "split", "echo", "corrupt"),
)
