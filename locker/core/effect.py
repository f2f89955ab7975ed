"""What the core wants done in the world, after the commit: one frozen value a kind."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PulseLock:
    """Pulse this compartment's lock once; refuse after monotonic second `not_after_s`."""

    attempt: str
    compartment: int
    not_after_s: float


@dataclass(frozen=True, slots=True)
class WatchDoors:
    """Poll these compartments as fast as the bus allows; all others slowly. Replaces the last."""

    compartments: frozenset[int]


@dataclass(frozen=True, slots=True)
class PrintSlip:
    """Print the number and code of somebody with no phone."""

    number: str
    code: str = field(repr=False)


Effect = PulseLock | WatchDoors | PrintSlip
