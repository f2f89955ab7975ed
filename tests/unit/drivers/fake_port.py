"""A port on a fake clock with a simulated board behind it: whole minutes pass at once."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Protocol

from drivers.port import PortLostError

BYTE_S = 10 / 9600


class FakeClock:
    """A clock that only moves when it is told to."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class BoardSide(Protocol):
    """Whatever answers: `drivers.simulator`'s devices, or a script."""

    def feed(self, data: bytes, now_s: float) -> list[tuple[float, bytes]]:
        """Take a frame; return what comes back and when it begins."""
        ...


class FakeScript:
    """Answers the n-th frame with the n-th list of (delay in s, bytes)."""

    def __init__(self, *answers: Iterable[tuple[float, bytes]]) -> None:
        self._answers = [list(answer) for answer in answers]

    def feed(self, data: bytes, now_s: float) -> list[tuple[float, bytes]]:
        """Return the next answer."""
        answer = self._answers.pop(0) if self._answers else []
        return [(now_s + delay_s, frame) for delay_s, frame in answer]


class FakePort:
    """Paces as a wire does: a byte is read when it is over."""

    def __init__(self, clock: FakeClock, board: BoardSide, *, byte_s: float = BYTE_S) -> None:
        self.clock = clock
        self.byte_s = byte_s
        self.board = board
        self.written: list[tuple[float, bytes]] = []
        self._dying: PortLostError | None = None
        self.lose_at_s = float("inf")
        self.woken_at_s = float("inf")
        self._coming: list[tuple[float, int, int]] = []
        self._order = 0

    def lose_write(self, written: int | None) -> None:
        """Die at the next write, after so many bytes of it; None: nobody knows how many."""
        self._dying = PortLostError("fake", detail="pulled", written=written)

    def write(self, frame: bytes) -> None:
        """Hand the frame to the board when its last byte is over."""
        if self._dying is not None:
            raise self._dying
        self.written.append((self.clock.now_s, frame))
        over_s = self.clock.now_s + len(frame) * self.byte_s
        for at_s, data in self.board.feed(frame, over_s):
            self.come(at_s, data)

    def come(self, at_s: float, data: bytes) -> None:
        """Let bytes begin to come at a time."""
        for place, byte in enumerate(data, start=1):
            self._order += 1
            heapq.heappush(self._coming, (at_s + place * self.byte_s, self._order, byte))

    def read(self, until_s: float, wake_fd: int | None = None) -> bytes:
        """Move the clock to the next byte, to the deadline, or to when `wake_fd` is readable."""
        next_s = self._coming[0][0] if self._coming else float("inf")
        if wake_fd is not None:
            until_s = min(until_s, self.woken_at_s)
        at_s = max(self.clock.now_s, min(next_s, until_s))
        if at_s >= self.lose_at_s:
            self.clock.now_s = max(self.clock.now_s, self.lose_at_s)
            raise PortLostError("fake", detail="pulled")
        self.clock.now_s = at_s
        data = bytearray()
        while self._coming and self._coming[0][0] <= at_s:
            data.append(heapq.heappop(self._coming)[2])
        return bytes(data)

    def close(self) -> None:
        """Do nothing."""
