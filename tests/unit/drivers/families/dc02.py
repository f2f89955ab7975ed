"""Family F for the shared suite."""

from __future__ import annotations

from tests.unit.drivers.sample import ANY, FamilySample, MovingFrame, one


def sum_behind_the_head_fits(frame: bytes) -> bool:
    """Judge a checksum that is the low byte of the sum of all bytes behind the two of the head."""
    return frame[-1] == sum(frame[2:-1]) % 256


def moving(name: str, command: int, *, data: int) -> MovingFrame:
    """Return the form of a command that moves a lock of any board."""
    return MovingFrame(
        name=name,
        places=(one(0xDC), one(0x02), ANY, one(command), one(data), *[ANY] * data, ANY),
        whole=sum_behind_the_head_fits,
    )


SAMPLE = FamilySample(
    name="dc02",
    moving=(
        moving("open one", 0x10, data=1),
        moving("open all", 0x14, data=0),
        moving("open several", 0x15, data=2),
        moving("output on", 0x16, data=2),
        moving("open several at once", 0x18, data=2),
        moving("several outputs on", 0x1A, data=2),
    ),
    faults=("late", "reply-lost", "garbage", "split", "echo", "corrupt"),
)
