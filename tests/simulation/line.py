"""The cable between the PC and the board, on the world's clock: bytes, noise and a plug.

A pure simulated board of any family hangs on it; the real bus and codec talk to it.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Mapping

from drivers.port import PortCause, PortLostError, PortUnavailableError
from drivers.simulator.device import Device
from tests.simulation.world import World

URL = "simulated"


class Cable:
    """The board's end, which outlives boots. `plugged`: whether the port can be opened."""

    def __init__(self, world: World, device: Device, *, byte_s: float) -> None:
        self.world = world
        self.device = device
        self.byte_s = byte_s
        self.plugged = True
        self.pulls = 0
        self.pull_after_bytes: int | None = None
        """In how many bytes of the next write the cable is pulled."""
        self.noise_left = 0
        """Answers that are still hit by noise."""
        self.asks: Mapping[bytes, int] = {}
        """The whole frames that ask for a pulse, and the box of each."""
        self.on_asked: Callable[[int], None] = lambda _box: None

    def pull(self) -> None:
        """Pull the cable; a port that is open then is dead for ever."""
        self.plugged = False
        self.pulls += 1

    def open(self, *, base_s: float) -> CablePort:
        """Open the port; `base_s`: when the boot's monotonic clock was at 0."""
        if not self.plugged:
            raise PortUnavailableError(URL, cause=PortCause.MISSING, detail="pulled")
        return CablePort(self, base_s=base_s)


class CablePort:
    """An open port. Deadlines are of the boot's own monotonic clock."""

    def __init__(self, cable: Cable, *, base_s: float) -> None:
        self._cable = cable
        self._base_s = base_s
        self._pulls = cable.pulls
        self._coming: list[tuple[float, int, bytes]] = []
        self._order = 0

    def write(self, frame: bytes) -> None:
        """Hand the frame to the board when its last byte is over."""
        cable, world = self._cable, self._cable.world
        world.step("before the bytes go out")
        self._must_be_plugged()
        if cable.pull_after_bytes is not None:
            went, cable.pull_after_bytes = min(cable.pull_after_bytes, len(frame)), None
            cable.pull()
            world.tell("the board's cable is pulled within a frame")
            self._feed(frame[:went])
            raise PortLostError(URL, detail="pulled", written=went or 0)
        if (box := cable.asks.get(frame)) is not None:
            cable.on_asked(box)
        self._feed(frame)
        world.step("after the bytes went out")

    def read(self, until_s: float, wake_fd: int | None = None) -> bytes:
        """Move the clock to the next piece or to the deadline."""
        world = self._cable.world
        self._must_be_plugged()
        next_s = self._coming[0][0] if self._coming else float("inf")
        deadline_s = until_s + self._base_s
        while deadline_s - self._base_s < until_s:  # the sum was rounded down
            deadline_s = math.nextafter(deadline_s, math.inf)
        world.advance(min(next_s, deadline_s))
        data = b""
        while self._coming and self._coming[0][0] <= world.now_s:
            data += heapq.heappop(self._coming)[2]
        return data

    def close(self) -> None:
        """Do nothing."""

    def _feed(self, frame: bytes) -> None:
        over_s = self._cable.world.now_s + len(frame) * self._cable.byte_s
        for at_s, data in self._cable.device.feed(frame, over_s):
            self._order += 1
            ends_s = at_s + len(data) * self._cable.byte_s
            heapq.heappush(self._coming, (ends_s, self._order, self._noisy(data)))

    def _noisy(self, data: bytes) -> bytes:
        if self._cable.noise_left <= 0 or not data:
            return data
        self._cable.noise_left -= 1
        # Not every family has a checksum: noise that none could notice is not asked of it.
        at = self._cable.world.dice.randrange(len(data))
        return data[:at] + data[at + 1 :]

    def _must_be_plugged(self) -> None:
        if self._cable.pulls != self._pulls:
            raise PortLostError(URL, detail="pulled", written=0)
