"""When something happens, as the core is told; the core itself has no clock."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant on all the clocks that matter.

    `mono_s`: monotonic seconds of this boot; every duration is measured on it. `wall`: Unix
    seconds. `trusted`: whether the wall clock is believed. `floor`: Unix seconds that are
    certainly past: the last trusted journaled time plus the monotonic time since.
    """

    mono_s: float
    wall: float
    trusted: bool
    floor: float

    @property
    def surely(self) -> float:
        """The Unix second that is certainly reached: what an expiry is compared with."""
        return self.wall if self.trusted else self.floor
