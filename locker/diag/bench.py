"""What every verb works on: the doors and locks of one cabinet, whoever holds its port.

`Bench` has one form through the daemon (`daemon_bench`) and two directly on a port: with the
cabinet's journal (`cabinet_bench`) and on a bare bench (`bare_bench`). A verb must not know which.

Everything here is measured: a field that nobody measured is None, and shown as not available.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, Self

from drivers.profile import BoardProfile
from locker.contract.tech import LineNow
from locker.contract.vocabulary import Contact, DoorState

TELL_S = 1.0
_CHANNEL = re.compile(r"(?:(\d{1,2})/)?(\d{1,3}):(\d{1,3})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Channel:
    """One lock as the maker counts: the address on the board's switches, and the lock from 1.

    Written `board:number`; on a second bus `bus/board:number`.
    """

    bus: int
    board: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `board:number` or `bus/board:number`. Raises ValueError."""
        found = _CHANNEL.fullmatch(text.strip())
        if found is None or int(found[3]) < 1:
            raise ValueError(f"{text!r} is no channel; write BOARD:NUMBER, for example 1:7")
        return cls(int(found[1] or 1), int(found[2]), int(found[3]))

    def __str__(self) -> str:
        place = f"{self.board}:{self.number}"
        return place if self.bus == 1 else f"{self.bus}/{place}"


class Way(StrEnum):
    """How the locks are reached."""

    DAEMON = "daemon"
    CABINET = "direct, in the cabinet's journal"
    BARE = "direct, on a bare bench"


@dataclass(frozen=True, slots=True)
class About:
    """What stands behind the bench. `record`: where openings are written down, for people.

    `cabinet` is empty where none is enrolled here.
    """

    way: Way
    record: str
    cabinet: str = ""


@dataclass(frozen=True, slots=True)
class DoorReading:
    """What one door contact said last. `read_at`: Unix seconds, None where it never answered.

    `compartment`: the printed number, where a layout names one. `contact`: whether the cabinet's
    books believe what it says; None where nobody asked them.
    """

    channel: Channel
    state: DoorState
    read_at: float | None
    compartment: int | None = None
    contact: Contact | None = None

    @property
    def is_doubted(self) -> bool:
        """Whether the books say that the contact is not to be believed."""
        return self.contact not in {None, Contact.TRUSTED}


class Outcome(StrEnum):
    """What the readings after one pulse show. Only an edge counts as opened."""

    OPENED = "opened"
    NOT_OPENED = "not_opened"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """What `Opening.detail` says where it is no one's own words."""

    SHUT_THROUGHOUT = "read shut throughout"
    LINE_LOST = "nothing was sent: line lost"
    NOT_SHUT_BEFORE = "not read shut before the pulse"
    READINGS_MISSING = "readings are missing"


@dataclass(frozen=True, slots=True)
class Opening:
    """One asked-for opening and its evidence.

    `pulses`: frames that were, or may have been, written: 0 or 1. `time_to_open_ms`: from the
    pulse to the first reading that showed the door open, an upper bound; None unless opened.
    `detail`: why the outcome is unknown, or why nothing was sent.
    """

    channel: Channel
    outcome: Outcome
    pulses: int
    time_to_open_ms: int | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Wire:
    """One thing seen on a bus. `direction`: out, in, or note (then `data` is empty)."""

    bus: int
    at: float
    direction: str
    data: bytes
    meaning: str


class Bench(Protocol):
    """The doors and locks of one cabinet. Every method may raise `TroubleError`.

    Not for several threads at once. Closed by `close`, or by leaving `Call.bench()`.
    """

    @property
    def about(self) -> About:
        """What stands behind it."""
        ...

    @property
    def profiles(self) -> dict[int, BoardProfile]:
        """The board profile of each bus."""
        ...

    def channels(self) -> tuple[Channel, ...]:
        """Give every lock that can be asked for, in order."""
        ...

    def doors(self) -> tuple[DoorReading, ...]:
        """Read every door now, in the order of `channels`. A silent board's doors are unknown."""
        ...

    def watch(self) -> Iterator[tuple[DoorReading, ...]]:
        """Give all doors whenever one has changed, and at least every second; endless.

        A cable that is pulled shows as unknown doors, and the watch goes on: it never raises for
        that. Fast enough to see a door move (several readings a second).
        """
        ...

    def open(self, channel: Channel, *, reason: str, by: str) -> Opening:
        """Pulse one lock once and watch its door; journaled before a byte is on the wire.

        Takes up to four seconds; the door may be pulsed again after the coil's rest, which is
        waited for here. A refusal (two people needed, cabinet in use …) raises `TroubleError`.
        """
        ...

    def confirm_empty(self, channel: Channel, *, by: str) -> None:
        """Say that the box that `open` opened was looked into, found empty and is shut again.

        Recorded as a person's word. Unsaid, the cabinet withholds the box until staff have looked.
        """
        ...

    def line(self) -> tuple[LineNow, ...]:
        """Tell how each bus has been. Directly it is measured now, by read-only frames."""
        ...

    def trace(self) -> Iterator[tuple[Wire, ...]]:
        """Give what goes over the buses from now on, in portions, perhaps empty ones; endless."""
        ...

    def close(self) -> None:
        """Let go of port, journal or socket. Closing twice is right."""
        ...


def changes(
    doors: Callable[[], tuple[DoorReading, ...]], pause: Callable[[], object]
) -> Iterator[tuple[DoorReading, ...]]:
    """Give `doors` as `Bench.watch` does; `pause` is what is done between two looks."""
    told: tuple[DoorState, ...] = ()
    told_s = 0.0
    while True:
        found = doors()
        states = tuple(door.state for door in found)
        if states != told or time.monotonic() >= told_s + TELL_S:
            told, told_s = states, time.monotonic()
            yield found
        pause()
