"""The one queue into the core's thread, and what may lie in it beside the core's inputs.

Bounded: full means that the core does not keep up, which is unhealthy and not to be hidden.
"""

from __future__ import annotations

import queue
from dataclasses import dataclass

from locker.core.input import Input

LIMIT = 2000


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The centre has everything up to this row of the journal's file."""

    row: int


@dataclass(frozen=True, slots=True)
class Forked:
    """The centre knows another history of this journal: a new one must be begun."""

    journal: str


Message = Input | Acknowledged | Forked


class InboxFullError(RuntimeError):
    """The core does not keep up."""


class Inbox:
    """Many threads put, the core's thread takes, in order."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._queue: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def put(self, message: Message) -> None:
        """Hand over; raises InboxFullError."""
        if self._queue.qsize() >= self._limit:
            raise InboxFullError(f"{self._limit} messages wait for the core")
        self._queue.put(message)

    def take(self, timeout_s: float) -> Message | None:
        """Wait for the next message; None when there is none in time."""
        try:
            return self._queue.get(timeout=max(timeout_s, 0.0))
        except queue.Empty:
            return None
