"""The board side of family G, as the papers tell it: bytes in with a time, bytes out with times.

Written from `lockboards.md` §9, not from the codec, which it must not import. Pure.

Relays (read 01, write 05 and 0F, flash-on and flash-off timed by the board), inputs (02), and the
registers for address and version (03). A relay that was put on stays on whatever becomes of the
host. What it cannot do it answers with an exception; a broadcast it obeys and does not answer.

Strict as Modbus over RTU may be: a frame is what lies between two silences of 3.5 characters. Stray
bytes before a request, or a pause inside it, and the board says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from drivers.simulator.answering import REPORTS, Answering
from drivers.simulator.cabinet import Cabinet, Door
from drivers.simulator.device import BoardBuild, Emission, SimulatedFamily
from drivers.simulator.fault import Fault, FaultKind, FaultOn

SILENCE_CHARACTERS = 3.5
FLASH_UNIT_S = 0.100
LONGEST_FRAME = 256
BROADCAST = 0

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3
BUSY = 6

_ON, _OFF, _TOGGLE = 0xFF00, 0x0000, 0x5500
_ALL_RELAYS = 0x00FF
_ADDRESS_REGISTER, _VERSION_REGISTER = 0x4000, 0x8000
_VERSION = 200
_WRITES = frozenset({0x05, 0x0F})


def _crc_table() -> tuple[int, ...]:
    """Return the table of the reversed polynomial x^16 + x^15 + x^2 + 1."""
    table = []
    for low in range(256):
        entry = low
        for _ in range(8):
            entry = (entry >> 1) ^ 0xA001 if entry % 2 else entry >> 1
        table.append(entry)
    return tuple(table)


_TABLE = _crc_table()


def crc16(data: bytes) -> bytes:
    """Return the two bytes that Modbus puts behind `data`, low byte first."""
    total = 0xFFFF
    for byte in data:
        total = (total >> 8) ^ _TABLE[(total ^ byte) & 0xFF]
    return bytes([total & 0xFF, total >> 8])


def finished(body: bytes) -> bytes:
    """Return the frame of a body."""
    return body + crc16(body)


class _ExceptionReply(Exception):  # noqa: N818  # Modbus calls it an exception
    """The board answers with an exception code."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


