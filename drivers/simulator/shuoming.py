"""The board side of family A, as the papers tell it: bytes in with a time, bytes out with times.

Written from `lockboards.md` §2 and §15, not from the codec, which it must not import. Pure.

What it does on the wire: opens one lock (`8A bb LL 11`), one for 1 to 9 s (a sixth byte before the
checksum, [A3]), all in turn (`8A bb 00 11`, answered at the end, [A7]); tells one contact
(`80 bb LL 33`), all contacts (`80 bb 00 33`) and its address (`80 01 00 99`, [A10]). Other
addresses, unknown locks, other frames and wrong checksums get no answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from drivers.simulator.answering import Answering
from drivers.simulator.cabinet import Cabinet, Door
from drivers.simulator.device import BoardBuild, Emission, SimulatedFamily
from drivers.simulator.fault import Fault, FaultKind, FaultOn

PULSE_S = 0.300
OPEN_ALL_STEP_S = 0.300
REPORT_DELAY_S = 0.015


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

    def __init__(self, cabinet: Cabinet, build: BoardBuild) -> None:
        self.cabinet = cabinet
        self._build = build
        self._line = Answering(cabinet, build)
        self.faults = self._line.faults
        told = build.own.get("status-bytes", "auto")
        self._status_bytes = max(3, -(-build.channels // 8)) if told == "auto" else int(told)
        head = build.own.get("report-head", "none")
        self._report_head = None if head == "none" else int(head, 16)

    def feed(self, data: bytes, now_s: float) -> list[Emission]:
        """Take bytes that were complete on the wire at `now_s`; return what the board sends."""
        self._line.take(data, now_s)
        return [piece for request in self._requests() for piece in self._serve(request, now_s)]

    def report(self, door: Door, now_s: float) -> list[Emission]:
        """Return the report that a door change causes, if this board tells changes unasked."""
        fault = self.faults.standing(FaultKind.AUTO_REPORT, door.board, door.lock)
        head = fault.number("head") if fault else self._report_head
        if head is None:
            return []
        return [(now_s + REPORT_DELAY_S, self._report_frame(head, door, now_s))]

    # --- requests ---------------------------------------------------------------------------

    def _requests(self) -> Iterator[bytes]:
        """Cut whole requests off the unread bytes; drop what cannot begin one."""
        unread = self._line.unread
        while unread:
            if unread[0] not in {0x8A, 0x80}:
                del unread[0]
                continue
            if len(unread) < 5:
                return
            length = 6 if self._asks_for_seconds(bytes(unread[:5])) else 5
            if len(unread) < length:
                return
            if is_whole(bytes(unread[:length])):
                yield bytes(unread[:length])
                del unread[:length]
            else:
                del unread[0]

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
        return echo + self._answer(frame, board, faults, now_s + self._build.reply_delay_s)

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
        if not self._build.answers_unlock or FaultKind.NO_UNLOCK_REPLY in faults:
            return []
        at_s = now_s + self._build.reply_delay_s
        if len(doors) > 1:
            at_s += len(doors) * OPEN_ALL_STEP_S
            return self._answer(request, request[1], faults, at_s)
        door = doors[0]
        body = bytes([0x8A, door.board, door.lock, self._state_byte(door, now_s)])
        return self._answer(with_checksum(body), door.board, faults, at_s)

    def _tell_address(self, now_s: float) -> list[Emission]:
        board = self.cabinet.doors[0].board
        frame = with_checksum(bytes([0x80, 0x01, board, 0x99]))
        return [(now_s + self._build.reply_delay_s, frame)]

    # --- what is sent -----------------------------------------------------------------------

    def _answer(
        self, frame: bytes, board: int, faults: Mapping[FaultKind, Fault], at_s: float
    ) -> list[Emission]:
        def report(fault: Fault, now_s: float) -> bytes:
            door = self.cabinet.door(board, fault.number("about"))
            return self._report_frame(fault.number("head"), door, now_s)

        return self._line.answer(frame, faults, at_s, report=report)

    def _report_frame(self, head: int, door: Door, now_s: float) -> bytes:
        body = bytes([head, door.board, door.lock, self._state_byte(door, now_s)])
        return with_checksum(body)

    def _contact(self, door: Door, now_s: float) -> bytes:
        body = bytes([0x80, door.board, door.lock, self._state_byte(door, now_s)])
        return with_checksum(body)

    def _contacts(self, board: int, doors: list[Door], now_s: float) -> bytes:
        groups = bytearray(self._status_bytes)
        for door in doors:
            group, bit = divmod(door.lock - 1, 8)
            is_set = self._is_shorted(door, now_s) == self._build.bit_set_means_shorted
            if group < len(groups) and is_set:
                groups[group] |= 1 << bit
        if not self._build.first_byte_is_locks_1_to_8:
            groups.reverse()
        return with_checksum(bytes([0x80, board, *groups, 0x33]))

    def _state_byte(self, door: Door, now_s: float) -> int:
        return 0x11 if self._is_shorted(door, now_s) else 0x00

    def _is_shorted(self, door: Door, now_s: float) -> bool:
        return self._line.tells_shut(door, now_s) == self._build.shorted_means_shut


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


FAMILY = SimulatedFamily(
    device=ShuomingDevice,
    meaning=meaning,
    flags=frozenset({"short-when-open", "packed-inverted", "first-byte-first", "no-unlock-reply"}),
    own={
        "status-bytes": ("auto", "3", "4", "5", "6", "7"),
        "report-head": ("none", "81", "82"),
    },
)
