"""Family D for the shared suite."""

from __future__ import annotations

from tests.unit.drivers.sample import ANY, FamilySample, MovingFrame, always, one

SAMPLE = FamilySample(
    name="winnsen",
    moving=(
        MovingFrame(
            name="open one",
            places=(one(0x90), one(6), one(5), ANY, ANY, one(3)),
            whole=always,
        ),
    ),
    reads_one_door=False,
    has_checksum=False,
    faults=("late", "reply-lost", "garbage", "split", "echo", "corrupt"),
)
