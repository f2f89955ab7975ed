"""Finds frames in what comes from a line: the part that all codecs share. Knows no family.

A family says with a `Judge` what begins at one place of the unread bytes; this module walks the
places, keeps the bytes that may still become a frame, and gives the rest out as stray.
"""

from __future__ import annotations

import enum
from collections.abc import Callable

from drivers.codec import NEED_DATA, Event, NeedDataType, Stray
from drivers.unread import UnreadBytes


class Verdict(enum.Enum):
    """What the bytes at one place are, when they are no complete frame."""

    UNDECIDED = "may become a frame"
    NO_FRAME = "no frame begins here"


Found = tuple[int, Event]
"""How many bytes a frame has, and its value."""

Judge = Callable[[bytes, bool], Found | Verdict]
"""Tells what begins at the first byte of what is given, which runs to the end of what came.

The second argument: the line is silent since the last byte. Bytes longer than the longest frame
must never be `UNDECIDED`.
"""


class FrameFinder:
    """The unread bytes of a codec, and the frames in them."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
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
            found = self._judge(self._unread.from_offset(offset), self._silent)
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
