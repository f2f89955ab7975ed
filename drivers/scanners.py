"""Serial scanners: bytes in, scans out. Pure; knows no port and no meaning of a code.

A scan ends by CR, LF, CR LF or TAB, or by silence, as the scanner is set up. Nothing shown to a
scanner can be trusted: a line may be of any length and hold any bytes. What was scanned may be a
credential, so no repr here shows it.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field

MAX_BYTES = 1024


class ScanEnd(enum.Enum):
    """What ends a scan. ANY: a CR, LF or TAB, or silence, whichever comes first."""

    CR = "cr"
    LF = "lf"
    CRLF = "crlf"
    TAB = "tab"
    SILENCE = "silence"
    ANY = "any"


_MARKS = {
    ScanEnd.CR: (b"\r",),
    ScanEnd.LF: (b"\n",),
    ScanEnd.CRLF: (b"\r\n",),
    ScanEnd.TAB: (b"\t",),
    ScanEnd.SILENCE: (),
    ScanEnd.ANY: (b"\r", b"\n", b"\t"),
}
_ENDED_BY_SILENCE = frozenset({ScanEnd.SILENCE, ScanEnd.ANY})


class GarbledReason(enum.Enum):
    """Why bytes are no text."""

    CONTROL_CHARACTERS = "control characters"
    NOT_UTF8 = "not UTF-8"
    UNFINISHED = "no end came"


@dataclass(frozen=True, slots=True)
class Scan:
    """One scanned text, without its end, and its bytes."""

    text: str = field(repr=False)
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Oversized:
    """A line longer than `limit` bytes; all of it was thrown away, up to its end."""

    limit: int


@dataclass(frozen=True, slots=True)
class Garbled:
    """A line that is no text."""

    reason: GarbledReason
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Configuration:
    """A code that is made to set up a scanner; whoever shows it does not come for an envelope."""

    raw: bytes = field(repr=False)


ScanResult = Scan | Oversized | Garbled | Configuration

_CONFIGURATION = re.compile(
    rb"_SET_CODE_.*"  # Grow
    rb"|[@#$][A-Z]{6}[0-9A-Za-z*%^]{0,24}(;[A-Z]{6}[0-9A-Za-z*%^]{0,24})*;?"  # Newland
    rb"|\x7e[\x00\x01].*"  # the frames of both
    rb"|[\x04-\x20][\xc6\xc7\xc8]\x04.*",  # SSI parameters
    re.DOTALL,
)


def judge_line(line: bytes, *, max_bytes: int = MAX_BYTES) -> ScanResult:
    """Tell what one whole line is, its end not included."""
    if len(line) > max_bytes:
        return Oversized(max_bytes)
    if _CONFIGURATION.fullmatch(line):
        return Configuration(line)
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return Garbled(GarbledReason.NOT_UTF8, line)
    if any(not character.isprintable() for character in text):
        return Garbled(GarbledReason.CONTROL_CHARACTERS, line)
    return Scan(text, line)


class ScanDecoder:
    """Cuts what a scanner sends into scans. Holds at most `max_bytes` and a line's end.

    The owner calls `receive_silence` when nothing came for a while (100 ms is a good while; at
    9600 baud a byte takes 1 ms). Where silence ends a scan it gives the scan out. Where a mark ends
    it, it throws away a line without an end, so that it cannot be glued to the next scan.
    """

    def __init__(self, end: ScanEnd = ScanEnd.ANY, *, max_bytes: int = MAX_BYTES) -> None:
        self._end = end
        self._marks = _MARKS[end]
        self._max_bytes = max_bytes
        self._unread = b""
        self._skipping = False

    def feed(self, data: bytes) -> list[ScanResult]:
        """Take bytes in any portions; return what they complete."""
        results: list[ScanResult] = []
        self._unread += data
        while (cut := self._first_mark()) is not None:
            at, length = cut
            line, self._unread = self._unread[:at], self._unread[at + length :]
            results += self._line(line)
        if len(self._unread) > self._max_bytes + 1:
            if not self._skipping:
                results.append(Oversized(self._max_bytes))
            self._skipping = True
        if self._skipping:
            # The last byte may be the first half of the end mark.
            self._unread = self._unread[-1:]
        return results

    def receive_silence(self) -> list[ScanResult]:
        """Take the news that nothing came for a while; return what that completes."""
        line, self._unread = self._unread, b""
        if self._end in _ENDED_BY_SILENCE:
            return self._line(line)
        skipped, self._skipping = self._skipping, False
        if skipped or not line:
            return []
        return [Garbled(GarbledReason.UNFINISHED, line)]

    def _first_mark(self) -> tuple[int, int] | None:
        places = ((self._unread.find(mark), len(mark)) for mark in self._marks)
        return min((place for place in places if place[0] >= 0), default=None)

    def _line(self, line: bytes) -> list[ScanResult]:
        """Judge one whole line. Empty ones, as between the CR and LF of "any", are nothing."""
        if self._skipping:
            self._skipping = False
            return []
        if not line:
            return []
        return [judge_line(line, max_bytes=self._max_bytes)]


class RepeatFilter:
    """Counts the same code once while it stays before the scanner.

    A code is a repeat if it was last seen less than `window_s` ago. Each sighting starts the window
    anew: a scanner in continuous mode sends a code it keeps seeing again and again.
    """

    def __init__(self, *, window_s: float = 2.0) -> None:
        self._window_s = window_s
        self._last: bytes | None = None
        self._last_s = float("-inf")

    def is_repeat(self, raw: bytes, now_s: float) -> bool:
        """Tell whether `raw` was seen just now already, and remember it."""
        repeat = raw == self._last and now_s - self._last_s < self._window_s
        self._last, self._last_s = raw, now_s
        return repeat
