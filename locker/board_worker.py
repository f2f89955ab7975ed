"""The thread that owns one bus: pulses locks, reads doors, and lives through a pulled cable.

A pulse is one frame and one reply, or none; it waits for at most the frame in flight and is
refused after its time. Doors somebody may be moving are read as fast as the bus allows, the
others slowly. Knows nothing of visits: it is told compartments and tells what the board said.
"""

from __future__ import annotations

import logging
import select
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from drivers import codec
from drivers.codec import (
    DoorReply,
    DoorReport,
    DoorsReply,
    OutputsOff,
    Pulse,
    QueryDoors,
    Read,
    Request,
)
from drivers.exchange import Exchange, Heard, NotSentCause, NotSentError
from drivers.port import PortUnavailableError
from drivers.twice import ReadTwice
from locker.contract.layout import Cell
from locker.contract.vocabulary import DoorState
from locker.core.effect import PulseLock
from locker.core.input import BoardSilent, DoorsRead, Input, PulseDone, PulseResult
from locker.crew import SignOfLife
from locker.wake import Wake

log = logging.getLogger(__name__)

SLOW_POLL_S = 0.4
HOLD_S = 0.1
LONGEST_POLL_S = 1.0
"""However often readings are put off, none is older; the core takes those of the last 2 s."""
LISTEN_S = 0.4
REOPEN_S = (0.2, 0.5, 1.0, 2.0)


