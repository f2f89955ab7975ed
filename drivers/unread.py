"""The unread bytes of a codec: the one class that holds them, and bounds them.

Knows no frames.
"""

from __future__ import annotations

MAX_UNREAD = 512
"""Bytes kept at most. The longest frame of any family is far shorter."""


class UnreadBytes:
    """Bytes received and not yet given out, oldest first.

    Beyond `MAX_UNREAD` the oldest are dropped and counted in `overflowed`: a babbling line must
    not eat the memory. A caller that asks for events after each portion never gets there.
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self.overflowed = 0

    def __len__(self) -> int:
        return len(self._bytes)

    def append(self, data: bytes) -> None:
        """Add bytes at the end."""
        self._bytes += data
        excess = len(self._bytes) - MAX_UNREAD
        if excess > 0:
            del self._bytes[:excess]
            self.overflowed += excess

    def from_offset(self, offset: int) -> bytes:
        """Return the bytes from `offset` on, without taking them."""
        return bytes(self._bytes[offset:])

    def take(self, count: int) -> bytes:
        """Remove and return the first `count` bytes."""
        taken = bytes(self._bytes[:count])
        del self._bytes[:count]
        return taken
