"""One port held by the command itself: frames out, readings in, through a pulled cable too.

Knows no journal: whoever pulses writes it down first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from drivers.boards.registry import FACTS_OF
from drivers.bus import Bus
from drivers.codec import (
    DoorReply,
    DoorsReply,
    DoorState,
    QueryDoor,
    QueryDoors,
    Read,
    Request,
    RequestUnknownError,
)
from drivers.exchange import Direction, Exchange, NotSentCause, NotSentError, TraceEntry
from drivers.family import BoardProfile
from drivers.port import PortError, PortUnavailableError
from drivers.profile import make_codec
from drivers.serial_port import SerialPort, open_serial_port
from drivers.twice import ReadTwice
from locker.diag.reading_rule import Answer
from locker.line_record import LineRecord, RecordedBus

REOPEN_S = 0.5
Seen = Mapping[int, tuple[DoorState, float]]
"""State and monotonic second of the reading, by lock."""


@dataclass(slots=True)
class DirectLine:
    """A port and its bus; reopened by itself after the cable was pulled.

    `failure`: why it is not open now.
    """

    url: str
    profile: BoardProfile
    record: LineRecord
    clock: Callable[[], float] = time.monotonic
    failure: PortError | None = None
    _port: SerialPort | None = None
    _bus: RecordedBus | None = None
    _try_at_s: float = 0.0
    _heard: bytearray = field(default_factory=bytearray)
    _twice: ReadTwice = field(default_factory=ReadTwice)

    def open(self) -> None:
        """Open the port. Raises PortUnavailableError."""
        port = open_serial_port(self.url, baud=self.profile.baud, clock=self.clock)
        bus = Bus(port, make_codec(self.profile), self.profile, self.clock, self._trace)
        self._twice.forget()
        self._port, self._bus, self.failure = port, RecordedBus(bus, self.record), None

    def close(self) -> None:
        """Close the port; closing twice is right."""
        if self._port is not None:
            self._port.close()
        self._port = self._bus = None

    def exchange(self, request: Request, *, timeout_s: float | None = None) -> Exchange | None:
        """Send once; None while the cable is out, or where no byte could be written."""
        bus = self._bus or self._reopened()
        if bus is None:
            return None
        try:
            done = bus.exchange(request, timeout_s=timeout_s)
        except NotSentError as error:
            if error.cause is NotSentCause.PORT_LOST:
                self._lose(error.__cause__)
            return None
        if done.lost is not None:
            self._lose(done.lost)
        return done

    def listen(self, duration_s: float) -> None:
        """Take in what comes unasked; for the trace."""
        bus = self._bus or self._reopened()
        if bus is None:
            time.sleep(min(duration_s, REOPEN_S))
        elif (lost := bus.listen(duration_s).lost) is not None:
            self._lose(lost)

    def read(self, board: int, lock: int | None = None) -> tuple[Seen, bytes]:
        """Read the doors of a board, or those that are read with `lock`; and what was stray."""
        seen: dict[int, tuple[DoorState, float]] = {}
        stray = b""
        for request in self.profile.door_reads(board):
            if isinstance(request, QueryDoor) and lock not in {None, request.lock}:
                continue
            exchanges = self._ask(request)
            stray += b"".join(done.stray for done in exchanges)
            for done in exchanges:
                seen |= self._seen(done)
            if not exchanges or exchanges[-1].reply is None:
                break  # a silent board is not asked for each of its locks
        return seen, stray

    def _ask(self, request: Read) -> list[Exchange]:
        """Ask once; twice where frames carry no check and a door reads otherwise than before."""
        done = self.exchange(request)
        if done is None:
            return []
        doors = _doors_of(done)
        if FACTS_OF[self.profile.family].checked or not self._twice.doubts(request.board, doors):
            return [done]
        again = self.exchange(request)
        return [done] if again is None else [done, again]

    def _seen(self, done: Exchange) -> dict[int, tuple[DoorState, float]]:
        """Give what one exchange tells for certain, with the moment of each reading."""
        board = done.request.board
        at_s = self.clock() if done.replied_at is None else done.replied_at
        doors = _doors_of(done)
        if not FACTS_OF[self.profile.family].checked:
            doors = self._twice.counted(board, doors)
        seen: dict[int, tuple[DoorState, float]] = {
            lock: (state, at_s) for lock, state in doors.items() if state is not DoorState.UNKNOWN
        }
        for report, when_s in zip(done.reports, done.reported_at, strict=True):
            if report.board == board:
                seen[report.lock] = (report.door, when_s)
        return seen

    def answers(self, board: int, lock: int) -> tuple[Answer, ...]:
        """Read one door in every form that the board has, with the bytes that came."""
        found = []
        forms: tuple[Read, ...] = (QueryDoors(board), QueryDoor(board, lock))
        for request in forms:
            self._heard.clear()
            try:
                self.exchange(request)
            except RequestUnknownError:
                continue
            found.append(Answer(request, bytes(self._heard)))
        return tuple(found)

    def _trace(self, entry: TraceEntry) -> None:
        self.record.trace(entry)
        if entry.direction is Direction.IN:
            self._heard += entry.data[: 4096 - len(self._heard)]

    def _reopened(self) -> RecordedBus | None:
        if self.clock() < self._try_at_s:
            time.sleep(0.05)
            return None
        self._try_at_s = self.clock() + REOPEN_S
        try:
            self.open()
        except PortUnavailableError as error:
            self.failure = error
        return self._bus

    def _lose(self, error: BaseException | None) -> None:
        self.failure = error if isinstance(error, PortError) else None
        self.close()
        self._try_at_s = self.clock() + REOPEN_S


def _doors_of(done: Exchange) -> Mapping[int, DoorState]:
    match done.reply:
        case DoorsReply(doors=doors):
            return doors
        case DoorReply(lock=lock, door=door):
            return {lock: door}
        case _:
            return {}
