"""Family E for the shared suite."""

from __future__ import annotations

from collections.abc import Container

from tests.unit.drivers.sample import ANY, FamilySample, MovingFrame, one, xor_is_zero

HEAD = tuple(one(byte) for byte in bytes.fromhex("574B4C59"))


def moving(name: str, command: int, *data: Container[int]) -> MovingFrame:
    """Return the form of a command that moves a lock of any board."""
    length = one(8 + len(data))
    return MovingFrame(
        name=name, places=(*HEAD, length, ANY, one(command), *data, ANY), whole=xor_is_zero
    )


SAMPLE = FamilySample(
    name="wkly",
    moving=(
        moving("open one", 0x82, ANY),
        moving("open all", 0x86),
        moving("keep on", 0x88, ANY),
        *(moving(f"open {n} together", 0x80, one(n), *[ANY] * n) for n in range(1, 6)),
        *(moving(f"open {n} in turn", 0x87, one(n), *[ANY] * n) for n in range(1, 6)),
    ),
    boards=(0, 1),
)
