"""Board family G, "modbus-relay": Waveshare's Modbus RTU relay boards. Bytes in, values out.

RS-485, 9600 8N1 from the factory, addresses 1 to 255 (register 4000), one relay and one digital
input a door: relay n is the lock n, input n its contact. Only boards with flash-on (protocol V2,
from September 2021 on). Facts: `lockboards.md` §9; source keys as in its §12.

Frames, CRC is CRC-16/Modbus, low byte first; coils and inputs count from 0 [G2][G3][G5][G6][G12]::

    we ask                                            the board answers
    aa 05 02 nn TH TL CRC  flash relay nn: on, and    the same bytes
                           off again by the board
                           after T x 100 ms
    aa 02 00 00 00 NN CRC  the inputs                 aa 02 len bits CRC
    aa 01 00 00 00 NN CRC  the relays                 aa 01 len bits CRC
    aa 05 00 FF 00 00 CRC  all relays off             the same bytes
                                                      aa fn+80 code CRC      an exception

    code  of an exception: 1 unknown function, 2 wrong address, 3 wrong value, 4 failure, 6 busy
    bits  least significant first; input 1 is the contact shorted, which `contact` explains

**The pulse is timed by the board**: nothing that happens to the host leaves a coil on. On and off
by two frames (FC05 FF00, 0000) is never sent, nor toggle, nor flash-off. T is `pulse_ms` rounded
up, 1 to 7FFF [G5b].

**A pulse's answer is the request itself.** Where the adapter echoes it proves nothing; the bus
drops the copy where the profile says or the line shows `echo`.

**An answer does not say which inputs it tells.** So there is one reading of them, of all;
one door is read by it too, and inputs that it does not tell are unknown.

**Late answers.** The relays are answered under another function (01) than the inputs (02), so each
reading is the other's fence. An exception counts for the request of its function.

**The CRC is ours, six lines**: a published library (pymodbus 3.16) costs 50 ms and 146 modules at
start, asyncio among them, and a coil there is true or false, so it cannot carry a flash [G3].
"""

from __future__ import annotations

from types import MappingProxyType
from typing import assert_never

from drivers.codec import (
    BoardCodec,
    DoorsReply,
    DoorState,
    Event,
    OutputsOff,
    OutputsOffReply,
    OutputsReply,
    Pulse,
    PulseReply,
    QueryDoor,
    QueryDoors,
    QueryOutputs,
    Refusal,
    Request,
    RequestRangeError,
)
from drivers.family import BoardProfile, FamilyFacts
from drivers.framed_codec import FramedCodec, checked_lock, is_direct_answer
from drivers.frames import Found, Verdict
from drivers.wiring import Contact, UnlockReply

READ_COILS = 0x01
READ_INPUTS = 0x02
WRITE_COIL = 0x05
EXCEPTION = 0x80
FLASH_ON = 0x0200
ALL_COILS = 0x00FF
OFF = 0x0000
FLASH_UNIT_MS = 100
LONGEST_FLASH = 0x7FFF

BOARDS = range(1, 256)
LOCKS = range(1, 33)
BIT_BYTES = range(1, 5)
"""How many bytes the relays or inputs of a board fill."""
WRITE_LENGTH = 8
EXCEPTION_LENGTH = 5


