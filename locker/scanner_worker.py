"""The thread that owns the QR scanner's port: bytes become scans, scans become inputs.

Lives through a pulled cable. Knows no credential: what a scan means is the edge's to say.
"""

from __future__ import annotations

import logging
import select
import threading
from collections.abc import Callable

from drivers.port import Port, PortLostError, PortUnavailableError
from drivers.scanners import Garbled, Oversized, RepeatFilter, Scan, ScanDecoder, ScanResult
from locker.core.input import Input, PartChanged
from locker.crew import SignOfLife

log = logging.getLogger(__name__)

SILENCE_S = 0.1
"""A pause after which what came without an end is taken as ended."""
READ_S = 0.5
REOPEN_S = (0.2, 0.5, 1.0, 2.0)


class ScannerWorker:
    """One scanner. `open_port` raises PortUnavailableError; `read` is the credential edge's."""

    def __init__(
        self,
        *,
        open_port: Callable[[], Port],
        read: Callable[[ScanResult], Input],
        clock: Callable[[], float],
        tell: Callable[[Input], None],
        noticed: Callable[[], None] = lambda: None,
    ) -> None:
        self._open_port = open_port
        self._read = read
        self._clock = clock
        self._tell = tell
        self._noticed = noticed
        self._port: Port | None = None
        self._decoder = ScanDecoder()
        self._repeats = RepeatFilter()
        self._unfinished = False
        self._failed_openings = 0

    def run(self, life: SignOfLife, stop: threading.Event) -> None:
        """Read until stopped."""
        while not stop.is_set():
            life.beat()
            self.turn()
        if self._port is not None:
            self._port.close()

    def turn(self) -> None:
        """Wait for bytes once, or try to open the port once."""
        port = self._port or self._reopen()
        if port is None:
            return
        wait_s = SILENCE_S if self._unfinished else READ_S
        try:
            data = port.read(self._clock() + wait_s)
        except PortLostError as error:
            self._lose(error)
            return
        if data:
            self._noticed()
            self._unfinished = True
            self._pass_on(self._decoder.feed(data))
        elif self._unfinished:
            self._unfinished = False
            self._pass_on(self._decoder.receive_silence())

    def _pass_on(self, scans: list[ScanResult]) -> None:
        for scan in scans:
            if not self._is_repeat(scan):
                self._tell(self._read(scan))

    def _is_repeat(self, scan: ScanResult) -> bool:
        match scan:
            case Scan(raw=raw) | Garbled(raw=raw):
                return self._repeats.is_repeat(raw, self._clock())
            case Oversized():
                return False

    def _reopen(self) -> Port | None:
        try:
            self._port = self._open_port()
        except PortUnavailableError as error:
            delay_s = REOPEN_S[min(self._failed_openings, len(REOPEN_S) - 1)]
            if self._failed_openings == 0:
                log.warning("scanner port: %s; trying again until it is there", error)
                self._tell(PartChanged("scanner", ok=False, detail=error.cause.value))
            self._failed_openings += 1
            select.select([], [], [], delay_s)
            return None
        self._failed_openings = 0
        self._decoder = ScanDecoder()
        self._unfinished = False
        log.info("scanner port: open")
        self._tell(PartChanged("scanner", ok=True))
        return self._port

    def _lose(self, error: PortLostError) -> None:
        log.warning("scanner port: %s", error)
        if self._port is not None:
            self._port.close()
        self._port = None
        self._failed_openings = 1
        self._tell(PartChanged("scanner", ok=False, detail="lost"))
