"""The serial port: how it opens, and every way it fails."""

from __future__ import annotations

import os
import pty
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.port import PortCause, PortLostError, PortUnavailableError
from drivers.serial_port import SerialPort, open_serial_port


class Terminal:
    """A pseudo-terminal: `master` is the far end, `path` the port."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        self.path = os.ttyname(self.slave)

    def pull(self) -> None:
        for fd in (self.master, self.slave):
            if fd >= 0:
                os.close(fd)
        self.master = self.slave = -1


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    yield made
    made.pull()


@pytest.fixture
def port(terminal: Terminal) -> Iterator[SerialPort]:
    made = open_serial_port(terminal.path, baud=9600, clock=time.monotonic)
    yield made
    made.close()


def soon() -> float:
    return time.monotonic() + 5


def test_bytes_go_out_unchanged_and_come_in_unchanged(port: SerialPort, terminal: Terminal) -> None:
    every_byte = bytes(range(256))
    port.write(every_byte)
    assert os.read(terminal.master, 1000) == every_byte
    os.write(terminal.master, every_byte)
    assert port.read(soon()) == every_byte


def test_reading_ends_at_the_deadline_with_nothing(port: SerialPort) -> None:
    assert port.read(time.monotonic() + 0.001) == b""
    assert port.read(time.monotonic() - 1) == b""


def test_a_deadline_in_the_past_still_takes_what_is_there(
    port: SerialPort, terminal: Terminal
) -> None:
    os.write(terminal.master, b"here")
    assert port.read(time.monotonic() - 1) == b"here"


def test_reading_is_woken_by_a_descriptor(port: SerialPort) -> None:
    wake, waker = os.pipe()
    threading.Timer(0.05, os.write, (waker, b".")).start()
    assert port.read(time.monotonic() + 60, wake_fd=wake) == b""
    assert os.read(wake, 1) == b"."
    os.close(wake)
    os.close(waker)


def test_a_missing_port_is_told_as_missing(tmp_path: Path) -> None:
    with pytest.raises(PortUnavailableError) as caught:
        open_serial_port(str(tmp_path / "ttyUSB0"), baud=9600, clock=time.monotonic)
    assert caught.value.cause is PortCause.MISSING
    assert "ttyUSB0" in str(caught.value)


def test_a_taken_port_is_told_as_taken(port: SerialPort, terminal: Terminal) -> None:
    with pytest.raises(PortUnavailableError) as caught:
        open_serial_port(terminal.path, baud=9600, clock=time.monotonic)
    assert caught.value.cause is PortCause.TAKEN


def test_a_closed_port_can_be_opened_again(port: SerialPort, terminal: Terminal) -> None:
    port.close()
    port.close()
    open_serial_port(terminal.path, baud=9600, clock=time.monotonic).close()


@pytest.mark.parametrize("path", ["/dev/null", "/tmp", "nonsense://x"])  # noqa: S108  # no port
def test_what_is_no_serial_port_is_unavailable(path: str) -> None:
    with pytest.raises(PortUnavailableError):
        open_serial_port(path, baud=9600, clock=time.monotonic)


def test_a_pulled_cable_is_lost_for_reading(port: SerialPort, terminal: Terminal) -> None:
    terminal.pull()
    with pytest.raises(PortLostError):
        port.read(soon())


def test_a_pulled_cable_is_lost_for_writing_and_proves_that_nothing_went_out(
    port: SerialPort, terminal: Terminal
) -> None:
    terminal.pull()
    with pytest.raises(PortLostError) as caught:
        port.write(b"frame")
    assert caught.value.written == 0


def test_a_cable_pulled_while_waiting_is_lost_at_once(port: SerialPort, terminal: Terminal) -> None:
    pulling = threading.Timer(0.05, terminal.pull)
    pulling.start()
    with pytest.raises(PortLostError):
        port.read(time.monotonic() + 60)
    pulling.join()


def test_a_closed_port_is_lost(port: SerialPort) -> None:
    port.close()
    with pytest.raises(PortLostError):
        port.read(soon())
    with pytest.raises(PortLostError):
        port.write(b"frame")


def test_a_line_that_takes_no_bytes_is_lost_and_says_how_much_went_out(
    port: SerialPort, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.serial_port.WRITE_TIMEOUT_S", 0.05)
    with pytest.raises(PortLostError) as caught:
        port.write(b"x" * 1_000_000)
    assert caught.value.written is not None
    assert 0 < caught.value.written < 1_000_000


def test_a_port_by_url_works_without_a_descriptor() -> None:
    port = open_serial_port("loop://", baud=9600, clock=time.monotonic)
    assert port.read(time.monotonic()) == b""
    port.write(b"round")
    came = b""
    while len(came) < 5:
        came += port.read(soon())
    assert came == b"round"
    port.close()
