"""Board family C, "kerong-cu48": KERONG KR-CU48, by its six-byte frames. Bytes in, values out.

RS-485 or TCP, 19200 8N1. Facts: `lockboards.md` §5.1; source keys as in its §12.

Frames (SUM is the low byte of the sum of all bytes before it, STX and ETX too) [C1][C2]::

    we ask                                the board answers
    02 AA LL 61 03 SUM   pulse one lock   02 AA LL 77 D1 .. D12 03 SUM   or nothing
    02 AA 00 60 03 SUM   all contacts     02 AA 00 75 D1 .. D12 03 SUM

    AA  board; only 0 was ever seen. 0 to 15 is accepted, as the CU16 has
    LL  lock less one, 0 to 47 (hexadecimal 2F)
    D   one bit a lock, least significant first: D1 locks 1-8 .. D6 locks 41-48. 1 is closed, from
        captures [C1]; a setting all the same, `contact`, "short-when-locked" for 1 = closed.
        D7 to D12 look like infrared inputs; not used

[C2] takes the byte after 75 for a length. In the captures it is D1, and frames have 18 bytes [C3].

**Code 77 as a pulse's answer is an inference** from one capture, `02 00 0A 77 ..`: it is accepted
and never required. With another form than 75 it can never pass for a reading. A 75 that names a
lock answers no request of ours and comes out as stray bytes.

**Late answers.** There is one form of read, of all doors; one door is read by it too. So nothing
can fence: after a read's answer failed to come the bus reads that board no more until it came or
`late_ms` is over.

A lock that is not fitted reads 0, "open" in the usual polarity.

The Modbus form of this board (§5.2) contradicts itself and is not used; SCU units (§5.3) neither.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import assert_never

from drivers.codec import (
    BoardCodec,
    DoorsReply,
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
from drivers.framed_codec import FramedCodec, checked_lock, is_direct_answer
from drivers.frames import Found, Verdict
from drivers.wiring import Contact

STX = 0x02
ETX = 0x03
READ = 0x60
PULSE = 0x61
STATUS = 0x75
PULSED = 0x77
LENGTH = 18
LOCK_BYTES = slice(4, 10)

BOARDS = range(16)
LOCKS = range(1, 49)


class KerongCu48Frames:
    """`Frames` of family C. `channels` is the highest lock number that may be asked for."""

    def __init__(self, *, channels: int, contact: Contact) -> None:
        self._locks = range(1, channels + 1)
        self._state_of_bit = (contact.door(shorted=False), contact.door(shorted=True))

    def encode(self, request: Request) -> bytes:
        """Return the frame for `request`; see `BoardCodec.encode`."""
        if request.board not in BOARDS:
            raise RequestRangeError(request, "board", BOARDS)
        match request:
            case Pulse(board):
                return _frame(board, checked_lock(request, self._locks) - 1, PULSE)
            case QueryDoor(board):
                checked_lock(request, self._locks)
                return _frame(board, 0, READ)
            case QueryDoors(board):
                return _frame(board, 0, READ)
            case QueryOutputs() | OutputsOff():
                raise RequestUnknownError(request)
            case _:
                assert_never(request)

    def judge(self, rest: bytes) -> Found | Verdict:
        """Tell what begins at the first byte of `rest`."""
        if rest[0] != STX or (len(rest) > 1 and rest[1] not in BOARDS):
            return Verdict.NO_FRAME
        if len(rest) > 3 and rest[3] not in {STATUS, PULSED}:
            return Verdict.NO_FRAME
        if len(rest) < LENGTH:
            return Verdict.UNDECIDED
        frame = rest[:LENGTH]
        if frame[-2] != ETX or frame[-1] != sum(frame[:-1]) & 0xFF:
            return Verdict.NO_FRAME
        event = self._value(frame)
        return Verdict.NO_FRAME if event is None else (LENGTH, event)

    def _value(self, frame: bytes) -> Event | None:
        board, lock = frame[1], frame[2] + 1
        bits = int.from_bytes(frame[LOCK_BYTES], "little")
        doors = {n: self._state_of_bit[bits >> (n - 1) & 1] for n in self._locks}
        if frame[3] == STATUS:
            return DoorsReply(board, MappingProxyType(doors)) if lock == 1 else None
        return PulseReply(board, lock, doors[lock]) if lock in doors else None

    def answers(self, request: Request, event: Event) -> bool:
        """Tell whether `event` is the reply that `request` asks for."""
        if isinstance(event, DoorsReply) and isinstance(request, QueryDoor):
            return request.board == event.board
        return is_direct_answer(request, event)


def _frame(board: int, lock_byte: int, command: int) -> bytes:
    body = bytes((STX, board, lock_byte, command, ETX))
    return body + bytes((sum(body) & 0xFF,))


def _make(profile: BoardProfile) -> BoardCodec:
    frames = KerongCu48Frames(channels=profile.channels, contact=profile.contact)
    return FramedCodec(frames, answers=frames.answers)


FACTS = FamilyFacts(
    codec=_make,
    addresses=BOARDS,
    channels=LOCKS,
    settings=("contact",),
    defaults={"baud": 19200, "channels": 48, "boards": (0,), "late_ms": 750, "pulse_ms": 500},
)