class ModbusRelayFrames:
    """`Frames` of family G. `channels` is the number of relays, and of inputs, that are used."""

    def __init__(
        self, *, channels: int, pulse_ms: int, contact: Contact = Contact.SHORT_WHEN_LOCKED
    ) -> None:
        self._locks = range(1, channels + 1)
        self._flash = min(-(-pulse_ms // FLASH_UNIT_MS), LONGEST_FLASH)
        self._door_of_bit = (contact.door(shorted=False), contact.door(shorted=True))

    def encode(self, request: Request) -> bytes:
        """Return the frame for `request`; see `BoardCodec.encode`. Never for address 0, "all"."""
        if request.board not in BOARDS:
            raise RequestRangeError(request, "board", BOARDS)
        match request:
            case Pulse(board):
                coil = checked_lock(request, self._locks) - 1
                return _frame(board, WRITE_COIL, FLASH_ON + coil, self._flash)
            case QueryDoors(board):
                return _frame(board, READ_INPUTS, 0, len(self._locks))
            case QueryOutputs(board):
                return _frame(board, READ_COILS, 0, len(self._locks))
            case OutputsOff(board):
                return _frame(board, WRITE_COIL, ALL_COILS, OFF)
            case QueryDoor(board):
                checked_lock(request, self._locks)
                return _frame(board, READ_INPUTS, 0, len(self._locks))
            case _:
                assert_never(request)

    def judge(self, rest: bytes) -> Found | Verdict:
        """Tell what begins at the first byte of `rest`: any byte but 0 may be an address."""
        if rest[0] not in BOARDS:
            return Verdict.NO_FRAME
        if len(rest) == 1:
            return Verdict.UNDECIDED
        length = _length(rest)
        if length is None:
            return Verdict.NO_FRAME
        if len(rest) < length:
            return Verdict.UNDECIDED
        frame = rest[:length]
        if frame[-2:] != crc(frame[:-2]):
            return Verdict.NO_FRAME
        event = self._value(frame)
        return Verdict.NO_FRAME if event is None else (length, event)

    def _value(self, frame: bytes) -> Event | None:
        board, function = frame[:2]
        if function >= EXCEPTION:
            return Refusal(board, function, frame[2])
        if function == WRITE_COIL:
            return self._written(board, int.from_bytes(frame[2:4]), int.from_bytes(frame[4:6]))
        bits = int.from_bytes(frame[3:-2], "little")
        told = 8 * frame[2]
        if function == READ_COILS:
            on = frozenset(relay for relay in range(1, told + 1) if bits >> (relay - 1) & 1)
            return OutputsReply(board, on)
        doors = {
            lock: self._door_of_bit[bits >> (lock - 1) & 1] if lock <= told else DoorState.UNKNOWN
            for lock in self._locks
        }
        return DoorsReply(board, MappingProxyType(doors))

    def _written(self, board: int, place: int, value: int) -> Event | None:
        if place == ALL_COILS and value == OFF:
            return OutputsOffReply(board)
        lock = place - FLASH_ON + 1
        if lock in self._locks and 1 <= value <= LONGEST_FLASH:
            return PulseReply(board, lock, DoorState.UNKNOWN)
        return None

    def answers(self, request: Request, event: Event) -> bool:
        """Tell whether `event` is the reply that `request` asks for, or the refusal of its kind."""
        if isinstance(event, Refusal):
            return (event.board, event.function) == (request.board, EXCEPTION + _function(request))
        if isinstance(request, QueryDoor):
            return is_direct_answer(QueryDoors(request.board), event)
        return is_direct_answer(request, event)

    def fence(self, request: Request) -> Request | None:
        """Return a read with another form of reply than `request` has."""
        match request:
            case QueryDoors(board) | QueryDoor(board):
                return QueryOutputs(board)
            case QueryOutputs(board):
                return QueryDoors(board)
            case Pulse() | OutputsOff():
                return None
            case _:
                assert_never(request)


def _function(request: Request) -> int:
    match request:
        case QueryDoors() | QueryDoor():
            return READ_INPUTS
        case QueryOutputs():
            return READ_COILS
        case Pulse() | OutputsOff():
            return WRITE_COIL
        case _:
            assert_never(request)


def _length(rest: bytes) -> int | None:
    """Return how long the frame is that begins at an address and a function, if one can."""
    function = rest[1]
    if function in {READ_COILS, READ_INPUTS}:
        if len(rest) < 3:
            return 5 + BIT_BYTES[0]
        return 5 + rest[2] if rest[2] in BIT_BYTES else None
    if function == WRITE_COIL:
        return WRITE_LENGTH
    if function - EXCEPTION in {READ_COILS, READ_INPUTS, WRITE_COIL}:
        return EXCEPTION_LENGTH
    return None


def crc(data: bytes) -> bytes:
    """Return the CRC-16/Modbus of `data`, low byte first."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value.to_bytes(2, "little")


def _frame(board: int, function: int, place: int, value: int) -> bytes:
    body = bytes((board, function)) + place.to_bytes(2) + value.to_bytes(2)
    return body + crc(body)


def _make(profile: BoardProfile) -> BoardCodec:
    frames = ModbusRelayFrames(
        channels=profile.channels, pulse_ms=profile.pulse_ms, contact=profile.contact
    )
    return FramedCodec(frames, answers=frames.answers, fence=frames.fence)


FACTS = FamilyFacts(
    codec=_make,
    addresses=BOARDS,
    channels=LOCKS,
    settings=("contact",),
    defaults={
        "channels": 8,
        "pulse_ms": 200,
        "held_outputs": True,
        "unlock_reply": UnlockReply.ALWAYS,
    },
    may_hold_outputs=True,
)
