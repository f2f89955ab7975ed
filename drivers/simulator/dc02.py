"""The board side of family F, as the paper tells it: bytes in with a time, bytes out with times.

Written from `lockboards.md` §8, not from the codec, which it must not import. Pure.

It tells its version (01), opens one lock (10), all (14) or several (15) in turn, several at once
(18), holds one output (16) or several (1A), tells one contact (11) and all (12).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from drivers.simulator.answering import REPORTS, Answering
from drivers.simulator.cabinet import Cabinet, Door
from drivers.simulator.device import BoardBuild, Emission, SimulatedFamily
from drivers.simulator.fault import Fault, FaultKind, FaultOn

PULSE_S = 0.300
OPEN_STEP_S = 0.300
VERSION = (0x10, 0x00)

_DATA_OF = {0x01: 0, 0x10: 1, 0x11: 1, 0x12: 0, 0x14: 0, 0x15: 2, 0x16: 2, 0x18: 2, 0x1A: 2}
_READS = frozenset({0x01, 0x11, 0x12})


def summed(head: int, body: bytes) -> bytes:
    """Return the frame of address, command and data: two bytes of head, length, sum."""
    told = bytes([body[0], body[1], len(body) - 2]) + body[2:]
    return bytes([0xDC, head]) + told + bytes([sum(told) % 256])


class Dc02Device:
    """One or more boards of the family on one bus, with the doors of `cabinet`."""

    def __init__(self, cabinet: Cabinet, build: BoardBuild) -> None:
        self.cabinet = cabinet
        self._build = build
        self._line = Answering(cabinet, build, without=REPORTS, can_refuse=True)
        self.faults = self._line.faults
        self._tells_jams = build.own.get("jam", "unnoticed") == "told"

    def feed(self, data: bytes, now_s: float) -> list[Emission]:
        """Take bytes that were complete on the wire at `now_s`; return what the board sends."""
        self._line.take(data, now_s)
        return [piece for request in self._requests() for piece in self._serve(request, now_s)]

    def report(self, door: Door, now_s: float) -> list[Emission]:
        """Return nothing: the paper knows no report of this family."""
        _ = (door, now_s)
        return []

    def _requests(self) -> Iterator[bytes]:
        """Cut whole requests off the unread bytes; yield address, command and data of each."""
        unread = self._line.unread
        while unread:
            if not bytes([0xDC, 0x02]).startswith(bytes(unread[:2])):
                del unread[0]
                continue
            if len(unread) < 5 or len(unread) < 6 + unread[4]:
                # A length that no request has would be waited for: the pause ends that.
                return
            frame = bytes(unread[: 6 + unread[4]])
            body = frame[2:4] + frame[5:-1]
            if summed(0x02, body) == frame:
                del unread[: len(frame)]
                yield body
            else:
                del unread[0]

    def _serve(self, body: bytes, now_s: float) -> list[Emission]:
        board, command, data = body[0], body[1], body[2:]
        doors = {d.lock: d for d in self.cabinet.doors if d.board == board}
        if not doors or _DATA_OF.get(command) != len(data):
            return []
        if command in {0x10, 0x11, 0x16} and data[0] not in doors:
            return []
        lock = data[0] if command in {0x10, 0x11, 0x16} else None
        on = FaultOn.QUERY if command in _READS else FaultOn.PULSE
        faults = self.faults.use(board, lock, on)
        echo = [(now_s, summed(0x02, body))] if FaultKind.ECHO in faults else []
        if FaultKind.SILENT in faults:
            return echo
        at_s = now_s + self._build.reply_delay_s
        if command in _READS:
            told = self._read(command, data, doors, now_s)
        else:
            told, took_s = self._open(command, data, doors, faults, now_s)
            at_s += took_s
            if not self._build.answers_unlock or FaultKind.NO_UNLOCK_REPLY in faults:
                return echo
        frame = summed(0xFE, bytes([board, command, *told]))
        return echo + self._line.answer(frame, faults, at_s)

    def _read(
        self, command: int, data: bytes, doors: Mapping[int, Door], now_s: float
    ) -> tuple[int, ...]:
        if command == 0x01:
            return VERSION
        if command == 0x11:
            return (data[0], int(self._is_shorted(doors[data[0]], now_s)))
        bits = 0
        for lock, door in doors.items():
            if self._is_shorted(door, now_s) == self._build.bit_set_means_shorted:
                bits |= 1 << (lock - 1)
        return (bits >> 8, bits & 0xFF)

    def _open(
        self,
        command: int,
        data: bytes,
        doors: Mapping[int, Door],
        faults: Mapping[FaultKind, Fault],
        now_s: float,
    ) -> tuple[tuple[int, ...], float]:
        """Work the locks; return the data of the answer and by how much they delay it."""
        if FaultKind.REFUSED in faults:
            told = {0x10: (data[0], 0) if data else (), 0x16: (0,), 0x1A: (0,)}
            return told.get(command, (0, 0)), 0.0
        jammed = FaultKind.JAMMED in faults
        if command == 0x10:
            self.cabinet.pulse(doors[data[0]], at_s=now_s, for_s=PULSE_S, jammed=jammed)
            return (data[0], 0 if jammed and self._tells_jams else 1), 0.0
        if command == 0x16:
            self._hold(doors[data[0]], on=data[1] == 1, jammed=jammed, now_s=now_s)
            return (1,), 0.0
        mask = (1 << len(doors)) - 1 if command == 0x14 else data[0] << 8 | data[1]
        named = [door for lock, door in doors.items() if mask >> (lock - 1) & 1]
        if command == 0x1A:
            for door in doors.values():
                self._hold(door, on=door in named, jammed=jammed, now_s=now_s)
            return (1,), 0.0
        step_s = 0.0 if command == 0x18 else OPEN_STEP_S
        for turn, door in enumerate(named):
            self.cabinet.pulse(door, at_s=now_s + turn * step_s, for_s=PULSE_S, jammed=jammed)
        return (mask >> 8, mask & 0xFF), len(named) * step_s

    def _hold(self, door: Door, *, on: bool, jammed: bool, now_s: float) -> None:
        if on:
            self.cabinet.hold(door, at_s=now_s, jammed=jammed)
        else:
            self.cabinet.release(door, now_s)

    def _is_shorted(self, door: Door, now_s: float) -> bool:
        return self._line.tells_shut(door, now_s) == self._build.shorted_means_shut


def meaning(data: bytes, *, from_host: bool) -> str:
    """Return in a few words what bytes on the wire say, for the trace."""
    if len(data) < 6 or summed(data[1], data[2:4] + data[5:-1]) != data:
        return "no whole frame"
    board, command, rest = data[2], data[3], data[5:-1]
    door = f"{board}:{rest[0] if rest else '?'}"
    if from_host:
        names = {
            0x01: f"ask board {board} for its version",
            0x10: f"pulse {door}",
            0x11: f"read door {door}",
            0x12: f"read all doors of board {board}",
            0x14: f"pulse all of board {board}",
            0x15: f"pulse {rest.hex().upper()} of board {board} in turn",
            0x16: f"output {door}: {rest[1:].hex()}",
            0x18: f"pulse {rest.hex().upper()} of board {board} at once",
            0x1A: f"outputs of board {board}: {rest.hex().upper()}",
        }
        return names.get(command, "unknown request")
    if command == 0x12:
        return f"all doors of board {board}: {rest.hex(' ').upper()}"
    kinds = {0x10: "pulse answer", 0x11: "door"}
    told = rest[1:].hex().upper()
    return f"{kinds[command]} {door}: {told}" if command in kinds else f"answer {rest.hex(' ')}"


FAMILY = SimulatedFamily(
    device=Dc02Device,
    meaning=meaning,
    channels=12,
    max_channels=12,
    flags=frozenset({"short-when-open", "packed-inverted", "no-unlock-reply"}),
    own={"jam": ("unnoticed", "told")},
)
