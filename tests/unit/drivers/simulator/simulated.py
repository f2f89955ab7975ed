"""A simulated board of any family, asked by hand: what the tests of all devices share."""

from __future__ import annotations

from typing import Any

from drivers.simulator.cabinet import Cabinet
from drivers.simulator.device import BoardBuild, Device
from drivers.simulator.fault import fault_from_text
from drivers.simulator.registry import SIMULATED


def device(
    family: str,
    *faults: str,
    boards: tuple[int, ...] | None = None,
    channels: int | None = None,
    **build: Any,
) -> Device:
    """Build boards of `family`, one at its first address if none is named, with faults at work."""
    channels = channels or SIMULATED[family].channels
    cabinet = Cabinet(dict.fromkeys(boards or (SIMULATED[family].first_address,), channels), seed=1)
    made = SIMULATED[family].device(cabinet, BoardBuild(channels=channels, **build))
    for fault in faults:
        made.faults.add(fault_from_text(fault))
    return made


def answered(made: Device, request: str, now_s: float = 10.0) -> str:
    """Send bytes given in hex; return all that the board sends for them, as it is published."""
    sent = made.feed(bytes.fromhex(request), now_s)
    return b"".join(frame for _, frame in sent).hex(" ").upper()


def open_all(made: Device) -> None:
    """Open every door by hand."""
    for door in made.cabinet.doors:
        made.cabinet.open_by_hand(door, 1.0)
