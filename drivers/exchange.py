"""What one request on a bus brought, what was heard, and what a trace says of it: values only.

Knows no port and no frame.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from drivers.codec import DoorReport, Reply, Request
from drivers.port import PortLostError


class Direction(enum.Enum):
    """Which way the bytes of a trace entry went."""

    OUT = "out"
    IN = "in"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One thing seen on the line: bytes out, bytes in, or a note on what they mean."""

    at_s: float
    direction: Direction
    data: bytes
    note: str


Trace = Callable[[TraceEntry], None]


class NotSentCause(enum.Enum):
    """Why no byte of a request was written."""

    PORT_LOST = "port lost"
    LINE_BUSY = "the line never became quiet"


class NotSentError(Exception):
    """It is proven that no byte of `request` was written. Raised from its cause, if it has one."""

    def __init__(self, request: Request, cause: NotSentCause) -> None:
        self.request = request
        self.cause = cause
        super().__init__(f"{request} was not sent: {cause.value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What one request brought. Times are readings of the bus's clock in seconds.

    At least one byte of the request was, or may have been, written: otherwise there is
    `NotSentError` and no `Exchange`. A missing reply of a pulse therefore leaves it in doubt. Only
    a read may be not `asked`, because a late answer may still come: that is no silent board.

    `sent_at` is when the frame was handed to the port, `replied_at` when the last byte of the reply
    came. `expected` is false where the profile says that the board does not answer. `echo`: a copy
    of our own frame came back and was left out. `reported_at` has the time of each of `reports`:
    one that came before `sent_at` says nothing of what the request did. `stale` are replies of
    earlier requests. `lost` is set when the port died after the first byte.
    """

    request: Request
    sent_at: float
    reply: Reply | None = None
    replied_at: float | None = None
    expected: bool = True
    reports: tuple[DoorReport, ...] = ()
    reported_at: tuple[float, ...] = ()
    stale: tuple[Reply, ...] = ()
    stray: bytes = b""
    echo: bool = False
    lost: PortLostError | None = None
    asked: bool = True

    @property
    def in_doubt(self) -> bool:
        """Tell whether the request may or may not have reached the board."""
        return self.reply is None


@dataclass(frozen=True, slots=True)
class Heard:
    """What came unasked while listening. `lost` is set when the port died meanwhile."""

    reports: tuple[DoorReport, ...]
    stray: bytes
    reported_at: tuple[float, ...] = ()
    stale: tuple[Reply, ...] = ()
    lost: PortLostError | None = None


@dataclass(slots=True)
class Harvest:
    """Everything that came in during one exchange or while listening."""

    reports: list[DoorReport]
    reported_at: list[float]
    stale: list[Reply]
    stray: bytearray
    reply: Reply | None = None

    @classmethod
    def empty(cls) -> Harvest:
        """Begin with nothing."""
        return cls([], [], [], bytearray())

    def exchange(
        self,
        request: Request,
        *,
        sent_at: float,
        replied_at: float | None,
        lost: PortLostError | None,
    ) -> Exchange:
        """Give it as what one request brought."""
        return Exchange(
            request=request,
            sent_at=sent_at,
            reply=self.reply,
            replied_at=replied_at,
            reports=tuple(self.reports),
            reported_at=tuple(self.reported_at),
            stale=tuple(self.stale),
            stray=bytes(self.stray),
            lost=lost,
        )
