"""The board side of family C, KERONG CU48, as the captures tell it. Pure.

Written from `lockboards.md` §5.1, §14 and §15, not from the codec, which it must not import.

What it does on the wire: tells all cells (`02 AA 00 60 03`) with eighteen bytes and code 75, and
opens one (`02 AA LL 61 03`), answered with the same layout, code 77 and the lock's byte (an
inference from one capture), or not at all. The second bank of bits sees whether a thing lies in the
box. Other addresses, unknown locks, other frames and wrong sums get no answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from drivers.simulator.answering import REPORTS, Answering
from drivers.simulator.cabinet import Cabinet, Door
from drivers.simulator.device import BoardBuild, Emission, SimulatedFamily
from drivers.simulator.fault import FaultKind, FaultOn

PULSE_S = 0.500
REQUEST_BYTES = 6
BANK_BYTES = 6


def _summed(frame: bytes) -> bytes:
    return frame + bytes((sum(frame) % 256,))


class KerongCu48Device:
    """One or more boards of the family on one bus, with the doors of `cabinet`."""

    def __init__(self, cabinet: Cabinet, build: BoardBuild) -> None:
        self.cabinet = cabinet
        self._build = build
        self._line = Answering(cabinet, build, without=REPORTS)
        self.faults = self._line.faults

    def feed(self, data: bytes, now_s: float) -> list[Emission]:
        """Take bytes that were complete on the wire at `now_s`; return what the board sends."""
        self._line.take(data, now_s)
        return [piece for request in self._requests() for piece in self._serve(request, now_s)]

    def report(self, door: Door, now_s: float) -> list[Emission]:
        """Return nothing: these boards only answer."""
        del door, now_s
        return []

    def _requests(self) -> Iterator[bytes]:
        unread = self._line.unread
        while len(unread) >= REQUEST_BYTES:
            request = bytes(unread[:REQUEST_BYTES])
            ends = request[0] == 0x02 and request[4] == 0x03
            if ends and _summed(request[:-1]) == request:
                del unread[:REQUEST_BYTES]
                yield request
            else:
                del unread[0]

    def _serve(self, request: bytes, now_s: float) -> list[Emission]:
        board, cell, command = request[1], request[2], request[3]
        doors = [d for d in self.cabinet.doors if d.board == board]
        pulsed = [d for d in doors if command == 0x61 and d.lock == cell + 1]
        if not pulsed and not (doors and command == 0x60):
            return []
        on = FaultOn.PULSE if pulsed else FaultOn.QUERY
        faults = self.faults.use(board, cell + 1 if pulsed else None, on)
        echo = [(now_s, request)] if FaultKind.ECHO in faults else []
        if FaultKind.SILENT in faults:
            return echo
        for door in pulsed:
            jammed = FaultKind.JAMMED in faults
            self.cabinet.pulse(door, at_s=now_s, for_s=PULSE_S, jammed=jammed)
        if pulsed and (not self._build.answers_unlock or FaultKind.NO_UNLOCK_REPLY in faults):
            return echo
        head = bytes((0x02, board, cell if pulsed else 0x00, 0x77 if pulsed else 0x75))
        frame = _summed(head + self._banks(doors, now_s) + b"\x03")
        return echo + self._line.answer(frame, faults, now_s + self._build.reply_delay_s)

    def _banks(self, doors: list[Door], now_s: float) -> bytes:
        """Return both banks of bits; those of a lock that is not there read 0."""
        locks = bytearray(BANK_BYTES)
        things = bytearray(BANK_BYTES)
        for door in doors:
            byte, bit = divmod(door.lock - 1, 8)
            if self._line.tells_shut(door, now_s) == self._build.shorted_means_shut:
                locks[byte] |= 1 << bit
            if door.contents:
                things[byte] |= 1 << bit
        return bytes(locks + things)


def meaning(data: bytes, *, from_host: bool) -> str:
    """Return in a few words what bytes on the wire say, for the trace."""
    if len(data) < REQUEST_BYTES or _summed(data[:-1]) != data or data[-2] != 0x03:
        return "no whole frame"
    board, cell, command = data[1], data[2] + 1, data[3]
    if from_host:
        names = {0x60: f"read all doors of board {board}", 0x61: f"pulse {board}:{cell}"}
        return names.get(command, "unknown request")
    names = {0x75: f"all doors of board {board}", 0x77: f"pulse answer {board}:{cell}"}
    return f"{names.get(command, 'unknown')}: {data[4:10].hex(' ').upper()}"


FAMILY = SimulatedFamily(
    device=KerongCu48Device,
    meaning=meaning,
    baud=19200,
    first_address=0,
    channels=48,
    max_channels=48,
    flags=frozenset({"short-when-open", "no-unlock-reply"}),
)
