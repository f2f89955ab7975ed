"""What a lock board can be asked and what it can say, with no bytes and no I/O in it.

Each board family translates between these values and its own frames behind `BoardCodec`. This
module must not know any family, port or clock.

The verbs are those of a protocol with no I/O: `encode` a request, `receive_data` whatever came,
and ask for `next_event` until it says `NEED_DATA`. Some families have frames whose length is not
written in them; such a frame ends by silence on the line. Only the bus has a clock, so the bus
tells the codec with `receive_silence` when nothing came for the bus gap. The codec never guesses
from time itself.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Protocol


class DoorState(enum.Enum):
    """What a door contact tells of a door."""

    CLOSED = "closed"
    OPEN = "open"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Pulse:
    """Ask a board to energise one lock once, for the board's own pulse time.

    `board` is the address set on its switches, `lock` counts from 1. There is no "all locks".
    """

    board: int
    lock: int


@dataclass(frozen=True, slots=True)
class QueryDoors:
    """Ask a board for all of its door contacts."""

    board: int


@dataclass(frozen=True, slots=True)
class QueryDoor:
    """Ask a board for one door contact."""

    board: int
    lock: int


@dataclass(frozen=True, slots=True)
class QueryOutputs:
    """Ask a board which outputs are on. Only families whose outputs can be held have it."""

    board: int


@dataclass(frozen=True, slots=True)
class OutputsOff:
    """Ask a board to put all its outputs off. Only families whose outputs can be held have it.

    Moves nothing and energises nothing; it is a write all the same.
    """

    board: int


Read = QueryDoors | QueryDoor | QueryOutputs
Write = Pulse | OutputsOff
Request = Read | Write


@dataclass(frozen=True, slots=True)
class PulseReply:
    """A board took a pulse request. No evidence of the door, whatever it says (facts §16).

    `claim` is what the board says of the pulse: done, failed, or None where it says nothing.
    """

    board: int
    lock: int
    door: DoorState
    claim: bool | None = None


@dataclass(frozen=True, slots=True)
class DoorsReply:
    """All door contacts of a board; `doors` has every lock of the profile, UNKNOWN where not told.

    `doors` is never changed after it was made.
    """

    board: int
    doors: Mapping[int, DoorState]


@dataclass(frozen=True, slots=True)
class DoorReply:
    """One door contact of a board."""

    board: int
    lock: int
    door: DoorState


@dataclass(frozen=True, slots=True)
class OutputsReply:
    """The outputs of a board that are on at this moment, counted from 1."""

    board: int
    on: frozenset[int]


@dataclass(frozen=True, slots=True)
class OutputsOffReply:
    """A board took the request to put all outputs off. Only `OutputsReply` is evidence."""

    board: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A board says that it will not do what was asked: a value, no error.

    `function` and `code` are the bytes of the family's frame.
    """

    board: int
    function: int
    code: int


@dataclass(frozen=True, slots=True)
class DoorReport:
    """A door contact told by the board unasked, usually after a door was shut by hand."""

    board: int
    lock: int
    door: DoorState


@dataclass(frozen=True, slots=True)
class Stray:
    """Bytes that belong to no valid frame (noise, a damaged frame, a copy of our own request)."""

    data: bytes


Reply = PulseReply | DoorsReply | DoorReply | OutputsReply | OutputsOffReply | Refusal
Event = Reply | DoorReport | Stray


class NeedData(enum.Enum):
    """The type of the sentinel `NEED_DATA`."""

    NEED_DATA = "need data"


NEED_DATA: Final = NeedData.NEED_DATA
NeedDataType = Literal[NeedData.NEED_DATA]


class RequestRangeError(ValueError):
    """A request names a board or lock that this family or profile does not have."""

    def __init__(self, request: Request, field: str, allowed: range) -> None:
        self.request = request
        self.field = field
        self.allowed = allowed
        super().__init__(f"{request}: {field} must be {allowed.start} to {allowed.stop - 1}")


class RequestUnknownError(ValueError):
    """This family or profile has no such request."""

    def __init__(self, request: Request) -> None:
        self.request = request
        super().__init__(f"{request}: this kind of board cannot be asked that")


class BoardCodec(Protocol):
    """One board family's frames, as a pure translator that holds all unread bytes.

    The unread bytes are bounded: what cannot become a frame any more comes out as `Stray`.
    """

    def encode(self, request: Request) -> bytes:
        """Return the one frame for `request`.

        Raises `RequestRangeError` if it is out of range, `RequestUnknownError` if the family has
        nothing of the kind. Where a family cannot read one door, `QueryDoor` reads them all and is
        answered by a `DoorsReply`.
        """
        ...

    def receive_data(self, data: bytes) -> None:
        """Take bytes from the line, in any portions."""
        ...

    def receive_silence(self) -> None:
        """Take the news that nothing came for the bus gap since the last byte.

        A complete frame that waits for its end is now given out by `next_event`. Bytes that may
        still be the beginning of a frame are kept: an adapter may cut a reply in two.
        """
        ...

    def next_event(self) -> Event | NeedDataType:
        """Return the next value found in the unread bytes, or `NEED_DATA`."""
        ...

    def answers(self, request: Request, event: Event) -> bool:
        """Tell whether `event` is the kind of reply that `request` asks for."""
        ...

    def fence(self, request: Request) -> Request | None:
        """Return a read whose reply cannot be taken for a late reply to `request`, if any.

        A board answers in order. So once the fence is answered no older reply can follow.
        """
        ...

    def discard(self) -> bytes:
        """Drop and return all unread bytes."""
        ...