class ModbusRelayDevice:
    """One or more relay boards on one bus; relay and input n belong to the door n.

    `left-on`: another program had put relay 1 on, as is found at the first byte.
    """

    def __init__(self, cabinet: Cabinet, build: BoardBuild) -> None:
        self.cabinet = cabinet
        self._build = build
        self._line = Answering(cabinet, build, without=REPORTS, can_refuse=True)
        self.faults = self._line.faults
        self._unread = bytearray()
        self._last_byte_s = float("-inf")
        self._left_on = build.own.get("left-on", "none") == "1"

    def feed(self, data: bytes, now_s: float) -> list[Emission]:
        """Take bytes that were complete on the wire at `now_s`; return what the board sends."""
        if self._left_on:
            self._left_on = False
            for board in {door.board for door in self.cabinet.doors}:
                self.cabinet.hold(self.cabinet.door(board, 1), at_s=now_s, jammed=False)
        began_s = now_s - len(data) * self._build.byte_s
        if began_s - self._last_byte_s > SILENCE_CHARACTERS * self._build.byte_s:
            self._unread.clear()
        elif len(self._unread) > LONGEST_FRAME:
            del self._unread[LONGEST_FRAME:]
        self._last_byte_s = now_s
        self._unread += data[:LONGEST_FRAME]
        frame = bytes(self._unread)
        if len(frame) < 4 or finished(frame[:-2]) != frame:
            return []
        self._unread.clear()
        there = sorted({door.board for door in self.cabinet.doors})
        sent: list[Emission] = []
        for board in there if frame[0] == BROADCAST else {frame[0]}.intersection(there):
            sent += self._serve(frame, board, now_s)
        return sent

    def report(self, door: Door, now_s: float) -> list[Emission]:
        """Return nothing: a Modbus slave never speaks unasked."""
        _ = (door, now_s)
        return []

    def _serve(self, frame: bytes, board: int, now_s: float) -> list[Emission]:
        address, function = frame[0], frame[1]
        doors = {d.lock: d for d in self.cabinet.doors if d.board == board}
        on = FaultOn.PULSE if function in _WRITES else FaultOn.QUERY
        faults = self.faults.use(board, _lock_of(frame), on)
        echo = [(now_s, frame)] if FaultKind.ECHO in faults else []
        if FaultKind.SILENT in faults:
            return echo
        try:
            body = self._done(frame[:-2], doors, faults, now_s)
        except _ExceptionReply as refused:
            body = bytes([address, function + 0x80, refused.code])
        unanswered = function in _WRITES and (
            not self._build.answers_unlock or FaultKind.NO_UNLOCK_REPLY in faults
        )
        # Broadcasts are obeyed in silence; only the address is told to who does not know it [G7].
        if unanswered or (address == BROADCAST and function != 0x03):
            return echo
        at_s = now_s + self._build.reply_delay_s
        return echo + self._line.answer(finished(body), faults, at_s)

    def _done(
        self,
        body: bytes,
        doors: Mapping[int, Door],
        faults: Mapping[FaultKind, Fault],
        now_s: float,
    ) -> bytes:
        """Do what is asked and return the body of the answer."""
        function = body[1]
        if FaultKind.REFUSED in faults:
            raise _ExceptionReply(BUSY)
        if function == 0x0F and len(body) > 7:
            return self._write_many(body, doors, faults, now_s)
        if len(body) != 6 or function not in {0x01, 0x02, 0x03, 0x05}:
            raise _ExceptionReply(ILLEGAL_FUNCTION)
        place, value = body[2] << 8 | body[3], body[4] << 8 | body[5]
        if function == 0x05:
            self._write_one(place, value, doors, jammed=FaultKind.JAMMED in faults, now_s=now_s)
            return body
        if function == 0x03:
            return self._register(place, value, doors)
        return body[:2] + self._bits(function, place, value, doors, now_s)

    def _bits(
        self, function: int, place: int, count: int, doors: Mapping[int, Door], now_s: float
    ) -> bytes:
        asked = range(place + 1, place + 1 + count)
        if not asked:
            raise _ExceptionReply(ILLEGAL_VALUE)
        if not set(asked) <= set(doors):
            raise _ExceptionReply(ILLEGAL_ADDRESS)
        tells = self._relay_is_on if function == 0x01 else self._input_is_active
        packed = bytearray(-(-count // 8))
        for at, lock in enumerate(asked):
            packed[at // 8] |= tells(doors[lock], now_s) << at % 8
        return bytes([len(packed), *packed])

    def _relay_is_on(self, door: Door, now_s: float) -> bool:
        return door.energised_until_s > now_s

    def _input_is_active(self, door: Door, now_s: float) -> bool:
        return self._line.tells_shut(door, now_s) == self._build.shorted_means_shut

    @staticmethod
    def _register(place: int, count: int, doors: Mapping[int, Door]) -> bytes:
        board = next(iter(doors.values())).board
        told = {_ADDRESS_REGISTER: board, _VERSION_REGISTER: _VERSION}.get(place)
        if told is None or count != 1:
            raise _ExceptionReply(ILLEGAL_ADDRESS)
        return bytes([board, 0x03, 2, told >> 8, told & 0xFF])

    # --- relays -----------------------------------------------------------------------------

    def _write_one(
        self, place: int, value: int, doors: Mapping[int, Door], *, jammed: bool, now_s: float
    ) -> None:
        kind, relay = place >> 8, place & 0xFF
        named = list(doors.values()) if place == _ALL_RELAYS else []
        if not named and relay + 1 in doors:
            named = [doors[relay + 1]]
        if not named or kind not in {0x00, 0x02, 0x04}:
            raise _ExceptionReply(ILLEGAL_ADDRESS)
        if kind == 0x00 and value not in {_ON, _OFF, _TOGGLE}:
            raise _ExceptionReply(ILLEGAL_VALUE)
        for door in named:
            if kind == 0x00:
                on = value == _ON or (value == _TOGGLE and not self._relay_is_on(door, now_s))
                self._put(door, on=on, jammed=jammed, now_s=now_s)
            elif kind == 0x02:
                for_s = value * FLASH_UNIT_S
                self.cabinet.pulse(door, at_s=now_s, for_s=for_s, jammed=jammed)
            else:
                # Off for the time, and on again at its end: it may fire the lock (facts §16).
                self.cabinet.release(door, now_s)
                self.cabinet.hold(door, at_s=now_s + value * FLASH_UNIT_S, jammed=jammed)

    def _write_many(
        self,
        body: bytes,
        doors: Mapping[int, Door],
        faults: Mapping[FaultKind, Fault],
        now_s: float,
    ) -> bytes:
        place, count = body[2] << 8 | body[3], body[4] << 8 | body[5]
        named = range(place + 1, place + 1 + count)
        if not set(named) <= set(doors):
            raise _ExceptionReply(ILLEGAL_ADDRESS)
        if body[6] != len(body) - 7 or body[6] != -(-count // 8):
            raise _ExceptionReply(ILLEGAL_VALUE)
        for at, lock in enumerate(named):
            on = bool(body[7 + at // 8] >> at % 8 & 1)
            self._put(doors[lock], on=on, jammed=FaultKind.JAMMED in faults, now_s=now_s)
        return body[:6]

    def _put(self, door: Door, *, on: bool, jammed: bool, now_s: float) -> None:
        if on:
            self.cabinet.hold(door, at_s=now_s, jammed=jammed)
        else:
            self.cabinet.release(door, now_s)


def _lock_of(frame: bytes) -> int | None:
    """Return the lock that a write to one relay is about, if it is about one."""
    one = frame[1] == 0x05 and (frame[2] in {0x02, 0x04} or frame[3] != 0xFF)
    return frame[3] + 1 if one else None


def meaning(data: bytes, *, from_host: bool) -> str:
    """Return in a few words what bytes on the wire say, for the trace."""
    if len(data) < 5 or finished(data[:-2]) != data:
        return "no whole frame"
    board, function = data[0], data[1]
    if function > 0x80:
        return f"board {board} refuses {function - 0x80:02X}: exception {data[2]}"
    if function == 0x05:
        done = "" if from_host else " done"
        return f"{_written(board, data)}{done}"
    if from_host:
        names = {0x01: "relays", 0x02: "inputs", 0x03: "register"}
        if function in names:
            return f"read {names[function]} of board {board}"
        return "unknown request"
    kinds = {0x01: "relays", 0x02: "inputs", 0x03: "register"}
    told = data[3:-2].hex(" ").upper()
    return f"{kinds[function]} of board {board}: {told}" if function in kinds else "answer"


def _written(board: int, data: bytes) -> str:
    kind, relay, value = data[2], data[3], data[4] << 8 | data[5]
    if (kind, relay) == (0x00, 0xFF):
        words = {_ON: "on", _OFF: "off"}
        return f"all relays of board {board} {words.get(value, 'toggled')}"
    door = f"{board}:{relay + 1}"
    if kind == 0x02:
        return f"pulse {door} for {value * 100} ms"
    return f"relay {door}: {data[2:6].hex(' ').upper()}"


FAMILY = SimulatedFamily(
    device=ModbusRelayDevice,
    meaning=meaning,
    channels=8,
    max_channels=32,
    flags=frozenset({"short-when-open", "no-unlock-reply"}),
    own={"left-on": ("none", "1")},
)
