"""A clock that stands until it is pushed."""

from __future__ import annotations


class FakeClock:
    """Monotonic seconds; `push` lets time pass, and each reading lets `pace_s` pass."""

    def __init__(self, now_s: float = 100.0) -> None:
        self.now_s = now_s
        self.pace_s = 0.0

    def __call__(self) -> float:
        self.now_s += self.pace_s
        return self.now_s

    def push(self, seconds: float) -> None:
        """Let time pass."""
        self.now_s += seconds