class BoardBus(Protocol):
    """What is used of `drivers.bus.Bus`."""

    def exchange(
        self, request: Request, *, timeout_s: float | None = None, wake_fd: int | None = None
    ) -> Exchange:
        """Send once, wait for the one reply; woken only while nothing is on the wire."""
        ...

    def listen(self, duration_s: float, *, wake_fd: int | None = None) -> Heard:
        """Collect what comes unasked."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """An open port with its bus."""

    bus: BoardBus
    close: Callable[[], None]


class BoardWorker:
    """One bus and the compartments on it. `open_line` raises PortUnavailableError."""

    def __init__(
        self,
        cells: Iterable[Cell],
        *,
        open_line: Callable[[], Line],
        clock: Callable[[], float],
        tell: Callable[[Input], None],
        reads: Callable[[int], Iterable[Read]] = lambda board: (QueryDoors(board),),
        held_outputs: bool = False,
        checked: bool = True,
    ) -> None:
        """Serve the doors of `cells`.

        `reads`: the reads that together tell all doors of a board, usually one. `held_outputs`:
        outputs stay on until told otherwise, so they are put off whenever the port was opened.
        `checked`: frames carry a check; where not, a changed door is told when it was read twice.
        """
        self._reads = reads
        self._held_outputs = held_outputs
        self._twice = None if checked else ReadTwice()
        self._again: tuple[int, Read] | None = None
        self._pending: deque[tuple[int, Read]] = deque()
        self._locks = {cell.number: (cell.board, cell.channel) for cell in cells}
        self._doors = {lock: number for number, lock in self._locks.items()}
        self._boards = sorted({board for board, _ in self._locks.values()})
        self._open_line = open_line
        self._clock = clock
        self._tell = tell
        self._jobs: deque[PulseLock] = deque()
        self._watched: frozenset[int] = frozenset()
        self._wake = Wake()
        self._line: Line | None = None
        self._read_at_s: dict[int, float] = {}
        self._failed_openings = 0
        self._open_at_s = 0.0
        self._silent: set[int] = set()
        self._held_until_s = 0.0

    def submit(self, job: PulseLock) -> None:
        """Take a pulse; from any thread."""
        self._jobs.append(job)
        self._wake.set()

    def watch(self, compartments: frozenset[int]) -> None:
        """Read these doors as fast as the bus allows; replaces the last. From any thread."""
        self._watched = frozenset(self._locks[n][0] for n in compartments if n in self._locks)
        self._wake.set()

    def hold_off(self) -> None:
        """Put off readings that nobody waits for: a pulse may be wanted soon. From any thread."""
        self._held_until_s = self._clock() + HOLD_S

    def run(self, life: SignOfLife, stop: threading.Event) -> None:
        """Serve the bus until stopped."""
        while not stop.is_set():
            life.beat()
            self.turn()
        if self._line is not None:
            self._line.close()

    def turn(self) -> None:
        """Do the one most pressing thing."""
        self._wake.clear()
        line = self._line or self._reopen()
        if line is None:
            self._refuse_jobs("the port is not open")
            self._sleep(self._open_at_s - self._clock())
            return
        board = self._due_board(self._clock())
        unread = board is not None and board not in self._read_at_s
        if self._jobs and not unread:
            self._pulse(line, self._jobs.popleft())
        elif self._again is not None:
            (doubtful, read), self._again = self._again, None
            self._read(line, doubtful, read, again=True)
        elif self._pending:
            self._read(line, *self._pending.popleft())
        elif board is not None:
            self._begin_reading(line, board)
        else:
            self._listen(line)

    # --- the port -------------------------------------------------------------------------

    def _reopen(self) -> Line | None:
        now_s = self._clock()
        if now_s < self._open_at_s:
            return None
        try:
            self._line = self._open_line()
        except PortUnavailableError as error:
            delay_s = REOPEN_S[min(self._failed_openings, len(REOPEN_S) - 1)]
            if self._failed_openings == 0:
                log.warning("board port: %s; trying again until it is there", error)
            self._failed_openings += 1
            self._open_at_s = self._clock() + delay_s
            self._say_silent(self._boards, f"port: {error.cause.value}")
            return None
        if self._failed_openings:
            log.info("board port: open again")
        self._failed_openings = 0
        self._read_at_s.clear()
        self._pending.clear()
        self._again = None
        if self._twice is not None:
            self._twice.forget()
        if self._held_outputs:
            self._put_outputs_off(self._line)
        return self._line

    def _put_outputs_off(self, line: Line) -> None:
        for board in self._boards:
            try:
                line.bus.exchange(OutputsOff(board))
            except NotSentError as error:
                log.warning("board %d: outputs not put off (%s)", board, error.cause.value)

    def _lose(self, why: object) -> None:
        log.warning("board port: %s", why)
        if self._line is not None:
            self._line.close()
        self._line = None
        self._failed_openings = max(self._failed_openings, 1)
        self._open_at_s = self._clock() + REOPEN_S[0]
        self._say_silent(self._boards, "port: lost")

    def _sleep(self, duration_s: float) -> None:
        if duration_s > 0:
            select.select([self._wake.fd], [], [], min(duration_s, 1.0))

    # --- pulses ---------------------------------------------------------------------------

    def _refuse_jobs(self, reason: str) -> None:
        while self._jobs:
            job = self._jobs.popleft()
            self._not_sent(job, reason)

    def _not_sent(self, job: PulseLock, reason: str) -> None:
        log.warning("pulse %s, door %d: not sent (%s)", job.attempt, job.compartment, reason)
        self._tell(PulseDone(job.attempt, PulseResult.NOT_SENT, self._clock(), reason))

    def _pulse(self, line: Line, job: PulseLock) -> None:
        if self._clock() >= job.not_after_s:
            self._not_sent(job, "too late")
            return
        board, channel = self._locks[job.compartment]
        try:
            done = line.bus.exchange(Pulse(board, channel))
        except NotSentError as error:
            self._not_sent(job, error.cause.value)
            if error.cause is NotSentCause.PORT_LOST:
                self._lose(error.__cause__ or error)
            return
        result, reason = _judge(done)
        log.info("pulse %s, door %d: %s", job.attempt, job.compartment, result.value)
        self._tell(PulseDone(job.attempt, result, done.sent_at, reason))
        self._tell_reports(done.reports, done.reported_at)
        if done.lost is not None:
            self._lose(done.lost)

    # --- doors ----------------------------------------------------------------------------

    def _due_board(self, now_s: float) -> int | None:
        """Give the board whose reading is most overdue: watched ones always are, a little."""
        due_s, board = min((self._due_s(board), board) for board in self._boards)
        return board if due_s <= now_s else None

    def _due_s(self, board: int) -> float:
        read_at_s = self._read_at_s.get(board)
        if read_at_s is None or board in self._watched:
            return read_at_s or 0.0
        held_s = min(self._held_until_s, read_at_s + LONGEST_POLL_S)
        return max(read_at_s + SLOW_POLL_S, held_s)

    def _begin_reading(self, line: Line, board: int) -> None:
        """Read a board, one frame a turn, so that a pulse never waits for more than one."""
        self._read_at_s[board] = self._clock()
        first, *rest = self._reads(board)
        self._pending.extend((board, read) for read in rest)
        self._read(line, board, first)

    def _read(self, line: Line, board: int, read: Read, *, again: bool = False) -> None:
        try:
            done = line.bus.exchange(read, wake_fd=self._wake.fd)
        except NotSentError as error:
            if error.cause is NotSentCause.PORT_LOST:
                self._lose(error.__cause__ or error)
            else:
                self._say_silent([board], error.cause.value)
            return
        self._tell_reports(done.reports, done.reported_at)
        if isinstance(done.reply, DoorsReply | DoorReply):
            self._heard(board)
            at_s = self._clock() if done.replied_at is None else done.replied_at
            doors = _doors_of(done.reply)
            sure = doors if self._twice is None else self._twice.counted(board, doors)
            if len(sure) < len(doors) and not again:
                self._again = (board, read)
            if sure:
                self._tell(DoorsRead(self._states(board, sure), at_s))
        elif done.lost is None and done.asked:
            self._say_silent([board], "no reply")
        if done.lost is not None:
            self._lose(done.lost)

    def _states(self, board: int, doors: Mapping[int, codec.DoorState]) -> dict[int, DoorState]:
        return {
            self._doors[board, channel]: DoorState(state.value)
            for channel, state in doors.items()
            if (board, channel) in self._doors
        }

    def _listen(self, line: Line) -> None:
        now_s = self._clock()
        next_s = min(self._due_s(board) for board in self._boards)
        heard = line.bus.listen(min(max(next_s - now_s, 0.0), LISTEN_S), wake_fd=self._wake.fd)
        self._tell_reports(heard.reports, heard.reported_at)
        if heard.lost is not None:
            self._lose(heard.lost)

    def _tell_reports(self, reports: Iterable[DoorReport], times_s: Iterable[float]) -> None:
        for report, at_s in zip(reports, times_s, strict=True):
            states = self._states(report.board, {report.lock: report.door})
            if states:
                self._tell(DoorsRead(states, at_s))

    def _say_silent(self, boards: Iterable[int], reason: str) -> None:
        for board in boards:
            if board not in self._silent:
                self._silent.add(board)
                log.warning("board %d: silent (%s)", board, reason)
            numbers = frozenset(n for n, (at, _) in self._locks.items() if at == board)
            self._tell(BoardSilent(numbers, self._clock(), reason))

    def _heard(self, board: int) -> None:
        if board in self._silent:
            self._silent.discard(board)
            log.info("board %d: answers again", board)


def _doors_of(reply: DoorsReply | DoorReply) -> Mapping[int, codec.DoorState]:
    return {reply.lock: reply.door} if isinstance(reply, DoorReply) else reply.doors


def _judge(done: Exchange) -> tuple[PulseResult, str]:
    """Say what became of the one frame; the reply's content is no evidence of the door."""
    if done.reply is not None:
        return PulseResult.ACKNOWLEDGED, ""
    if done.lost is not None:
        return PulseResult.BROKEN, str(done.lost)
    if not done.expected:
        return PulseResult.UNANSWERED, ""
    return PulseResult.SILENT, "no reply"
