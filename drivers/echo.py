"""The copy of our own frame that some RS-485 adapters return. Knows no frames and no port."""

from __future__ import annotations


class EchoFilter:
    """Takes one copy of our own frame off the front of what comes in.

    Holds back bytes only as long as they may be that copy.
    """

    def __init__(self, frame: bytes) -> None:
        self._frame = frame
        self._held = b""
        self._done = not frame
        self.seen = False

    def feed(self, data: bytes) -> bytes:
        """Return the bytes that are no echo."""
        if self._done:
            return data
        self._held += data
        if self._held.startswith(self._frame):
            self.seen = self._done = True
            rest, self._held = self._held[len(self._frame) :], b""
            return rest
        if self._frame.startswith(self._held):
            return b""
        return self.release()

    def release(self) -> bytes:
        """Give up waiting for the echo; return what was held back."""
        held, self._held, self._done = self._held, b"", True
        return held
