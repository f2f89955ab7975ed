"""A `BoardCodec` for families whose frames tell their own length: no silence is needed to end one.

Knows no family. A family hands in its `Frames`, which hold no bytes: how a request is written, what
begins at a byte; which value answers which request, and which read fences which, where the family
differs from the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, assert_never

from drivers.codec import (
    DoorReply,
    DoorsReply,
    Event,
    NeedDataType,
    OutputsOff,
    OutputsOffReply,
    OutputsReply,
    Pulse,
    PulseReply,
    QueryDoor,
    QueryDoors,
    QueryOutputs,
    Request,
    RequestRangeError,
)
from drivers.frames import Found, FrameFinder, Verdict


class Frames(Protocol):
    """One family's frames, with no bytes held: what a `FramedCodec` is made of."""

    def encode(self, request: Request) -> bytes:
        """Return the one frame for `request`, as `BoardCodec.encode`."""
        ...

    def judge(self, rest: bytes) -> Found | Verdict:
        """Tell what begins at the first byte of `rest`, which is never empty."""
        ...


Answers = Callable[[Request, Event], bool]
"""Tells whether an event is the kind of reply that a request asks for."""

Fence = Callable[[Request], Request | None]
"""Gives a read with another form of reply, as `BoardCodec.fence`."""


def is_direct_answer(request: Request, event: Event) -> bool:
    """Tell whether `event` is the reply named like `request`, of the same board and lock."""
    match request, event:
        case (Pulse(board, lock), PulseReply(from_board, from_lock)) | (
            QueryDoor(board, lock),
            DoorReply(from_board, from_lock),
        ):
            return (board, lock) == (from_board, from_lock)
        case (
            (QueryDoors(board), DoorsReply(from_board))
            | (QueryOutputs(board), OutputsReply(from_board))
            | (OutputsOff(board), OutputsOffReply(from_board))
        ):
            return board == from_board
        case _:
            return False


def the_other_read(request: Request) -> Request | None:
    """Fence one door by all and all by one, where each is answered in a form of its own."""
    match request:
        case QueryDoors(board):
            return QueryDoor(board, 1)
        case QueryDoor(board):
            return QueryDoors(board)
        case Pulse() | QueryOutputs() | OutputsOff():
            return None
        case _:
            assert_never(request)


def _no_fence(_request: Request) -> None:
    """Every read of the family has the same form of reply."""


class FramedCodec:
    """`BoardCodec` of any family with `frames`; holds the unread bytes."""

    def __init__(
        self, frames: Frames, *, answers: Answers = is_direct_answer, fence: Fence = _no_fence
    ) -> None:
        self.answers = answers
        self.fence = fence
        self._frames = frames
        self._finder = FrameFinder(lambda rest, _silent: frames.judge(rest))

    def encode(self, request: Request) -> bytes:
        """Return the one frame for `request`."""
        return self._frames.encode(request)

    def receive_data(self, data: bytes) -> None:
        """Take bytes from the line."""
        self._finder.receive_data(data)

    def receive_silence(self) -> None:
        """Take the news that the line is silent since the last byte."""
        self._finder.receive_silence()

    def next_event(self) -> Event | NeedDataType:
        """Return the next value, or `NEED_DATA`."""
        return self._finder.next_event()

    def discard(self) -> bytes:
        """Drop and return all unread bytes."""
        return self._finder.discard()


def begins_with(rest: bytes, head: bytes) -> bool:
    """Tell whether `rest` agrees with `head` as far as both go."""
    return head.startswith(rest[: len(head)])


def checked_lock(request: Pulse | QueryDoor, locks: range) -> int:
    """Return the request's lock; raise `RequestRangeError` unless it is one of `locks`."""
    if request.lock not in locks:
        raise RequestRangeError(request, "lock", locks)
    return request.lock
