"""Where scans of every way in meet: each counts once, whichever way it came.

A scanner may have two cables, one that types and one that is serial. Knows no credential: what a
scan means is the edge's to say. Called from several threads.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.scanners import Oversized, RepeatFilter, Scan, ScanResult, judge_line
from locker.contract.credential import CODE_DIGITS
from locker.core.input import Input

EIGHT_DIGITS = re.compile(rf"[0-9]{{{CODE_DIGITS}}}")


@dataclass(frozen=True, slots=True)
class WedgeScan:
    """A code that a scanner typed into the kiosk's window."""

    text: str = field(repr=False)


class ScanGate:
    """Passes scans on to the core; `read` is the credential edge's.

    `typed` takes eight digits: the QR on a printed slip stands for typing them.
    """

    def __init__(
        self,
        read: Callable[[ScanResult], Input],
        *,
        clock: Callable[[], float],
        tell: Callable[[Input], None],
        typed: Callable[[str], object],
    ) -> None:
        self._read = read
        self._typed = typed
        self._clock = clock
        self._tell = tell
        self._repeats = RepeatFilter()
        self._lock = threading.Lock()

    def take(self, scan: ScanResult) -> None:
        """Take a scan; the same one within two seconds counts once."""
        with self._lock:
            if not isinstance(scan, Oversized) and self._repeats.is_repeat(scan.raw, self._clock()):
                return
        if isinstance(scan, Scan) and EIGHT_DIGITS.fullmatch(scan.text):
            self._typed(scan.text)
        else:
            self._tell(self._read(scan))

    def take_typed(self, scan: WedgeScan) -> None:
        """Take a code that was typed, as if it had come over a cable."""
        # A lone surrogate cannot be encoded strictly; "?" makes no credential of ours.
        self.take(judge_line(scan.text.encode(errors="replace")))
