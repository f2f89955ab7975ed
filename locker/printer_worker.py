"""The thread that has slips printed: one short-lived process a slip.

A printer may be slow, jammed or gone; a process that does not end in time is ended, and the person
writes the number down. Knows no state of the cabinet.
"""

from __future__ import annotations

import logging
import queue
import subprocess
import sys
import threading
from collections.abc import Callable

from locker.contract.vocabulary import SlipState
from locker.core.effect import PrintSlip
from locker.core.input import Input, SlipPrinted
from locker.crew import SignOfLife

log = logging.getLogger(__name__)

WAITING = 2
PRINT_S = 15.0


class PrinterWorker:
    """`job` gives the line for `locker.slip` that prints this number; `tell` reaches the core.

    `last`: what became of the last slip, and when by `clock`.
    """

    def __init__(
        self,
        *,
        job: Callable[[PrintSlip], str],
        tell: Callable[[Input], None],
        clock: Callable[[], float],
    ) -> None:
        self._job = job
        self._tell = tell
        self._clock = clock
        self.last: tuple[SlipState | None, float | None] = (None, None)
        self._slips: queue.Queue[PrintSlip] = queue.Queue(WAITING)

    def submit(self, slip: PrintSlip) -> None:
        """Take a slip to print; with too many waiting it is not printed, and that is said."""
        try:
            self._slips.put_nowait(slip)
        except queue.Full:
            self._tell(SlipPrinted(slip.number, SlipState.FAILED))

    def run(self, life: SignOfLife, stop: threading.Event) -> None:
        """Print until stopped."""
        while not stop.is_set():
            life.beat()
            try:
                slip = self._slips.get(timeout=0.5)
            except queue.Empty:
                continue
            printed = self._print(slip)
            self.last = (printed, self._clock())
            self._tell(SlipPrinted(slip.number, printed))

    def _print(self, slip: PrintSlip) -> SlipState:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "locker.slip"], input=self._job(slip) + "\n",
                capture_output=True, text=True, timeout=PRINT_S, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            log.warning("printer: %s", type(error).__name__)
            return SlipState.FAILED
        said = done.stdout.strip()
        if done.returncode != 0 or said not in set(SlipState):
            log.warning("printer: ended with %d", done.returncode)
            return SlipState.FAILED
        if said != SlipState.PRINTED:
            log.warning("printer: %s %s", said, done.stderr.strip()[-200:])
        return SlipState(said)
