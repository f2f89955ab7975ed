"""Board family F, "dc02": the 12-lock board with heads `DC 02` and `DC FE`. Bytes in, values out.

RS-485, 9600 8N1, boards 1 to 15 by DIP switch, 12 locks ("485锁控板通讯协议 -12"). Facts:
`lockboards.md` §8; source keys as in its §12. No frame of it was ever captured from hardware: all
come from one tester's own tests [F1][F2].

Frames, SUM is the low byte of the sum from `bb` to the last data byte; LEN counts the data::

    we ask                                   the board answers
    DC 02 bb 10 01 LL SUM   pulse one lock   DC FE bb 10 02 LL st SUM
    DC 02 bb 11 01 LL SUM   one door         DC FE bb 11 02 LL dr SUM
    DC 02 bb 12 00    SUM   all doors        DC FE bb 12 02 DH DL SUM

    st  01 success; which may only mean "fired" (facts §16)
    dr  00 or 01. Which is open is not published: `contact` says what 01 means
    D   bit 0 is lock 1, high byte first. `packed` says whether a bit 1 means the same as `dr` 01

Version (01), all (14), several (15, 18) and outputs that stay on (16, 1A) are never sent, and their
answers are no values. The sum does not see two bytes that changed places.

**Late answers.** 11 and 12 are answered in forms of their own, so each is the other's fence.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import assert_never

from drivers.codec import (
    BoardCodec,
    DoorReply,
    DoorsReply,
    DoorState,
    Event,
    OutputsOff,
    Pulse,
    PulseReply,
    QueryDoor,
    QueryDoors,
    QueryOutputs,
    Request,
    RequestRangeError,
    RequestUnknownError,
)
from drivers.family import BoardProfile, FamilyFacts
from drivers.framed_codec import FramedCodec, begins_with, checked_lock, the_other_read
from drivers.frames import Found, Verdict
from drivers.wiring import Contact, PackedSense, UnlockReply

HEAD_REQUEST = bytes.fromhex("DC02")
HEAD_REPLY = bytes.fromhex("DCFE")
PULSE = 0x10
READ_ONE = 0x11
READ_ALL = 0x12

BOARDS = range(1, 16)
LOCKS = range(1, 13)
REPLY_LENGTH = 8
SUCCESS = 0x01


class Dc02Frames:
    """`Frames` of family F. `channels` is the highest lock number, at most 12."""

    def __init__(
        self, *, channels: int, contact: Contact, packed: PackedSense = PackedSense.SAME
    ) -> None:
        self._locks = range(1, channels + 1)
        zero, one = contact.door(shorted=False), contact.door(shorted=True)
        self._door_of_byte = {0: zero, 1: one}
        self._door_of_bit = (zero, one) if packed is PackedSense.SAME else (one, zero)

    def encode(self, request: Request) -> bytes:
        """Return the frame for `request`; see `BoardCodec.encode`."""
        if request.board not in BOARDS:
            raise RequestRangeError(request, "board", BOARDS)
        match request:
            case Pulse(board):
                return _frame(board, PULSE, checked_lock(request, self._locks))
            case QueryDoor(board):
                return _frame(board, READ_ONE, checked_lock(request, self._locks))
            case QueryDoors(board):
                return _frame(board, READ_ALL)
            case QueryOutputs() | OutputsOff():
                raise RequestUnknownError(request)
            case _:
                assert_never(request)

    def judge(self, rest: bytes) -> Found | Verdict:
        """Tell what begins at the first byte of `rest`: all answers that count are as long."""
        if not begins_with(rest, HEAD_REPLY):
            return Verdict.NO_FRAME
        if len(rest) > 2 and rest[2] not in BOARDS:
            return Verdict.NO_FRAME
        if len(rest) > 3 and rest[3] not in {PULSE, READ_ONE, READ_ALL}:
            return Verdict.NO_FRAME
        if len(rest) > 4 and rest[4] != 2:
            return Verdict.NO_FRAME
        if len(rest) < REPLY_LENGTH:
            return Verdict.UNDECIDED
        event = self._value(rest[:REPLY_LENGTH])
        return Verdict.NO_FRAME if event is None else (REPLY_LENGTH, event)

    def _value(self, frame: bytes) -> Event | None:
        board, command, _, first, second, checksum = frame[2:]
        if checksum != _checksum(frame[2:-1]):
            return None
        if command == READ_ALL:
            bits = first << 8 | second
            doors = {lock: self._door_of_bit[bits >> (lock - 1) & 1] for lock in self._locks}
            return DoorsReply(board, MappingProxyType(doors))
        if first not in self._locks:
            return None
        if command == PULSE:
            return PulseReply(board, first, DoorState.UNKNOWN, claim=second == SUCCESS)
        return DoorReply(board, first, self._door_of_byte.get(second, DoorState.UNKNOWN))


def _checksum(data: bytes) -> int:
    return sum(data) & 0xFF


def _frame(board: int, command: int, *data: int) -> bytes:
    body = bytes((board, command, len(data), *data))
    return HEAD_REQUEST + body + bytes((_checksum(body),))


def _make(profile: BoardProfile) -> BoardCodec:
    frames = Dc02Frames(channels=profile.channels, contact=profile.contact, packed=profile.packed)
    return FramedCodec(frames, fence=the_other_read)


FACTS = FamilyFacts(
    codec=_make,
    addresses=BOARDS,
    channels=LOCKS,
    settings=("contact", "packed"),
    defaults={"channels": 12, "unlock_reply": UnlockReply.ALWAYS},
)
