"""The thread that owns the port of a QR scanner, or of a card reader: bytes become scans.

A scanner is set up, too.

Lives through a pulled cable. Knows no credential: what a scan means is the edge's to say. What was
scanned is in no log line.
"""

from __future__ import annotations

import logging
import select
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from drivers.port import Port, PortLostError, PortUnavailableError
from drivers.scanner_models import ReplySieve, ScannerModel
from drivers.scanner_setup import Outcome, SetUpRun
from drivers.scanners import (
    Configuration,
    Garbled,
    GarbledReason,
    Scan,
    ScanDecoder,
    ScanEnd,
    ScanResult,
)
from locker.core.input import Input, PartChanged
from locker.crew import SignOfLife

log = logging.getLogger(__name__)

SILENCE_S = 0.1
"""A pause after which what came without an end is taken as ended."""
READ_S = 0.5
REOPEN_S = (0.2, 0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Reader:
    """What is at the end of the line: its name in the core's books, its model, its codes' end."""

    name: Literal["scanner", "card_reader"] = "scanner"
    model: ScannerModel = ScannerModel.PLAIN
    end: ScanEnd = ScanEnd.ANY


class ScannerWorker:
    """One reader. `open_port` raises PortUnavailableError; `take` is the scan gate's.

    `read_at_s`: when something was last read.
    """

    def __init__(
        self,
        *,
        open_port: Callable[[], Port],
        take: Callable[[ScanResult], None],
        clock: Callable[[], float],
        tell: Callable[[Input], None],
        noticed: Callable[[], None] = lambda: None,
        reader: Reader,
    ) -> None:
        self.name = reader.name
        self.read_at_s: float | None = None
        self._open_port = open_port
        self._take = take
        self._clock = clock
        self._tell = tell
        self._noticed = noticed
        self._model = reader.model
        self._end = reader.end
        self._port: Port | None = None
        self._set_up = SetUpRun(reader.model, reader.end)
        self._decoder = ScanDecoder(reader.end)
        self._sieve = self._new_sieve()
        self._unfinished = False
        self._set_up_once = False
        self._failed_openings = 0
        self._detail = ""

    @property
    def is_open(self) -> bool:
        """Tell whether the line is there."""
        return self._port is not None

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
        try:
            data = port.read(self._wait_until_s())
            if data:
                self._unfinished = True
                self._receive(self._sieve.feed(data))
            elif self._unfinished:
                self._unfinished = False
                self._receive_silence()
            if not self._unfinished:
                self._look_after(port)
        except PortLostError as error:
            self._lose(error)

    def _wait_until_s(self) -> float:
        now_s = self._clock()
        if self._unfinished:
            return now_s + SILENCE_S
        return max(now_s, min(now_s + READ_S, self._set_up.next_s()))

    def _receive(self, code: bytes) -> None:
        if code:
            self._noticed()
            self._pass_on(self._decoder.feed(code))

    def _receive_silence(self) -> None:
        reply, code = self._sieve.receive_silence()
        self._receive(code)
        self._pass_on(self._decoder.receive_silence())
        if reply is not None:
            self._set_up.take_reply(reply, self._clock())

    def _pass_on(self, scans: list[ScanResult]) -> None:
        for scan in scans:
            now_s = self._clock()
            self._set_up.code_came(now_s, odd=isinstance(scan, Configuration))
            match scan:
                case Garbled(reason=GarbledReason.UNFINISHED):
                    self._say("end-missing", "a code came without the end that is set for it")
                case Scan() if self._detail == "end-missing":
                    self._say("end-came", "codes come with the end that is set again")
                case _:
                    pass
            self.read_at_s = now_s
            self._take(scan)

    # --- the set-up -----------------------------------------------------------------------

    def _look_after(self, port: Port) -> None:
        """Send what the set-up has to send; only while nothing comes."""
        frame = self._set_up.due(self._clock())
        if frame is not None:
            port.write(frame)
        outcome = self._set_up.take_outcome()
        if outcome is not None:
            self._note(outcome)

    def _note(self, outcome: Outcome) -> None:
        """Say what the set-up came to, where that is news."""
        for name in outcome.unconfirmed:
            log.debug("%s: %s was sent, and no reply says that it was taken", self.name, name)
        first, self._set_up_once = not self._set_up_once, True
        if not outcome.answered:
            self._say("set-up-unanswered", "it answers no set-up command; is the model right?")
        elif outcome.failed:
            names = ",".join(outcome.failed)
            self._say(f"set-up-failed:{names}", f"could not be set: {names}")
        elif outcome.changed and first:
            log.info("%s: set up: %s", self.name, ", ".join(outcome.changed))
        elif outcome.changed:
            names = ",".join(outcome.changed)
            self._say(f"was-reprogrammed:{names}", f"somebody set it up anew; put back: {names}")
        elif self._detail.startswith(("set-up-unanswered", "set-up-failed")):
            self._say("set-up-done", "it is set up")
        elif self._detail.startswith("was-reprogrammed"):
            self._detail = ""  # the next time is news again

    def _say(self, detail: str, words: str) -> None:
        """Tell once, in the log and as the detail of a scanner that works."""
        if detail == self._detail:
            return
        self._detail = detail
        log.warning("%s: %s", self.name, words)
        self._tell(PartChanged(self.name, ok=True, detail=detail))

    # --- the cable ------------------------------------------------------------------------

    def _new_sieve(self) -> ReplySieve:
        # Where silence alone ends a code, a mark is a part of it and begins nothing.
        return ReplySieve(self._model, marks=b"" if self._end is ScanEnd.SILENCE else b"\r\n\t")

    def _reopen(self) -> Port | None:
        try:
            self._port = self._open_port()
        except PortUnavailableError as error:
            delay_s = REOPEN_S[min(self._failed_openings, len(REOPEN_S) - 1)]
            if self._failed_openings == 0:
                log.warning("%s port: %s; trying again until it is there", self.name, error)
                self._tell(PartChanged(self.name, ok=False, detail=error.cause.value))
            self._failed_openings += 1
            select.select([], [], [], delay_s)
            return None
        self._failed_openings = 0
        self._detail = ""
        self._decoder = ScanDecoder(self._end)
        self._sieve = self._new_sieve()
        self._unfinished = False
        self._set_up_once = False
        self._set_up.begin(self._clock())
        log.info("%s port: open", self.name)
        self._tell(PartChanged(self.name, ok=True))
        return self._port

    def _lose(self, error: PortLostError) -> None:
        log.warning("%s port: %s", self.name, error)
        if self._port is not None:
            self._port.close()
        self._port = None
        self._failed_openings = 1
        self._tell(PartChanged(self.name, ok=False, detail="lost"))
