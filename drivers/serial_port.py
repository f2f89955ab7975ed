"""A serial port, opened by path or URL: the only place that imports pyserial.

Every way a cable dies becomes `PortLostError`: with pyserial 3.5 a pulled cable shows as
`SerialException` from reading, as a plain `OSError` from asking how much is there, and as
`termios.error`, which is no `OSError`, from anything that touches the settings. So the settings
are fixed at opening and never touched again (a pseudo-terminal even refuses a later change of the
time-out), and waiting is done on the file descriptor.

Knows no frames and no boards.
"""

from __future__ import annotations

import errno
import os
import select
import termios
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import serial
from serial.tools.list_ports import comports

from drivers.port import PortCause, PortLostError, PortUnavailableError

WRITE_TIMEOUT_S: Final = 1.0
_NO_FD_POLL_S: Final = 0.01
_CHUNK: Final = 4096
_DEAD: Final = (serial.SerialException, OSError, termios.error, ValueError, TypeError)
"""What a dying port raises. ValueError and TypeError: its descriptor was closed under us."""

_CAUSES: Final = {
    errno.ENOENT: PortCause.MISSING,
    errno.ENXIO: PortCause.MISSING,
    errno.ENODEV: PortCause.MISSING,
    errno.EIO: PortCause.MISSING,
    errno.EACCES: PortCause.FORBIDDEN,
    errno.EPERM: PortCause.FORBIDDEN,
    errno.EBUSY: PortCause.TAKEN,
    errno.EWOULDBLOCK: PortCause.TAKEN,
}


def open_serial_port(url: str, *, baud: int, clock: Callable[[], float]) -> SerialPort:
    """Open a port by path (`/dev/ttyUSB0`) or pyserial URL (`socket://…`), 8N1, for us alone.

    Raises `PortUnavailableError`. `clock` is the monotonic clock of the deadlines given to `read`.
    """
    try:
        line = serial.serial_for_url(
            url,
            do_not_open=True,
            baudrate=baud,
            timeout=0 if "://" not in url else _NO_FD_POLL_S,
            write_timeout=WRITE_TIMEOUT_S,
        )
        if "://" not in url:
            line.exclusive = True
        line.open()
    except _DEAD as error:
        raise PortUnavailableError(url, cause=_cause(error), detail=str(error)) from error
    return SerialPort(url, line, clock)


def _cause(error: BaseException) -> PortCause:
    text = str(error)
    if "exclusively lock" in text:
        return PortCause.TAKEN
    number = getattr(error, "errno", None) or (error.args[0] if error.args else None)
    return _CAUSES.get(number, PortCause.OTHER) if isinstance(number, int) else PortCause.OTHER


@dataclass(frozen=True, slots=True)
class PortFact:
    """What the machine knows of one serial port; empty where it knows nothing."""

    path: str
    description: str
    maker: str
    product: str
    serial_number: str
    usb_id: str
    place: str


def list_serial_ports() -> tuple[PortFact, ...]:
    """Give the serial ports that this machine has now, by path."""
    found = []
    for port in comports():
        usb = "" if port.vid is None or port.pid is None else f"{port.vid:04x}:{port.pid:04x}"
        described = "" if port.description in {None, "n/a"} else str(port.description)
        found.append(
            PortFact(
                path=port.device,
                description=described,
                maker=port.manufacturer or "",
                product=port.product or "",
                serial_number=port.serial_number or "",
                usb_id=usb,
                place=port.location or "",
            )
        )
    return tuple(sorted(found, key=lambda fact: fact.path))


class SerialPort:
    """An open port (`drivers.port.Port`). One owner; not for several threads at once."""

    def __init__(self, url: str, line: serial.Serial, clock: Callable[[], float]) -> None:
        self.url = url
        self._line = line
        self._clock = clock
        self._fd = _descriptor(line)

    def write(self, frame: bytes) -> None:
        """Write one frame in one go; raise `PortLostError`, which tells how much was `written`."""
        if self._fd is None:
            self._write_without_descriptor(frame)
            return
        written = 0
        try:
            while written < len(frame):
                _, writable, _ = select.select([], [self._fd], [], WRITE_TIMEOUT_S)
                if not writable:
                    raise TimeoutError(errno.ETIMEDOUT, "the line takes no bytes")
                written += os.write(self._fd, frame[written:])
        except _DEAD as error:
            raise self._lost(error, written) from error

    def _write_without_descriptor(self, frame: bytes) -> None:
        try:
            self._line.write(frame)
        except _DEAD as error:
            raise self._lost(error, None) from error

    def read(self, until_s: float, wake_fd: int | None = None) -> bytes:
        """Return what has come as soon as anything has; b"" at `until_s` or when woken."""
        try:
            if self._fd is None:
                return self._read_without_descriptor(until_s)
            watched = [self._fd] if wake_fd is None else [self._fd, wake_fd]
            left_s = max(0.0, until_s - self._clock())
            readable, _, _ = select.select(watched, [], [], left_s)
            if self._fd not in readable:
                return b""
            data = os.read(self._fd, _CHUNK)
        except BlockingIOError:
            return b""
        except _DEAD as error:
            raise self._lost(error, 0) from error
        if not data:
            raise PortLostError(self.url, detail="end of the line: hung up")
        return data

    def _read_without_descriptor(self, until_s: float) -> bytes:
        while True:
            data = bytes(self._line.read(1))
            if data:
                return data + bytes(self._line.read(self._line.in_waiting))
            if self._clock() >= until_s:
                return b""

    def close(self) -> None:
        """Close; never raises."""
        try:
            self._line.close()
        except _DEAD:
            return

    def _lost(self, error: BaseException, written: int | None) -> PortLostError:
        detail = f"{type(error).__name__}: {error}"
        return PortLostError(self.url, detail=detail, written=written)


def _descriptor(line: serial.Serial) -> int | None:
    try:
        return int(line.fileno())
    except (*_DEAD, AttributeError):
        return None
