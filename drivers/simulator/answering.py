"""What the boards of all families do alike: hear with pauses, answer in order, suffer the faults.

Pure: time is handed in. Knows no frames: a device hands in whole answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drivers.simulator.cabinet import Cabinet, Door
from drivers.simulator.device import BoardBuild, Emission
from drivers.simulator.fault import Fault, FaultBook, FaultKind

REQUEST_PAUSE_S = 0.050
REPORT_BEFORE_REPLY_S = 0.010

REPORTS = frozenset({FaultKind.GLUED, FaultKind.REPORT, FaultKind.AUTO_REPORT})
"""The faults of boards that tell something unasked."""

TellReport = Callable[[Fault, float], bytes]
"""Returns the report that a `glued` or `report` fault puts before an answer."""


class Answering:
    """The line side of a simulated board: its unread bytes, its faults, its answers in order.

    `without` are the faults that the family cannot have; `can_refuse`: it has words for "no".
    """

    def __init__(
        self,
        cabinet: Cabinet,
        build: BoardBuild,
        *,
        without: frozenset[FaultKind] = frozenset(),
        can_refuse: bool = False,
    ) -> None:
        self.cabinet = cabinet
        refusals = frozenset[FaultKind]() if can_refuse else frozenset({FaultKind.REFUSED})
        self.faults = FaultBook(without=without | refusals)
        self.unread = bytearray()
        self._build = build
        self._last_byte_s = float("-inf")
        self._busy_until_s = float("-inf")

    def take(self, data: bytes, now_s: float) -> None:
        """Add bytes to `unread`; what came before a pause is forgotten."""
        if now_s - self._last_byte_s > REQUEST_PAUSE_S:
            self.unread.clear()
        self._last_byte_s = now_s
        self.unread += data

    def answer(
        self,
        frame: bytes,
        faults: Mapping[FaultKind, Fault],
        at_s: float,
        *,
        report: TellReport | None = None,
    ) -> list[Emission]:
        """Return the pieces of an answer: the board sends in order, one answer after another."""
        if FaultKind.REPLY_LOST in faults:
            return []
        if late := faults.get(FaultKind.LATE):
            at_s += late.number("delay_ms") / 1000
        if corrupt := faults.get(FaultKind.CORRUPT):
            frame = _damaged(frame, corrupt)
        if garbage := faults.get(FaultKind.GARBAGE):
            frame = bytes.fromhex(str(garbage.fields["hex"])) + frame
        if report and (glued := faults.get(FaultKind.GLUED)):
            frame = report(glued, at_s) + frame
        at_s = max(at_s, self._busy_until_s)
        pieces: list[Emission] = []
        if report and (apart := faults.get(FaultKind.REPORT)):
            told = report(apart, at_s)
            pieces.append((at_s, told))
            at_s += len(told) * self._build.byte_s + REPORT_BEFORE_REPLY_S
        if split := faults.get(FaultKind.SPLIT):
            at = split.number("at")
            pieces.append((at_s, frame[:at]))
            at_s += at * self._build.byte_s + split.number("pause_ms") / 1000
            frame = frame[at:]
        pieces.append((at_s, frame))
        self._busy_until_s = at_s + len(frame) * self._build.byte_s
        return pieces

    def tells_shut(self, door: Door, now_s: float) -> bool:
        """Tell what the contact of a door says, which need not be the truth."""
        where = (door.board, door.lock)
        if self.faults.standing(FaultKind.STUCK_OPEN, *where):
            return False
        if self.faults.standing(FaultKind.STUCK_SHUT, *where):
            return True
        if flicker := self.faults.standing(FaultKind.FLICKER, *where):
            return int(now_s * 1000) // max(1, flicker.number("period_ms")) % 2 == 0
        return not door.open


def _damaged(frame: bytes, corrupt: Fault) -> bytes:
    at = len(frame) - corrupt.number("place")
    if not 0 <= at < len(frame):
        return frame
    return frame[:at] + bytes([frame[at] ^ corrupt.number("xor") & 0xFF]) + frame[at + 1 :]
