"""The board side of family A, as the papers tell it: bytes in with a time, bytes out with times.

Written from `lockboards.md` §2 and §15, not from the codec, which it must not import. Pure.

What it does on the wire: opens one lock (`8A bb LL 11`), one for 1 to 9 s (a sixth byte before the
checksum, [A3]), all in turn (`8A bb 00 11`, answered at the end, [A7]); tells one contact
(`80 bb LL 33`), all contacts (`80 bb 00 33`) and its address (`80 01 00 99`, [A10]). Other
addresses, unknown locks, other frames and wrong checksums get no answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from drivers.simulator.cabinet import Cabinet, Door
from drivers.simulator.fault import Fault, FaultBook, FaultKind, FaultOn

PULSE_S = 0.300
OPEN_ALL_STEP_S = 0.300
REQUEST_PAUSE_S = 0.050
REPORT_DELAY_S = 0.015
REPORT_BEFORE_REPLY_S = 0.010

Emission = tuple[float, bytes]
"""When to begin sending, and what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShuomingSettings:
    """How this board was built and wired, where the papers differ."""

    reply_delay_s: float = 0.020
    shorted_means_shut: bool = True
    bit_set_means_shorted: bool = True
    first_byte_is_locks_1_to_8: bool = False
    status_bytes: int = 3
    answers_unlock: bool = True
    report_head: int | None = None
    byte_s: float = 10 / 9600


def with_checksum(body: bytes) -> bytes:
    """Return the frame of a body: the last byte makes the XOR of all bytes zero."""
    total = 0
    for byte in body:
        total ^= byte
    return body + bytes([total])


def is_whole(frame: bytes) -> bool:
    """Tell whether the XOR of all bytes is zero."""
    return with_checksum(frame)[-1] == 0


