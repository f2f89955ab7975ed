"""The running simulator: a pure device behind a paced pseudo-terminal, and its control socket.

One thread, one `select`, absolute deadlines; asleep while nothing is due. All times are
CLOCK_MONOTONIC, so that other processes can compare them with their own.
"""

from __future__ import annotations

import os
import select
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from drivers.simulator.cabinet import DoorMoved
from drivers.simulator.device import Device, Meaning
from drivers.simulator.paced_pty import PacedPty, Passed
from drivers.simulator.scanner import SimulatedScanner

TRACE_ENTRIES = 200_000


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """Bytes that passed over a line."""

    n: int
    first_at: float
    last_at: float
    direction: str
    hex: str
    meaning: str


class WireTrace:
    """The latest `TRACE_ENTRIES` entries, numbered from 0."""

    def __init__(self) -> None:
        self._entries: deque[TraceEntry] = deque(maxlen=TRACE_ENTRIES)
        self._next = 0

    def add(self, passed: Passed, direction: str, meaning: str) -> TraceEntry:
        """Append an entry."""
        entry = TraceEntry(
            n=self._next,
            first_at=passed.first_at_s,
            last_at=passed.last_at_s,
            direction=direction,
            hex=passed.data.hex(" ").upper(),
            meaning=meaning,
        )
        self._next += 1
        self._entries.append(entry)
        return entry

    def since(self, n: int, *, limit: int) -> tuple[list[TraceEntry], bool]:
        """Return up to `limit` entries from number `n` on, and whether there are more."""
        skipped = max(0, n - (self._next - len(self._entries)))
        left = len(self._entries) - skipped
        # From the right end: the callers ask for what is new.
        found = [self._entries[len(self._entries) - left + k] for k in range(min(left, limit))]
        return found, left > limit


class Side(Protocol):
    """Something else that lives in the simulator's loop (the control socket)."""

    def readable(self) -> Iterable[int]:
        """Return the descriptors to wait on for reading."""
        ...

    def writable(self) -> Iterable[int]:
        """Return the descriptors that wait to be written."""
        ...

    def turn(self, ready: frozenset[int]) -> None:
        """Serve the descriptors that are ready."""
        ...

    def moved(self, moves: list[DoorMoved]) -> None:
        """Hear that doors moved."""
        ...


class PtyBoard:
    """A device and its cables: the board's, and those of the readers whose links are given."""

    def __init__(  # noqa: PLR0913 - two cables and what is at their ends
        self,
        device: Device,
        *,
        link: Path,
        baud: int,
        clock: Callable[[], float],
        meaning: Meaning,
        scanner_link: Path | None = None,
        scanner_baud: int = 9600,
        scanner_device: SimulatedScanner | None = None,
        card_reader_link: Path | None = None,
        card_reader_baud: int = 9600,
        codes_at_once: bool = False,
    ) -> None:
        self.device = device
        self.trace = WireTrace()
        self.board = PacedPty(link, baud=baud, same_baud_only=True)
        self.readers: dict[str, PacedPty] = {}
        if scanner_link is not None:
            self.readers["scanner"] = PacedPty(
                scanner_link, baud=scanner_baud, at_once=codes_at_once
            )
        if card_reader_link is not None:
            self.readers["card_reader"] = PacedPty(
                card_reader_link, baud=card_reader_baud, at_once=codes_at_once
            )
        self.scanner_device = scanner_device
        self._clock = clock
        self._meaning = meaning
        self._moves: list[DoorMoved] = []
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        self._stopped = False

    def now_s(self) -> float:
        """Read the clock."""
        return self._clock()

    def stop(self) -> None:
        """End `run` soon. May be called from a signal handler."""
        self._stopped = True
        os.write(self._wake_write, b".")

    def close(self) -> None:
        """Take the cables and their links away."""
        for line in self._lines():
            line.unplug()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def run(self, side: Side) -> None:
        """Serve the lines and `side` until `stop`."""
        while not self._stopped:
            readable = [self._wake_read, *side.readable()]
            readable += [line.readable for line in self._lines() if line.readable is not None]
            due_s = self._next_s()
            left_s = None if due_s is None else max(0.0, due_s - self._clock())
            got_in, got_out, _ = select.select(readable, list(side.writable()), [], left_s)
            ready = frozenset(got_in) | frozenset(got_out)
            self._turn(ready)
            side.turn(ready)
            # What the side did may have moved doors and sent reports.
            self.advance()
            moves, self._moves = self._moves, []
            if moves:
                side.moved(moves)

    def scan(self, which: str, data: bytes, done: Callable[[TraceEntry | None], None]) -> None:
        """Send bytes on a reader's line; `done` gets the trace entry, None if it was pulled."""

        def record(passed: Passed) -> None:
            done(self.trace.add(passed, "scan", which) if passed.data else None)

        if which == "scanner" and self.scanner_device is not None:
            data = self.scanner_device.show(data)
        if not data:
            now_s = self._clock()
            done(self.trace.add(Passed(now_s, now_s, b""), "scan", "seen, nothing sent"))
            return
        self.readers[which].send(self._clock(), data, record)

    def advance(self) -> None:
        """Let doors spring that are due, and send the reports of all doors that moved."""
        moves = self.device.cabinet.advance(self._clock())
        for move in moves:
            door = self.device.cabinet.door(move.board, move.lock)
            self._send(self.device.report(door, move.at_s))
        self._moves += moves

    def _turn(self, ready: frozenset[int]) -> None:
        now_s = self._clock()
        for line in self._lines():
            if line.readable in ready:
                line.read(now_s)
        self.advance()
        for passed in self.board.arrived(now_s):
            self.trace.add(passed, "in", self._meaning(passed.data, from_host=True))
            self._send(self.device.feed(passed.data, passed.last_at_s))
        for which, reader in self.readers.items():
            for passed in reader.arrived(now_s):
                self.trace.add(passed, f"to-{which}", "command")
                if which == "scanner" and self.scanner_device is not None:
                    for at_s, data in self.scanner_device.feed(passed.data, passed.last_at_s):
                        reader.send(at_s, data, self._record_reply)
        for line in self._lines():
            line.turn(now_s)

    def _send(self, emissions: Iterable[tuple[float, bytes]]) -> None:
        for at_s, data in emissions:
            self.board.send(at_s, data, self._record_out)

    def _record_out(self, passed: Passed) -> None:
        if passed.data:
            self.trace.add(passed, "out", self._meaning(passed.data, from_host=False))

    def _record_reply(self, passed: Passed) -> None:
        if passed.data:
            self.trace.add(passed, "from-scanner", "reply")

    def _next_s(self) -> float | None:
        times = [line.next_s() for line in self._lines()]
        times.append(self.device.cabinet.next_move_s())
        return min((t for t in times if t is not None), default=None)

    def _lines(self) -> list[PacedPty]:
        return [self.board, *self.readers.values()]
