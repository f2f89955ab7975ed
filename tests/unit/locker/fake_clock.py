"""A clock that stands until it is pushed."""

from __future__ import annotations


class FakeClock:
    """Monotonic seconds; `push` lets time pass."""

    def __init__(self, now_s: float = 100.0) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s

    def push(self, seconds: float) -> None:
        """Let time pass."""
        self.now_s += seconds
