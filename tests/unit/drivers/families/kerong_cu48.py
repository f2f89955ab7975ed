"""Family C for the shared suite."""

from __future__ import annotations

from tests.unit.drivers.sample import ANY, FamilySample, MovingFrame, one, sum_fits

SAMPLE = FamilySample(
    name="kerong-cu48",
    boards=(0, 1),
    reads_one_door=False,
    moving=(
        MovingFrame(
            name="unlock",
            places=(one(0x02), ANY, ANY, one(0x61), one(0x03), ANY),
            whole=sum_fits,
        ),
        MovingFrame(
            name="open an SCU unit",
            places=(one(0xF5), ANY, ANY, one(0x71), one(0x00), one(0x5F), ANY, one(0x00)),
            whole=lambda frame: frame[6] == sum(frame[:6]) % 256,
        ),
    ),
    faults=("late", "reply-lost", "garbage", "split", "echo", "corrupt"),
)
