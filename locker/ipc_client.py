"""One connection of a Unix socket: what waits in both directions, and how fast it is served.

Everything that a client can make the daemon hold or do is bounded here, by figures and not by its
goodwill. Knows no method and no core.
"""

from __future__ import annotations

import enum
import socket
import struct
from collections import deque
from dataclasses import dataclass, field

from locker.contract.jsonrpc import LineBuffer

CHUNK = 64 * 1024
OUT_LIMIT = 1024 * 1024
"""Bytes that may wait for a client that does not read; then it is dropped."""
UNREAD_LIMIT = 64 * 1024
"""A client with this much unread is not listened to until it has read."""
CALLS_A_TURN = 8
_PEER = struct.Struct("3i")


class Door(enum.Enum):
    """Which socket a client came through."""

    KIOSK = "kiosk.sock"
    TECH = "tech.sock"


class Pace:
    """So many a second on average, and a few at once."""

    def __init__(self, *, per_s: float, burst: int) -> None:
        self._per_s = per_s
        self._burst = burst
        self._left = float(burst)
        self._at_s: float | None = None

    def take(self, now_s: float) -> bool:
        """Tell whether one more may pass now, and count it."""
        if self.wait_s(now_s) > 0:
            return False
        self._left -= 1
        return True

    def wait_s(self, now_s: float) -> float:
        """Give the seconds until the next one may pass."""
        since_s = 0.0 if self._at_s is None else max(0.0, now_s - self._at_s)
        self._left = min(self._burst, self._left + since_s * self._per_s)
        self._at_s = now_s
        return max(0.0, 1.0 - self._left) / self._per_s


class Seldom:
    """Lets one log line through in a while, with how many there were."""

    def __init__(self, every_s: float = 10.0) -> None:
        self._every_s = every_s
        self._next_s = float("-inf")
        self._count = 0

    def count(self, now_s: float) -> int:
        """Count one more; the number to tell of, or 0 while it is too soon."""
        self._count += 1
        if now_s < self._next_s:
            return 0
        self._next_s = now_s + self._every_s
        told, self._count = self._count, 0
        return told


def _pace() -> Pace:
    return Pace(per_s=100, burst=200)


@dataclass(slots=True, eq=False)
class Client:
    """One connection. `spoke`: whether a call of it was ever answered well."""

    connection: socket.socket
    door: Door
    uid: int
    lines: LineBuffer = field(default_factory=LineBuffer)
    waiting: deque[bytes] = field(default_factory=deque)
    out: bytearray = field(default_factory=bytearray)
    pace: Pace = field(default_factory=_pace)
    spoke: bool = False
    greeted: bool = False

    @classmethod
    def accepted(cls, connection: socket.socket, door: Door) -> Client:
        """Take over a fresh connection; the kernel says whose it is."""
        connection.setblocking(False)
        peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
        _, uid, _ = _PEER.unpack(peer)
        return cls(connection, door, uid)

    @property
    def listening(self) -> bool:
        """Whether more of it is read: not before it is served and has read its answers."""
        return not self.waiting and len(self.out) < UNREAD_LIMIT

    def wait_s(self, now_s: float) -> float | None:
        """Give the seconds until its next line may be served; None when none waits for that."""
        if not self.waiting or len(self.out) >= UNREAD_LIMIT:
            return None
        return self.pace.wait_s(now_s)

    def next_line(self, now_s: float) -> bytes | None:
        """Take the next line that may be served now."""
        if self.wait_s(now_s) != 0.0 or not self.pace.take(now_s):
            return None
        return self.waiting.popleft()

    def receive(self) -> bool:
        """Read once; False when it hung up. Raises LineTooLongError."""
        try:
            data = self.connection.recv(CHUNK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.waiting.extend(self.lines.feed(data))
        return bool(data)

    def flush(self) -> bool:
        """Send what it takes now; False when it is gone."""
        try:
            del self.out[: self.connection.send(self.out)]
        except BlockingIOError:
            pass
        except OSError:
            return False
        return True
