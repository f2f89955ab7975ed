"""The scanner's thread: bytes in any portions become inputs; a pulled cable is lived through."""

from __future__ import annotations

from collections import deque

import pytest

from drivers.port import PortCause, PortLostError, PortUnavailableError
from drivers.scanners import Configuration, Garbled, Oversized, Scan, ScanEnd, ScanResult
from locker.contract.failure import Failure
from locker.core.input import Input, LabelShown, PartChanged, ShownRefused
from locker.scan_gate import ScanGate, WedgeScan
from locker.scanner_worker import Reader, ScannerWorker
from tests.unit.locker.fake_clock import FakeClock


class FakePort:
    """Gives what was put in, then silence."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.coming: deque[bytes | PortLostError] = deque()
        self.closed = False

    def write(self, frame: bytes) -> None:
        raise NotImplementedError

    def read(self, until_s: float, wake_fd: int | None = None) -> bytes:
        if not self.coming:
            self.clock.now_s = until_s
            return b""
        data = self.coming.popleft()
        if isinstance(data, PortLostError):
            raise data
        return data

    def close(self) -> None:
        self.closed = True


def shown(scan: ScanResult) -> Input:
    match scan:
        case Scan(text=text):
            return LabelShown(text)
        case Garbled() | Oversized():
            return ShownRefused(Failure.UNREADABLE, "scan")
        case Configuration():
            return ShownRefused(Failure.NOT_OURS, "scan")


class Bench:
    """A worker on a fake port that is open."""

    def __init__(self, reader: Reader | None = None) -> None:
        self.clock = FakeClock()
        self.port = FakePort(self.clock)
        self.refusals: deque[PortUnavailableError] = deque()
        self.told: list[Input] = []
        self.noticed: list[float] = []
        self.typed: list[str] = []
        self.gate = ScanGate(
            shown, clock=self.clock, tell=self.told.append, typed=self.typed.append
        )
        self.worker = ScannerWorker(
            open_port=self.open_port,
            take=self.gate.take,
            clock=self.clock,
            tell=self.told.append,
            noticed=lambda: self.noticed.append(self.clock()),
            reader=reader or Reader(),
        )

    def open_port(self) -> FakePort:
        if self.refusals:
            raise self.refusals.popleft()
        return self.port

    def scan(self, *portions: bytes, turns: int = 4) -> list[Input]:
        self.told.clear()
        self.port.coming.extend(portions)
        for _ in range(len(portions) + turns):
            self.worker.turn()
        return [told for told in self.told if not isinstance(told, PartChanged)]


def test_code_in_single_bytes_is_one_scan() -> None:
    assert Bench().scan(b"h", b"e", b"y", b"\r") == [LabelShown("hey")]


def test_code_without_an_end_is_ended_by_silence() -> None:
    assert Bench().scan(b"hey") == [LabelShown("hey")]


def test_code_that_stays_before_the_scanner_counts_once() -> None:
    assert Bench().scan(b"hey\r", b"hey\r", turns=0) == [LabelShown("hey")]


def test_ten_kilobytes_are_one_unreadable_scan() -> None:
    assert Bench().scan(*[b"x" * 512] * 20, b"\r") == [ShownRefused(Failure.UNREADABLE, "scan")]


def test_control_characters_are_unreadable() -> None:
    assert Bench().scan(b"a\x00b\r") == [ShownRefused(Failure.UNREADABLE, "scan")]


@pytest.mark.logs_may_warn("scanner port")
def test_pulled_cable_is_told_and_the_port_reopened() -> None:
    bench = Bench()
    bench.scan(b"one\r")
    bench.port.coming.append(PortLostError("fake", detail="pulled"))
    bench.told.clear()
    bench.worker.turn()
    assert bench.told == [PartChanged("scanner", ok=False, detail="lost")]
    assert bench.port.closed
    bench.refusals.append(PortUnavailableError("fake", cause=PortCause.MISSING, detail=""))
    bench.worker.turn()
    bench.worker.turn()
    assert bench.told[-1] == PartChanged("scanner", ok=True)
    assert bench.scan(b"two\r") == [LabelShown("two")]


@pytest.mark.logs_may_warn("card_reader port")
def test_a_card_reader_on_a_line_of_its_own_is_told_of_by_its_name() -> None:
    bench = Bench(Reader("card_reader"))
    began_s = bench.clock()
    assert bench.scan(b"04B1B2C3\r") == [LabelShown("04B1B2C3")]
    assert bench.worker.read_at_s == began_s
    assert bench.worker.is_open
    bench.port.coming.append(PortLostError("fake", detail="pulled"))
    bench.worker.turn()
    assert bench.told[-1] == PartChanged("card_reader", ok=False, detail="lost")
    assert bench.port.closed


@pytest.mark.logs_may_warn("scanner port")
def test_missing_port_is_told_once_with_its_cause() -> None:
    bench = Bench()
    missing = PortUnavailableError("fake", cause=PortCause.MISSING, detail="")
    bench.refusals.extend([missing, missing])
    bench.worker.turn()
    bench.worker.turn()
    assert bench.told == [PartChanged("scanner", ok=False, detail="missing")]


def test_the_first_bytes_of_a_code_are_noticed_before_it_is_read_whole() -> None:
    bench = Bench()
    assert bench.scan(b"BBG:", turns=0) == []
    assert len(bench.noticed) == 1


def test_the_code_on_a_slip_stands_for_typing_it() -> None:
    bench = Bench()
    bench.gate.take_typed(WedgeScan("48301957"))
    bench.gate.take_typed(WedgeScan("4830195"))
    assert bench.typed == ["48301957"]
    assert len(bench.told) == 1


def test_the_same_code_typed_and_over_the_cable_counts_once() -> None:
    bench = Bench()
    assert bench.scan(b"hey-you\r", turns=0) == [LabelShown("hey-you")]
    bench.gate.take_typed(WedgeScan("hey-you"))
    bench.gate.take_typed(WedgeScan("another"))
    assert [t for t in bench.told if isinstance(t, LabelShown)][1:] == [LabelShown("another")]


def test_a_configuration_code_is_refused_as_not_ours() -> None:
    refused = [ShownRefused(Failure.NOT_OURS, "scan")]
    assert Bench().scan(b"_SET_CODE_ON\r") == refused
    assert Bench().scan(b"@SCNMOD0\r") == refused


@pytest.mark.logs_may_warn("scanner: ")
def test_a_code_without_the_end_that_is_set_is_said_once_and_its_return_too() -> None:
    bench = Bench(Reader(end=ScanEnd.CR))
    bench.scan(b"one", b"", b"two", b"", b"three\r")
    said = [told.detail for told in bench.told if isinstance(told, PartChanged)]
    assert said == ["", "end-missing", "end-came"]


def test_a_plain_scanner_is_never_written_to() -> None:
    bench = Bench()  # its port raises on write
    bench.scan(b"one\r", turns=2000)
