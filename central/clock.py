"""The centre's clock, passed in wherever time matters."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

from central.settings import Settings
from locker.contract.demo_clock import DemoClock


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> float:
        """Give the Unix time in seconds."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Give the Unix time in seconds."""
        return time.time()


def clock_of(settings: Settings) -> Clock:
    """Give the clock of a centre; only a demo's can be put forward."""
    return DemoClock(settings.data) if settings.demo else SystemClock()
