"""A `BoardCodec` for families whose frames tell their own length: finds frames in what comes.

Knows no family. A family hands in its `Frames`: how a request is written, what begins at a byte,
which value answers which request. Such frames need no silence to end; silence only settles that
the beginning of a frame, behind which a whole frame has come, was none.
"""

from __future__ import annotations

import enum
from typing import Protocol

from drivers.codec import (
    NEED_DATA,
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
    Stray,
)
from drivers.unread import UnreadBytes


class Verdict(enum.Enum):
    """What the bytes at one place are, when they are no complete frame."""

    UNDECIDED = "may become a frame"
    NO_FRAME = "no frame begins here"


Found = tuple[int, Event]
"""A frame's length in bytes and its value."""


class Frames(Protocol):
    """One family's frames, with no bytes held: what a `FramedCodec` is made of."""

    def encode(self, request: Request) -> bytes:
        """Return the one frame for `request`, as `BoardCodec.encode`."""
        ...

    def judge(self, rest: bytes) -> Found | Verdict:
        """Tell what begins at the first byte of `rest`, which is never empty."""
        ...

    def answers(self, request: Request, event: Event) -> bool:
        """Tell whether `event` is the kind of reply that `request` asks for."""
        ...

    def fence(self, request: Request) -> Request | None:
        """Return a read with another form of reply, as `BoardCodec.fence`."""
        ...


class FramedCodec:
    """`BoardCodec` of any family with `frames`; holds the unread bytes."""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames
        self.encode = frames.encode
        self.answers = frames.answers
        self.fence = frames.fence
        self._unread = UnreadBytes()
        self._silent = False

    def receive_data(self, data: bytes) -> None:
        """Take bytes from the line."""
        if data:
            self._unread.append(data)
            self._silent = False

    def receive_silence(self) -> None:
        """Take the news that the line is silent since the last byte."""
        self._silent = True

    def discard(self) -> bytes:
        """Drop and return all unread bytes."""
        return self._unread.take(len(self._unread))

    def next_event(self) -> Event | NeedDataType:
        """Return the next value, or `NEED_DATA`. Bytes before a frame come out as one `Stray`."""
        undecided_at: int | None = None
        for offset in range(len(self._unread)):
            found = self.frames.judge(self._unread.from_offset(offset))
            if isinstance(found, tuple):
                if offset:
                    return Stray(self._unread.take(offset))
                length, event = found
                self._unread.take(length)
                return event
            if found is Verdict.UNDECIDED and undecided_at is None:
                undecided_at = offset
                if not self._silent:
                    break
        strays = len(self._unread) if undecided_at is None else undecided_at
        return Stray(self._unread.take(strays)) if strays else NEED_DATA


def begins_with(rest: bytes, head: bytes) -> bool:
    """Tell whether `rest` agrees with `head` as far as both go."""
    return head.startswith(rest[: len(head)])


def checked_lock(request: Pulse | QueryDoor, locks: range) -> int:
    """Return the request's lock; raise `RequestRangeError` unless it is one of `locks`."""
    if request.lock not in locks:
        raise RequestRangeError(request, "lock", locks)
    return request.lock


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
