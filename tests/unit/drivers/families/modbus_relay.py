"""Family G for the shared suite."""

from __future__ import annotations

from collections.abc import Container

from drivers.simulator.modbus_relay import crc16
from tests.unit.drivers.sample import ANY, FamilySample, MovingFrame, one

ADDRESS = range(256)
"""0 is a broadcast."""
RELAY = (*range(65), 0xFF)
"""More than any board has, and all of them."""


def crc_fits(frame: bytes) -> bool:
    """Judge the CRC-16/Modbus, low byte first, by the simulator's table."""
    return frame[-2:] == crc16(frame[:-2])


def moving(name: str, *places: Container[int]) -> MovingFrame:
    """Return a form of frame for any address: those of relays that are on no board are none."""
    return MovingFrame(name=name, places=(ADDRESS, *places, ANY, ANY), whole=crc_fits)


SAMPLE = FamilySample(
    name="modbus-relay",
    moving=(
        moving("switch one", one(0x05), one(0x00), RELAY, (0x00, 0x55, 0xFF), one(0x00)),
        moving("flash on", one(0x05), one(0x02), RELAY, ANY, ANY),
        moving("flash off", one(0x05), one(0x04), RELAY, ANY, ANY),
        moving("switch several", one(0x0F), one(0x00), RELAY, one(0x00), RELAY, one(1), ANY),
    ),
    reads_one_door=False,
    reads_outputs=True,
    faults=("late", "reply-lost", "garbage", "split", "echo", "corrupt"),
)
