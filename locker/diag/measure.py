"""Measuring a line directly, and what was seen on it in the words of a bench."""

from __future__ import annotations

from collections.abc import Iterable

from drivers.family import BoardProfile
from locker.contract.tech import WireSeen
from locker.diag.bench import Wire
from locker.diag.direct_line import DirectLine
from locker.line_record import LineRecord

READINGS = 100
PATIENCE = 8
"""After so many readings without one answer the line counts as silent."""


def measured_line(line: DirectLine, profile: BoardProfile) -> None:
    """Ask every board for its doors, a hundred times; fewer where nothing answers at all."""
    for count in range(READINGS):
        for board in profile.boards:
            line.exchange(profile.door_reads(board)[0])
        if count >= PATIENCE and not line.record.now().replies:
            return


def wire_of(seen: WireSeen) -> Wire:
    """Give one entry of a trace in the bench's words."""
    return Wire(seen.bus, seen.at, seen.direction, bytes.fromhex(seen.hex), seen.meaning)


def wires_of(records: Iterable[LineRecord], after: int) -> tuple[tuple[Wire, ...], int]:
    """Give what was seen behind entry `after` (-1: everything kept), and the newest number."""
    found = sorted((w for r in records for w in r.seen() if w.n > after), key=lambda w: w.n)
    return tuple(map(wire_of, found)), found[-1].n if found else after