class ShuomingDevice:
    """One or more boards of the family on one bus, with the doors of `cabinet`."""

    def __init__(self, cabinet: Cabinet, settings: ShuomingSettings | None = None) -> None:
        self.cabinet = cabinet
        self.faults = FaultBook()
        self._settings = settings or ShuomingSettings()
        self._unread = bytearray()
        self._last_byte_s = float("-inf")
        self._busy_until_s = float("-inf")

    def feed(self, data: bytes, now_s: float) -> list[Emission]:
        """Take bytes that were complete on the wire at `now_s`; return what the board sends."""
        if now_s - self._last_byte_s > REQUEST_PAUSE_S:
            self._unread.clear()
        self._last_byte_s = now_s
        self._unread += data
        sent: list[Emission] = []
        for request in self._requests():
            sent += self._serve(request, now_s)
        return sent

    def report(self, door: Door, now_s: float) -> list[Emission]:
        """Return the report that a door change causes, if this board tells changes unasked."""
        fault = self.faults.standing(FaultKind.AUTO_REPORT, door.board, door.lock)
        head = fault.number("head") if fault else self._settings.report_head
        if head is None:
            return []
        return [(now_s + REPORT_DELAY_S, self._report_frame(head, door, now_s))]

    # --- requests ---------------------------------------------------------------------------

    def _requests(self) -> Iterator[bytes]:
        """Cut whole requests off the unread bytes; drop what cannot begin one."""
        while self._unread:
            if self._unread[0] not in {0x8A, 0x80}:
                del self._unread[0]
                continue
            if len(self._unread) < 5:
                return
            length = 5
            if self._asks_for_seconds(bytes(self._unread[:5])):
                length = 6
            if len(self._unread) < length:
                return
            if is_whole(bytes(self._unread[:length])):
                yield bytes(self._unread[:length])
                del self._unread[:length]
            else:
                del self._unread[0]

    @staticmethod
    def _asks_for_seconds(start: bytes) -> bool:
        return start[0] == 0x8A and start[3] == 0x11 and 1 <= start[4] <= 9 and not is_whole(start)

    def _serve(self, request: bytes, now_s: float) -> list[Emission]:
        head, board, lock, action = request[:4]
        if (head, action, board, lock) == (0x80, 0x99, 1, 0):
            return self._tell_address(now_s)
        is_pulse = (head, action) == (0x8A, 0x11)
        is_query = (head, action) == (0x80, 0x33)
        doors = {d.lock: d for d in self.cabinet.doors if d.board == board}
        if not doors or not (is_pulse or is_query) or (lock and lock not in doors):
            return []
        asked = list(doors.values()) if lock == 0 else [doors[lock]]
        on = FaultOn.PULSE if is_pulse else FaultOn.QUERY
        faults = self.faults.use(board, lock or None, on)
        echo = [(now_s, request)] if FaultKind.ECHO in faults else []
        if FaultKind.SILENT in faults:
            return echo
        if is_pulse:
            return echo + self._pulse(request, asked, faults, now_s)
        frame = self._contacts(board, asked, now_s) if lock == 0 else self._contact(asked[0], now_s)
        return echo + self._answer(frame, asked, faults, now_s + self._settings.reply_delay_s)

    def _pulse(
        self,
        request: bytes,
        doors: list[Door],
        faults: Mapping[FaultKind, Fault],
        now_s: float,
    ) -> list[Emission]:
        for_s = float(request[4]) if len(request) == 6 else PULSE_S
        jammed = FaultKind.JAMMED in faults
        for turn, door in enumerate(doors):
            at_s = now_s + turn * OPEN_ALL_STEP_S
            self.cabinet.pulse(door, at_s=at_s, for_s=for_s, jammed=jammed)
        if not self._settings.answers_unlock or FaultKind.NO_UNLOCK_REPLY in faults:
            return []
        at_s = now_s + self._settings.reply_delay_s
        if len(doors) > 1:
            at_s += len(doors) * OPEN_ALL_STEP_S
            return self._answer(request, doors, faults, at_s)
        door = doors[0]
        body = bytes([0x8A, door.board, door.lock, self._state_byte(door, now_s)])
        return self._answer(with_checksum(body), doors, faults, at_s)

    def _tell_address(self, now_s: float) -> list[Emission]:
        board = self.cabinet.doors[0].board
        frame = with_checksum(bytes([0x80, 0x01, board, 0x99]))
        return [(now_s + self._settings.reply_delay_s, frame)]

    # --- what is sent -----------------------------------------------------------------------

    def _answer(
        self, frame: bytes, doors: list[Door], faults: Mapping[FaultKind, Fault], at_s: float
    ) -> list[Emission]:
        """Return the pieces of an answer: the board sends in order, one answer after another."""
        if FaultKind.REPLY_LOST in faults:
            return []
        if late := faults.get(FaultKind.LATE):
            at_s += late.number("delay_ms") / 1000
        if FaultKind.CORRUPT in faults:
            frame = frame[:-1] + bytes([frame[-1] ^ 0x5A])
        if garbage := faults.get(FaultKind.GARBAGE):
            frame = bytes.fromhex(str(garbage.fields["hex"])) + frame
        if glued := faults.get(FaultKind.GLUED):
            frame = self._report_about(glued, doors[0].board, at_s) + frame
        at_s = max(at_s, self._busy_until_s)
        pieces: list[Emission] = []
        if report := faults.get(FaultKind.REPORT):
            told = self._report_about(report, doors[0].board, at_s)
            pieces.append((at_s, told))
            at_s += len(told) * self._settings.byte_s + REPORT_BEFORE_REPLY_S
        if split := faults.get(FaultKind.SPLIT):
            at = split.number("at")
            pieces.append((at_s, frame[:at]))
            at_s += at * self._settings.byte_s + split.number("pause_ms") / 1000
            frame = frame[at:]
        pieces.append((at_s, frame))
        self._busy_until_s = at_s + len(frame) * self._settings.byte_s
        return pieces

    def _report_about(self, fault: Fault, board: int, now_s: float) -> bytes:
        door = self.cabinet.door(board, fault.number("about"))
        return self._report_frame(fault.number("head"), door, now_s)

    def _report_frame(self, head: int, door: Door, now_s: float) -> bytes:
        body = bytes([head, door.board, door.lock, self._state_byte(door, now_s)])
        return with_checksum(body)

    def _contact(self, door: Door, now_s: float) -> bytes:
        body = bytes([0x80, door.board, door.lock, self._state_byte(door, now_s)])
        return with_checksum(body)

    def _contacts(self, board: int, doors: list[Door], now_s: float) -> bytes:
        groups = bytearray(self._settings.status_bytes)
        for door in doors:
            group, bit = divmod(door.lock - 1, 8)
            is_set = self._is_shorted(door, now_s) == self._settings.bit_set_means_shorted
            if group < len(groups) and is_set:
                groups[group] |= 1 << bit
        if not self._settings.first_byte_is_locks_1_to_8:
            groups.reverse()
        return with_checksum(bytes([0x80, board, *groups, 0x33]))

    def _state_byte(self, door: Door, now_s: float) -> int:
        return 0x11 if self._is_shorted(door, now_s) else 0x00

    def _is_shorted(self, door: Door, now_s: float) -> bool:
        return self._tells_shut(door, now_s) == self._settings.shorted_means_shut

    def _tells_shut(self, door: Door, now_s: float) -> bool:
        where = (door.board, door.lock)
        if self.faults.standing(FaultKind.STUCK_OPEN, *where):
            return False
        if self.faults.standing(FaultKind.STUCK_SHUT, *where):
            return True
        if flicker := self.faults.standing(FaultKind.FLICKER, *where):
            return int(now_s * 1000) // max(1, flicker.number("period_ms")) % 2 == 0
        return not door.open


def meaning(data: bytes, *, from_host: bool) -> str:
    """Return in a few words what bytes on the wire say, for the trace."""
    if not is_whole(data) or len(data) < 5:
        return "no whole frame"
    head, board, lock, last = data[:4]
    door = f"{board}:{lock}"
    if from_host:
        names = {
            (0x8A, 0x11): f"pulse {door}" if lock else f"pulse all of board {board}",
            (0x80, 0x33): f"read door {door}" if lock else f"read all doors of board {board}",
            (0x80, 0x99): "ask for the address",
        }
        return names.get((head, last), "unknown request")
    if len(data) > 5 and head == 0x80:
        return f"all doors of board {board}: {data[2:-2].hex(' ').upper()}"
    contact = {0x11: "shorted", 0x00: "not shorted"}.get(last, f"{last:02X}")
    kinds = {0x8A: "pulse answer", 0x80: "door", 0x81: "report", 0x82: "report"}
    return f"{kinds.get(head, 'unknown')} {door}: contact {contact}"
