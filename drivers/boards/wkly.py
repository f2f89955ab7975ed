"""Board family E, "wkly" (云川 boards, head `57 4B 4C 59`). Bytes in, values out.

RS-485, 9600 baud. Boards 0 to 31, **the first board is 0**; 12, 24 and 50 locks seen, from 1.
Facts: `lockboards.md` §7; source keys as in its §12.

Frames, `W` is `57 4B 4C 59`, LEN counts all bytes, XOR is that of all bytes before it
[E1][E2][E3][E4]::

    we ask                               the board answers
    W 09 bb 82 ch XOR  pulse one lock    W 0B bb 82 st ch dr XOR
    W 09 bb 83 ch XOR  one door          W 0B bb 83 st ch dr XOR
    W 08 bb 84    XOR  all doors         W LL bb 84 st n d1 .. dn XOR     LL = 0A hex + n
                                         W 0A bb 85 ch dr    XOR          unasked

    st  00 done, FF failed
    dr  00 open, 01 shut, FF not known [E2][E4][E6]. In the pulse's answer [E6] reads it as
        "00 success, 01 fail": neither there counts for the door (facts §16)

An 85 report has no `st`: 00 shut to open, 01 open to shut [E6]. It may come before the 82 answer.
Several locks (80, 87), all (86), the light (81) and holding an output (88, 89) are never sent.

**Late answers.** 83 and 84 are answered in forms of their own, so each is the other's fence.
"""

from __future__ import annotations

from functools import reduce
from operator import xor
from types import MappingProxyType
from typing import assert_never

from drivers.codec import (
    BoardCodec,
    DoorReply,
    DoorReport,
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
from drivers.wiring import Contact, UnlockReply

HEAD = bytes.fromhex("574B4C59")
PULSE = 0x82
READ_ONE = 0x83
READ_ALL = 0x84
REPORT = 0x85
DONE = 0x00
FAILED = 0xFF

BOARDS = range(32)
LOCKS = range(1, 51)
AROUND_DATA = 8
"""Bytes of a frame without its data: head, LEN, board, command, XOR."""
LENGTHS = range(AROUND_DATA + 2, AROUND_DATA + 2 + LOCKS.stop)
"""What an answer or report can have: from a report's ch and dr to st, n and 50 doors."""


class WklyFrames:
    """`Frames` of family E. `channels` is the highest lock number that may be asked for."""

    def __init__(self, *, channels: int, contact: Contact = Contact.SHORT_WHEN_LOCKED) -> None:
        self._locks = range(1, channels + 1)
        self._door_of_byte = {0: contact.door(shorted=False), 1: contact.door(shorted=True)}

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
        """Tell what begins at the first byte of `rest`."""
        if not begins_with(rest, HEAD):
            return Verdict.NO_FRAME
        if len(rest) > 4 and rest[4] not in LENGTHS:
            return Verdict.NO_FRAME
        if len(rest) > 5 and rest[5] not in BOARDS:
            return Verdict.NO_FRAME
        if len(rest) > 6 and rest[6] not in {PULSE, READ_ONE, READ_ALL, REPORT}:
            return Verdict.NO_FRAME
        if len(rest) <= 4 or len(rest) < rest[4]:
            return Verdict.UNDECIDED
        length = rest[4]
        frame = rest[:length]
        if frame[-1] != _checksum(frame[:-1]):
            return Verdict.NO_FRAME
        event = self._value(frame[5], frame[6], frame[7:-1])
        return Verdict.NO_FRAME if event is None else (length, event)

    def _value(self, board: int, command: int, data: bytes) -> Event | None:
        if command == READ_ALL:
            return self._doors(board, data)
        if command == REPORT:
            return self._report(board, data)
        if len(data) != 3 or data[0] not in (DONE, FAILED) or data[1] not in self._locks:
            return None
        done = data[0] == DONE
        door = self._door(data[2]) if done else DoorState.UNKNOWN
        if command == PULSE:
            return PulseReply(board, data[1], door, claim=done)
        return DoorReply(board, data[1], door)

    def _doors(self, board: int, data: bytes) -> DoorsReply | None:
        if data[0] not in (DONE, FAILED) or len(data) != 2 + data[1]:
            return None
        told = data[2:] if data[0] == DONE else b""
        doors = {
            lock: self._door(told[lock - 1]) if lock <= len(told) else DoorState.UNKNOWN
            for lock in self._locks
        }
        return DoorsReply(board, MappingProxyType(doors))

    def _report(self, board: int, data: bytes) -> DoorReport | None:
        if len(data) != 2 or data[0] not in self._locks:
            return None
        return DoorReport(board, data[0], self._door(data[1]))

    def _door(self, byte: int) -> DoorState:
        """Return what a door byte means; FF and what no paper names tell nothing."""
        return self._door_of_byte.get(byte, DoorState.UNKNOWN)


def _checksum(data: bytes) -> int:
    return reduce(xor, data, 0)


def _frame(board: int, command: int, *data: int) -> bytes:
    body = HEAD + bytes((AROUND_DATA + len(data), board, command, *data))
    return body + bytes((_checksum(body),))


def _make(profile: BoardProfile) -> BoardCodec:
    frames = WklyFrames(channels=profile.channels, contact=profile.contact)
    return FramedCodec(frames, fence=the_other_read)


FACTS = FamilyFacts(
    codec=_make,
    addresses=BOARDS,
    channels=LOCKS,
    settings=("contact",),
    defaults={"gap_ms": 100, "boards": (0,), "unlock_reply": UnlockReply.ALWAYS},
)
