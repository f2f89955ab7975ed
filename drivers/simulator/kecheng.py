"""The board side of family A′, Kecheng's dialect, as its notes tell it. Pure.

Written from `lockboards.md` §3, §14 and §15, not from the codec, which it must not import.

What it does on the wire: opens one lock (`8A bb LL 33`, or `11` in older firmware), tells one
contact (`80 bb LL 33`) and all (`80 bb 00 33`), opens all in turn (`9D bb 01 33`, answered at the
end by `9E` and the packed contacts), opens with three pulses (`7C .. 03`), a motor lock
(`7A .. 33`) or in the limit state (`7F .. 11`), sets a channel's unlock time (`7E bb LL seconds`),
takes `8D bb 01 01|00` and the older `81 bb 11|00 CC` for its automatic upload, and tells firmware
and UID (`82 bb 00 22|44`). The acknowledgements are as published, or left out where the board is
made so. What an automatic upload looks like nobody published: none is sent. `9A`/`9B` are not acted
on. Other addresses, unknown locks, other words and wrong checksums get no answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from drivers.simulator.answering import REPORTS, Answering
from drivers.simulator.cabinet import Cabinet, Door
from drivers.simulator.device import BoardBuild, Emission, SimulatedFamily
from drivers.simulator.fault import Fault, FaultKind, FaultOn

PULSE_S = 1.0
OPEN_ALL_STEP_S = 1.0
FIRMWARE = 0xAB
REQUEST_BYTES = 5

_OPENS = {0x7C: 0x03, 0x7A: 0x33, 0x7F: 0x11}
_SETTINGS = frozenset({0x7E, 0x8D, 0x81})
_HEADS = frozenset({0x8A, 0x80, 0x9D, 0x82, *_OPENS, *_SETTINGS})


def _frame(*body: int) -> bytes:
    check = 0
    for byte in body:
        check ^= byte
    return bytes((*body, check))


class KechengDevice:
    """One or more boards of the family on one bus, with the doors of `cabinet`."""

    def __init__(self, cabinet: Cabinet, build: BoardBuild) -> None:
        self.cabinet = cabinet
        self._build = build
        self._line = Answering(cabinet, build, without=REPORTS)
        self.faults = self._line.faults
        self._unlock_word = int(build.own.get("unlock", "33"), 16)
        self._acknowledges = build.own.get("acknowledge", "yes") == "yes"
        self._pulse_s: dict[tuple[int, int], float] = {}

    def feed(self, data: bytes, now_s: float) -> list[Emission]:
        """Take bytes that were complete on the wire at `now_s`; return what the board sends."""
        self._line.take(data, now_s)
        return [piece for request in self._requests() for piece in self._serve(request, now_s)]

    def report(self, door: Door, now_s: float) -> list[Emission]:
        """Return nothing: no source knows the form of the automatic upload."""
        del door, now_s
        return []

    def _requests(self) -> Iterator[bytes]:
        unread = self._line.unread
        while len(unread) >= REQUEST_BYTES:
            request = bytes(unread[:REQUEST_BYTES])
            if request[0] in _HEADS and _frame(*request[:-1]) == request:
                del unread[:REQUEST_BYTES]
                yield request
            else:
                del unread[0]

    def _serve(self, request: bytes, now_s: float) -> list[Emission]:
        head, board, lock, word = request[:4]
        doors = {d.lock: d for d in self.cabinet.doors if d.board == board}
        if not doors:
            return []
        opened = self._opened(request, doors)
        on = FaultOn.PULSE if opened else FaultOn.QUERY
        faults = self.faults.use(board, lock if lock in doors else None, on)
        echo = [(now_s, request)] if FaultKind.ECHO in faults else []
        if FaultKind.SILENT in faults:
            return echo
        if opened:
            return echo + self._open(request, opened, faults, now_s)
        frame = self._told(head, lock, word, doors, now_s)
        if frame is None:
            return echo
        return echo + self._line.answer(frame, faults, now_s + self._build.reply_delay_s)

    def _opened(self, request: bytes, doors: Mapping[int, Door]) -> list[Door]:
        """Return the doors whose locks a request opens."""
        head, _, lock, word = request[:4]
        if (head, lock, word) == (0x9D, 0x01, 0x33):
            return list(doors.values())
        wanted = self._unlock_word if head == 0x8A else _OPENS.get(head)
        return [doors[lock]] if word == wanted and lock in doors else []

    def _open(
        self, request: bytes, doors: list[Door], faults: Mapping[FaultKind, Fault], now_s: float
    ) -> list[Emission]:
        head, board, lock, word = request[:4]
        for turn, door in enumerate(doors):
            self.cabinet.pulse(
                door,
                at_s=now_s + turn * OPEN_ALL_STEP_S,
                for_s=self._pulse_s.get((board, door.lock), PULSE_S),
                jammed=FaultKind.JAMMED in faults,
            )
        if not self._build.answers_unlock or FaultKind.NO_UNLOCK_REPLY in faults:
            return []
        at_s = now_s + self._build.reply_delay_s
        if head == 0x9D:
            at_s += len(doors) * OPEN_ALL_STEP_S
            frame = _frame(0x9E, board, *self._packed(doors, now_s))
        elif head == 0x8A:
            frame = _frame(head, board, lock, self._single(doors[0], now_s))
        else:
            frame = _frame(head, board, lock, word)
        return self._line.answer(frame, faults, at_s)

    def _told(
        self, head: int, lock: int, word: int, doors: Mapping[int, Door], now_s: float
    ) -> bytes | None:
        """Return the answer to a request that opens nothing."""
        board = next(iter(doors.values())).board
        if (head, lock, word) == (0x80, 0x00, 0x33):
            return _frame(0x80, board, *self._packed(list(doors.values()), now_s), 0x33)
        if (head, word) == (0x80, 0x33) and lock in doors:
            return _frame(0x80, board, lock, self._single(doors[lock], now_s))
        if head == 0x82 and lock == 0 and word in {0x22, 0x44}:
            return _frame(0x82, board, 0x00, FIRMWARE)
        if head == 0x7E and lock in doors:
            self._pulse_s[board, lock] = float(word)
        if head in _SETTINGS and self._acknowledges:
            return _frame(head, board, lock, word)
        return None

    def _single(self, door: Door, now_s: float) -> int:
        shut = self._line.tells_shut(door, now_s)
        return 0x11 if shut == self._build.shorted_means_shut else 0x00

    def _packed(self, doors: list[Door], now_s: float) -> bytes:
        """Return the packed contacts; the bit of a lock that is not there reads 1, no feedback."""
        groups = [0xFF] * max(3, -(-self._build.channels // 8))
        one_is_shut = self._build.bit_set_means_shorted == self._build.shorted_means_shut
        for door in doors:
            group, bit = divmod(door.lock - 1, 8)
            if self._line.tells_shut(door, now_s) != one_is_shut:
                groups[group] &= ~(1 << bit)
        return bytes(groups if self._build.first_byte_is_locks_1_to_8 else reversed(groups))


def meaning(data: bytes, *, from_host: bool) -> str:
    """Return in a few words what bytes on the wire say, for the trace."""
    if len(data) < REQUEST_BYTES or _frame(*data[:-1]) != data:
        return "no whole frame"
    head, board, lock, word = data[:4]
    door = f"{board}:{lock}"
    if from_host:
        if head == 0x8A:
            return f"pulse {door}"
        if head == 0x80:
            return f"read door {door}" if lock else f"read all doors of board {board}"
        return {0x9D: f"open all of board {board}", 0x7E: f"unlock time {door}"}.get(
            head, f"request {head:02X} {door}"
        )
    if len(data) > REQUEST_BYTES:
        packed = data[2:-1] if head == 0x9E else data[2:-2]
        return f"all doors of board {board}: {packed.hex(' ').upper()}"
    kinds = {0x8A: "pulse answer", 0x80: "door"}
    return f"{kinds.get(head, f'answer {head:02X}')} {door}: state {word:02X}"


FAMILY = SimulatedFamily(
    device=KechengDevice,
    meaning=meaning,
    flags=frozenset({"short-when-open", "packed-inverted", "first-byte-first", "no-unlock-reply"}),
    own={"unlock": ("33", "11"), "acknowledge": ("yes", "no")},
)
