"""The clocks of the cabinet: durations, the wall, the centre's time, and what is certainly past.

Durations are monotonic. The wall clock is believed when the centre's time agrees with it, or when
the machine says that it is synchronised by the network. The centre's time is kept on the
monotonic clock. Knows no rule of what may expire.
"""

from __future__ import annotations

import ctypes
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from locker.contract.chain import Stamp
from locker.core.moment import Moment

AGREES_S = 5.0
"""The wall clock is believed when it differs from the centre's time by no more than this."""
DRIFT = 0.001
"""More than a PC's clock drifts, seconds a second."""
USABLE_ERROR_S = 5.0
"""The centre's time may be wrong by at most this, or it is not used."""
JUMP_S = 60.0
"""The wall clock jumped forward when it is this much further than the monotonic clock says."""
SETTLED_S = 3600.0
"""So long after a start, or a jump forward, nothing is judged to be long past by the wall clock."""
SYNC_LOOK_S = 10.0
TIMESYNC_FILE = Path("/run/systemd/timesync/synchronized")
_TIME_ERROR = 5
_TIMEX_BYTES = 512
"""More than any struct timex; all zero, `modes` included, so that nothing is set."""


@dataclass(frozen=True, slots=True)
class CentreReading:
    """The centre's clock as one short answer showed it; `offset_s` is to the monotonic clock."""

    offset_s: float
    error_s: float
    at_s: float

    def error_at(self, mono_s: float) -> float:
        """Give by how much it may be wrong later, as the monotonic clock drifts."""
        return self.error_s + DRIFT * (mono_s - self.at_s)


class CentreTime:
    """The centre's time on the monotonic clock. Written by the sync threads, read by all.

    `ahead`: seconds that centre and cabinet were put forward by together, in a demo.
    """

    def __init__(self, ahead: Callable[[], float] = lambda: 0.0) -> None:
        self._reading: CentreReading | None = None
        self._ahead = ahead

    def heard(self, centre_time: float, *, sent_s: float, received_s: float) -> None:
        """Take the centre's time from an answer; `sent_s`, `received_s` frame it (monotonic).

        A slow answer is left out while the last short one is better.
        """
        error_s = (received_s - sent_s) / 2
        held = self._reading
        if error_s > USABLE_ERROR_S or (held and held.error_at(received_s) < error_s):
            return
        offset_s = centre_time - self._ahead() - (sent_s + received_s) / 2
        self._reading = CentreReading(offset_s, error_s, received_s)

    def at(self, mono_s: float) -> float | None:
        """Give the centre's Unix second at a monotonic second; None while it is not known."""
        reading = self._reading
        return None if reading is None else reading.offset_s + mono_s + self._ahead()


def network_synchronised() -> bool:
    """Tell whether the machine says that its wall clock is set by the network."""
    if TIMESYNC_FILE.exists():
        return True
    try:
        adjtimex = ctypes.CDLL(None).adjtimex
    except (OSError, AttributeError):
        return False
    state = int(adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES)))
    return 0 <= state < _TIME_ERROR


class Clock:
    """All clocks of one run of the daemon, and the id of that run.

    `known_past`: a Unix second that is certainly past: the last trusted one in the journal.
    `ahead`: seconds that a demo was put forward by; they pass on the wall and at the centre alone.
    """

    def __init__(
        self,
        *,
        known_past: float = 0.0,
        mono: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        ahead: Callable[[], float] = lambda: 0.0,
        synchronised: Callable[[], bool] = network_synchronised,
    ) -> None:
        self.boot = f"b-{secrets.token_hex(8)}"
        self.centre = CentreTime(ahead)
        self.ahead_s = ahead
        self._mono = mono
        self._wall = wall
        self._synchronised = synchronised
        self._looked: tuple[float, bool] | None = None
        self._floor = (known_past, mono())
        self._offset_s = self.wall() - mono()
        self._jumped_at_s = mono()

    def mono_s(self) -> float:
        """Give the monotonic second."""
        return self._mono()

    def wall(self) -> float:
        """Give the wall clock's Unix second, believed or not."""
        return self._wall() + self.ahead_s()

    def know_past(self, wall: float) -> None:
        """Raise the floor: this Unix second is certainly past."""
        at, since_s = self._floor
        mono_s = self._mono()
        if wall > at + mono_s - since_s:
            self._floor = (wall, mono_s)

    def moment(self) -> Moment:
        """Read all clocks at once."""
        mono_s, wall = self._mono(), self.wall()
        if wall - mono_s > self._offset_s + JUMP_S:
            self._jumped_at_s = mono_s
        self._offset_s = wall - mono_s
        trusted = self._believed(mono_s, wall)
        if trusted:
            self._floor = (wall, mono_s)
        at, since_s = self._floor
        return Moment(mono_s=mono_s, wall=wall, trusted=trusted, floor=at + mono_s - since_s)

    def settled(self, now: Moment) -> bool:
        """Tell whether the wall clock is believed, and has been going evenly for an hour.

        A start counts as a jump: nobody watched the clock before.
        """
        return now.trusted and now.mono_s - self._jumped_at_s >= SETTLED_S

    def stamp(self, now: Moment) -> Stamp:
        """Give a moment in the form that the journal keeps."""
        return Stamp(self.boot, int(now.mono_s * 1000), now.wall, now.trusted)

    def _believed(self, mono_s: float, wall: float) -> bool:
        centre = self.centre.at(mono_s)
        if centre is not None:
            return abs(centre - wall) <= AGREES_S
        if self._looked is None or mono_s - self._looked[0] > SYNC_LOOK_S:
            self._looked = (mono_s, self._synchronised())
        return self._looked[1]
