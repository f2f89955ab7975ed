"""The serial lines of one cabinet: a worker for each bus and each reader, and a record of each bus.

Knows the ports of the settings and what hangs on them; knows no rule, no person and no network.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping

from drivers.boards.registry import FACTS_OF
from drivers.bus import Bus
from drivers.profile import make_codec
from drivers.scanner_models import ScannerModel
from drivers.scanners import ScanEnd, ScanResult
from drivers.serial_port import open_serial_port
from locker.board_worker import BoardWorker, Line
from locker.clock import Clock
from locker.contract.kiosk import LineFigures
from locker.core.effect import PulseLock
from locker.core.input import Input
from locker.line_record import LineRecord, RecordedBus
from locker.scanner_worker import Reader, ScannerWorker
from locker.settings import BusSettings, ReaderSection, Settings


class Wiring:
    """All lines of a cabinet. `take`: where codes go; `tell`: where all else goes."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        take: Callable[[ScanResult], None],
        tell: Callable[[Input], None],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._take = take
        self._tell = tell
        self._bus_of = {cell.number: cell.bus for cell in settings.layout.cells}
        self.records = self._line_records()
        self.boards: Mapping[int, BoardWorker] = {
            bus.number: self._board_worker(bus) for bus in settings.buses
        }
        self.readers = self._reader_workers()

    def pulse(self, job: PulseLock) -> None:
        """Hand a pulse to the worker of its compartment's bus."""
        self.boards[self._bus_of[job.compartment]].submit(job)

    def watch(self, compartments: frozenset[int]) -> None:
        """Let these doors be read without a pause."""
        for board in self.boards.values():
            board.watch(compartments)

    def figures(self) -> tuple[LineFigures, ...]:
        """Give what each bus was asked and how it answered."""
        buses = self._settings.buses
        return tuple(self.records[bus.number].figures(bus.port) for bus in buses)

    def _line_records(self) -> dict[int, LineRecord]:
        numbers, mono_s = itertools.count(), self._clock.mono_s
        return {
            bus.number: LineRecord(
                bus.number, bus.profile, numbers=numbers, mono=mono_s, wall=self._clock.wall
            )
            for bus in self._settings.buses
        }

    def _board_worker(self, bus: BusSettings) -> BoardWorker:
        record, mono_s = self.records[bus.number], self._clock.mono_s

        def open_line() -> Line:
            port = open_serial_port(bus.port, baud=bus.profile.baud, clock=mono_s)
            made = Bus(port, make_codec(bus.profile), bus.profile, mono_s, record.trace)
            return Line(RecordedBus(made, record), port.close)

        cells = [cell for cell in self._settings.layout.cells if cell.bus == bus.number]
        return BoardWorker(
            cells,
            open_line=open_line,
            clock=mono_s,
            tell=self._tell,
            reads=bus.profile.door_reads,
            held_outputs=bus.profile.held_outputs,
            checked=FACTS_OF[bus.profile.family].checked,
        )

    def _reader_workers(self) -> tuple[ScannerWorker, ...]:
        """Make a worker for each line on which codes come in."""
        scanner, cards = self._settings.scanner, self._settings.card_reader
        made = {
            Reader("scanner", ScannerModel(scanner.model), ScanEnd(scanner.end)): scanner,
            Reader("card_reader", end=ScanEnd(cards.end)): cards,
        }
        return tuple(self._reader(one, line) for one, line in made.items() if line.port)

    def _reader(self, reader: Reader, line: ReaderSection) -> ScannerWorker:
        mono_s = self._clock.mono_s
        return ScannerWorker(
            open_port=lambda: open_serial_port(line.port, baud=line.baud, clock=mono_s),
            take=self._take,
            clock=mono_s,
            tell=self._tell,
            noticed=self._hold_off,
            reader=reader,
        )

    def _hold_off(self) -> None:
        for board in self.boards.values():
            board.hold_off()
