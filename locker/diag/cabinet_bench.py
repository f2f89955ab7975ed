"""The bench on a cabinet whose daemon does not run: the same core, on the cabinet's own journal.

Takes the journal's lock, so that no daemon can start meanwhile, and works the core and the boards
in one thread. What is opened is judged, counted and recorded exactly as through the daemon.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version

from drivers.boards.registry import FACTS_OF
from drivers.bus import Bus
from drivers.codec import QueryDoor, QueryDoors, RequestUnknownError
from drivers.exchange import NotSentError
from drivers.family import BoardProfile
from drivers.port import PortUnavailableError
from drivers.profile import make_codec
from drivers.serial_port import open_serial_port
from locker.board_worker import BoardWorker, Line
from locker.clock import Clock
from locker.contract.tech import LineNow
from locker.contract.vocabulary import DoorState
from locker.core import coil
from locker.core.engine import Engine
from locker.core.input import Started, TechnicianAsked, TechnicianSawEmpty
from locker.core_worker import CoreWorker, Outlets
from locker.diag.bench import About, Channel, DoorReading, Opening, Way, Wire, changes
from locker.diag.daemon_bench import no_such_door, not_taken
from locker.diag.measure import wires_of
from locker.diag.reading_rule import Answer
from locker.diag.refusal import is_decided, journal_taken, opening_of, refused, unavailable
from locker.diag.trouble import TroubleError
from locker.inbox import Inbox
from locker.journal.error import JournalError, JournalTakenError
from locker.journal.journal import Journal
from locker.line_record import LineRecord, RecordedBus
from locker.opening_book import OpeningBook
from locker.recorder import UNRECORDED, Recorder
from locker.settings import BusSettings, Settings
from locker.view import Around

READY_S = 4.0
DECIDED_S = 15.0
MEASURED_S = 5.0


class CabinetBench:
    """A `Bench` with a cabinet's journal. Raises TroubleError where port or journal are taken."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._clock = Clock(ahead=settings.ahead_s)
        for bus in settings.buses:
            _try_port(bus)
        self._journal = _open_journal(settings, self._clock)
        self._clock.know_past(self._journal.last_trusted_wall())
        self._inbox = Inbox()
        self._book = OpeningBook(self._clock.boot)
        self._tickets: dict[Channel, str] = {}
        self._lines: dict[int, Line] = {}
        numbers = itertools.count()
        self._records = {
            bus.number: LineRecord(
                bus.number,
                bus.profile,
                numbers=numbers,
                mono=self._clock.mono_s,
                wall=self._clock.wall,
            )
            for bus in settings.buses
        }
        self._boards = {bus.number: self._board(bus) for bus in settings.buses}
        self._cells = {Channel(c.bus, c.board, c.channel): c for c in settings.layout.cells}
        self._bus_of = {c.number: c.bus for c in settings.layout.cells}
        self._engine = Engine(settings.places, self._journal.load_state(), settings.core)
        recorder = Recorder(self._journal, mark=settings.run_dir / UNRECORDED)
        self._core = CoreWorker(
            self._engine, recorder, clock=self._clock, inbox=self._inbox, outlets=self._outlets()
        )
        self._core.handle(Started(self._clock.boot, version("bangbangui")))
        self._turn_until(lambda: bool(self._core.status()["ready"]), timeout_s=READY_S)

    @property
    def about(self) -> About:
        """The cabinet's own journal."""
        return About(Way.CABINET, str(self._journal.path), self._journal.id)

    @property
    def profiles(self) -> dict[int, BoardProfile]:
        """The profile of each bus."""
        return {bus.number: bus.profile for bus in self._settings.buses}

    def channels(self) -> tuple[Channel, ...]:
        """Every lock that a door of the layout hangs on."""
        return tuple(sorted(self._cells))

    def doors(self) -> tuple[DoorReading, ...]:
        """Let every board be read, then tell."""
        asked = self._clock.wall()
        self._turn_until(lambda: self._all_read_since(asked), timeout_s=1.5)
        return self._doors_now()

    def watch(self) -> Iterator[tuple[DoorReading, ...]]:
        """Give all doors at each change, and every second."""
        return changes(self._doors_now, self._turn)

    def open(self, channel: Channel, *, reason: str, by: str) -> Opening:
        """Ask the core, and let it and the boards work until the evidence is complete."""
        cell = self._cells.get(channel)
        if cell is None:
            raise no_such_door(channel)
        self._rest(cell.number)
        ticket = self._book.new_ticket()
        self._tickets[channel] = ticket
        self._core.take(TechnicianAsked(ticket, cell.number, by, reason))
        self._turn_until(lambda: self._is_decided(ticket), timeout_s=DECIDED_S)
        told = self._book.find(ticket)
        if told is None or (told.visit is None and not told.failure):
            raise refused(channel, "BBG-205")
        return opening_of(channel, told, glass=False)

    def confirm_empty(self, channel: Channel, *, by: str) -> None:
        """Hand the word to the core, once the door has been read shut."""
        cell, ticket = self._cells.get(channel), self._tickets.get(channel)
        if cell is None or ticket is None:
            raise no_such_door(channel)
        self._turn_until(lambda: self._is_shut(ticket), timeout_s=1.5)
        self._core.take(TechnicianSawEmpty(cell.number, by))
        told = self._book.find(ticket)
        if told is None or not told.looked:
            raise not_taken(channel)

    def line(self) -> tuple[LineNow, ...]:
        """Read the boards for some seconds and tell how the lines were."""
        until_s = time.monotonic() + MEASURED_S
        for board in self._boards.values():
            board.watch(frozenset(self._bus_of))
        self._turn_until(lambda: time.monotonic() >= until_s, timeout_s=MEASURED_S)
        return tuple(record.now() for record in self._records.values())

    def trace(self) -> Iterator[tuple[Wire, ...]]:
        """Give what goes over the buses while they are polled."""
        after = -1
        while True:
            wires, after = wires_of(self._records.values(), after)
            yield wires
            self._turn()

    def answers(self, channel: Channel) -> tuple[Answer, ...]:
        """Read one door in every form that its board has, with the bytes that came."""
        line, record = self._lines.get(channel.bus), self._records[channel.bus]
        forms = (
            QueryDoors(channel.board),
            QueryDoor(channel.board, channel.number),
        )
        found: list[Answer] = []
        if line is None:
            return ()
        for request in forms:
            before = record.newest()
            try:
                line.bus.exchange(request)
            except (RequestUnknownError, NotSentError):
                continue
            wires, _ = wires_of([record], before)
            heard = b"".join(wire.data for wire in wires if wire.direction == "in")
            found.append(Answer(request, heard))
        return tuple(found)

    def close(self) -> None:
        """Close ports and journal."""
        for line in self._lines.values():
            line.close()
        self._journal.close()

    # --- the machinery --------------------------------------------------------------------

    def _turn(self) -> None:
        for board in self._boards.values():
            board.turn()
        while (message := self._inbox.take(0.0)) is not None:
            self._core.take(message)
        self._core.take(None)

    def _turn_until(self, done: Callable[[], bool], *, timeout_s: float) -> None:
        until_s = time.monotonic() + timeout_s
        while not done() and time.monotonic() < until_s:
            self._turn()

    def _rest(self, compartment: int) -> None:
        """Wait out the coil's short rest; a hot coil is the core's to refuse."""
        rules = self._settings.core
        rested_s = coil.rested_at_s(self._engine.memory, rules, compartment)
        if rested_s <= self._clock.mono_s() + rules.coil_rest_s:
            self._turn_until(lambda: self._clock.mono_s() >= rested_s, timeout_s=rules.coil_rest_s)

    def _is_decided(self, ticket: str) -> bool:
        told = self._book.find(ticket)
        return told is not None and is_decided(told)

    def _is_shut(self, ticket: str) -> bool:
        told = self._book.find(ticket)
        return told is not None and told.shut

    def _all_read_since(self, wall: float) -> bool:
        readings = self._core.readings()
        numbers = (cell.number for cell in self._cells.values())
        return all((readings.get(n, (None, None))[1] or 0.0) >= wall for n in numbers)

    def _doors_now(self) -> tuple[DoorReading, ...]:
        readings = self._core.readings()
        unread = (DoorState.UNKNOWN, None)
        return tuple(
            DoorReading(channel, *readings.get(cell.number, unread), cell.number)
            for channel, cell in sorted(self._cells.items())
        )

    def _board(self, bus: BusSettings) -> BoardWorker:
        record = self._records[bus.number]

        def open_line() -> Line:
            port = open_serial_port(bus.port, baud=bus.profile.baud, clock=self._clock.mono_s)
            codec = make_codec(bus.profile)
            made = Bus(port, codec, bus.profile, self._clock.mono_s, record.trace)
            line = Line(RecordedBus(made, record), port.close)
            self._lines[bus.number] = line
            return line

        cells = [cell for cell in self._settings.layout.cells if cell.bus == bus.number]
        return BoardWorker(
            cells,
            open_line=open_line,
            clock=self._clock.mono_s,
            tell=self._inbox.put,
            reads=bus.profile.door_reads,
            held_outputs=bus.profile.held_outputs,
            checked=FACTS_OF[bus.profile.family].checked,
        )

    def _outlets(self) -> Outlets:
        return Outlets(
            pulse=lambda job: self._boards[self._bus_of[job.compartment]].submit(job),
            watch=self._watch,
            print_slip=_unheard,
            publish=_unheard,
            learn_keys=_unheard,
            events_wait=_unheard,
            news_settled=_unheard,
            forked=_unheard,
            around=lambda _mono_s, _reachable: Around(),
            witness=self._book.saw,
        )

    def _watch(self, compartments: frozenset[int]) -> None:
        for board in self._boards.values():
            board.watch(compartments)


def _unheard(*_: object) -> None:
    """Nobody listens: there is no glass and no centre here."""


def _try_port(bus: BusSettings) -> None:
    """Say at once why a port cannot be had, before the journal is taken."""
    try:
        open_serial_port(bus.port, baud=bus.profile.baud, clock=time.monotonic).close()
    except PortUnavailableError as error:
        raise unavailable(error) from error


def _open_journal(settings: Settings, clock: Clock) -> Journal:
    try:
        return Journal.open(settings.journal, stamp=clock.stamp(clock.moment()))
    except JournalTakenError as error:
        raise journal_taken(settings.journal) from error
    except JournalError as error:
        raise TroubleError(
            "journal_not_opened", file=settings.journal, detail=str(error)
        ) from error
