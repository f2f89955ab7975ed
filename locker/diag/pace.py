"""The clocks that a verb waits by; handed in, so that a test needs no real time."""

from __future__ import annotations

import time
from typing import Protocol


class Pace(Protocol):
    """Monotonic seconds, Unix seconds and waiting."""

    def mono_s(self) -> float:
        """Give monotonic seconds."""
        ...

    def wall_s(self) -> float:
        """Give Unix seconds of the machine's own clock."""
        ...

    def sleep(self, duration_s: float) -> None:
        """Wait."""
        ...


class RealPace:
    """The machine's clocks."""

    def mono_s(self) -> float:
        """Give CLOCK_MONOTONIC."""
        return time.monotonic()

    def wall_s(self) -> float:
        """Give the wall clock."""
        return time.time()

    def sleep(self, duration_s: float) -> None:
        """Wait for real."""
        time.sleep(max(0.0, duration_s))
