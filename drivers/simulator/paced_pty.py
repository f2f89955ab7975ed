"""A pseudo-terminal that behaves like a serial cable: paced at the baud rate, pulled, put back.

A pseudo-terminal itself never paces. Each byte has one absolute deadline, in both directions, so
that nothing drifts. The host opens the stable link; this side holds the slave open too, since the
master cannot be read while nobody has. Knows no frames.
"""

from __future__ import annotations

import os
import pty
import termios
import tty
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 4096
_OSPEED = 5
_NOISE = (0xF8, 0xFC, 0xFE, 0xFF)
"""What bytes at another baud rate are read as: mostly idle line."""


class LinkError(Exception):
    """The link cannot be made: its path is in use by something that is no link."""


@dataclass(frozen=True, slots=True)
class Passed:
    """Bytes that have passed over the line: from the start of the first to the end of the last."""

    first_at_s: float
    last_at_s: float
    data: bytes


@dataclass(slots=True)
class _Sending:
    not_before_s: float
    data: bytes
    done: Callable[[Passed], None] | None
    begun_s: float | None = None
    sent: int = 0


class PacedPty:
    """One simulated cable. `turn` does what is due, `next_s` tells when that is next.

    With `same_baud_only` what the host sends and reads at another baud rate is noise. With
    `at_once` the host has nothing of a sending before the end of its last byte, and then all of it.
    """

    def __init__(
        self, link: Path, *, baud: int, same_baud_only: bool = False, at_once: bool = False
    ) -> None:
        self._link = link
        self._at_once = at_once
        self._byte_s = 10 / baud
        self._speed: int | None = getattr(termios, f"B{baud}", None) if same_baud_only else None
        self._master: int | None = None
        self._slave: int | None = None
        self._arriving: deque[Passed] = deque()
        self._in_free_s = float("-inf")
        self._out: deque[_Sending] = deque()
        self._out_free_s = float("-inf")
        self.plug()

    @property
    def readable(self) -> int | None:
        """The descriptor to wait on, while the cable is in."""
        return self._master

    def plug(self) -> None:
        """Put the cable in: a new terminal, and the link to it."""
        if self._master is not None:
            return
        if self._link.exists() and not self._link.is_symlink():
            raise LinkError(f"{self._link} exists and is no link; choose another path")
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        fresh = self._link.with_name(f".{self._link.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(self._slave))
        fresh.replace(self._link)

    def unplug(self) -> None:
        """Pull the cable: the host's port dies, the link is gone, bytes under way are lost."""
        for fd in (self._master, self._slave):
            if fd is not None:
                os.close(fd)
        if self._master is not None:
            self._link.unlink(missing_ok=True)
        self._master = self._slave = None
        self._arriving.clear()
        lost, self._out = self._out, deque()
        for sending in lost:
            if sending.done is not None:
                sending.done(Passed(sending.not_before_s, sending.not_before_s, b""))

    def send(self, at_s: float, data: bytes, done: Callable[[Passed], None] | None = None) -> None:
        """Send bytes from `at_s` on, or when the line is free; `done` is told when all are out.

        While the cable is out they are lost, and `done` is told of no bytes.
        """
        sending = _Sending(at_s, data, done)
        if self._master is None:
            if done is not None:
                done(Passed(at_s, at_s, b""))
            return
        place = len(self._out)
        while place and self._out[place - 1].not_before_s > at_s:
            if self._out[place - 1].begun_s is not None:
                break
            place -= 1
        self._out.insert(place, sending)

    def read(self, now_s: float) -> None:
        """Take what the host wrote; it is over when its last byte would be over on a wire."""
        if self._master is None:
            return
        try:
            data = os.read(self._master, _CHUNK)
        except OSError:
            return
        if self._host_differs():
            data = _noise_of(data)
        first_s = max(now_s, self._in_free_s)
        self._in_free_s = first_s + len(data) * self._byte_s
        self._arriving.append(Passed(first_s, self._in_free_s, data))

    def arrived(self, now_s: float) -> list[Passed]:
        """Return what has completely arrived from the host by now."""
        whole: list[Passed] = []
        while self._arriving and self._arriving[0].last_at_s <= now_s:
            whole.append(self._arriving.popleft())
        return whole

    def turn(self, now_s: float) -> None:
        """Hand the bytes that are due to the host."""
        while self._out and (due_s := self._due_s()) is not None and due_s <= now_s:
            sending = self._out[0]
            if sending.begun_s is None:
                sending.begun_s = max(sending.not_before_s, self._out_free_s)
            over = max(int((now_s - sending.begun_s) / self._byte_s), sending.sent + 1)
            over = len(sending.data) if self._at_once else min(over, len(sending.data))
            self._hand_over(sending.data[sending.sent : over])
            sending.sent = over
            if over == len(sending.data):
                self._out.popleft()
                self._out_free_s = sending.begun_s + over * self._byte_s
                if sending.done is not None:
                    sending.done(Passed(sending.begun_s, self._out_free_s, sending.data))

    def next_s(self) -> float | None:
        """Return when something is due next."""
        times = [self._due_s(), self._arriving[0].last_at_s if self._arriving else None]
        return min((t for t in times if t is not None), default=None)

    def _due_s(self) -> float | None:
        """Return when the next byte to the host is over, or the last one."""
        if not self._out:
            return None
        sending = self._out[0]
        begun_s = sending.begun_s
        if begun_s is None:
            begun_s = max(sending.not_before_s, self._out_free_s)
        count = len(sending.data) if self._at_once else sending.sent + 1
        return begun_s + count * self._byte_s

    def _hand_over(self, data: bytes) -> None:
        if self._master is None:
            return
        if self._host_differs():
            data = _noise_of(data)
        try:
            os.write(self._master, data)
        except OSError:
            return  # nobody reads and the terminal is full: as on a wire, the bytes are lost

    def _host_differs(self) -> bool:
        """Tell whether the host has set another baud rate than the board's."""
        if self._speed is None or self._slave is None:
            return False
        return bool(termios.tcgetattr(self._slave)[_OSPEED] != self._speed)


def _noise_of(data: bytes) -> bytes:
    return bytes(_NOISE[byte % len(_NOISE)] for byte in data)
