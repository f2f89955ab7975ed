"""Board family B, "kerong-cu16": KERONG KR-CU12, KR-CU16 and NCU16L. Bytes in, values out.

RS-485 or a transparent TCP unit, 19200 8N1 (some units were found at 9600 [B5]). Facts:
`lockboards.md` §4; source keys as in its §12.

Frames (SUM is the low byte of the sum of all bytes before it, STX and ETX too) [B1][B2][B3][B4]::

    we ask                             the board answers
    02 AA 31 03 SUM   pulse one lock   nothing [B1], or the status [B3][B4]
    02 AA 30 03 SUM   all contacts     02 AA 35 L1 L9 I1 I9 03 SUM

    AA  board in the high nibble, 0 to 15; lock less one in the low nibble, 0 to 15. In a status
        request and its answer the low nibble is 0
    L   one bit a lock, least significant first: L1 locks 1-8, L9 locks 9-16. 1 is closed
        [B2][B3][B4][B7] or open [B1]: the setting `contact`, "short-when-locked" for 1 = closed
    I   the same for the infrared inputs, 1 is "a thing is there" [B1][B3][B4]; not used

There is no read of one lock: one door is read with all.

**Late answers.** A status answers every read, and maybe a pulse, and does not say which. So nothing
can fence: after an answer failed to come the bus reads that board no more until it came or
`late_ms` is over, and an unanswered pulse counts for that like a read. Where a board is known not
to answer pulses, `unlock_reply = false` shortens the wait to the time-out. An answer whose low
nibble is not 0 answers no status request; it is taken for a pulse's.

**Board 15, lock 1 has the address F0, which also means "all boards"** [B3][B4]. We send no
broadcast, and the profile allows board 15 only as the one board of its bus.

A lock that is not fitted reads 0, "open" in the usual polarity.

Never sent: 32 status of all boards, 33 unlock all, 37 and 39 times, 40 baud rate, `F5 B6` version,
and the stray 38 that [B4] sends after each pulse.
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
PULSE = 0x31
READ = 0x30
STATUS = 0x35
STATUS_LENGTH = 9

BOARDS = range(16)
BROADCAST_TOO = 15


class KerongCu16Frames:
    """`Frames` of family B. `channels` is the highest lock number that may be asked for."""

    def __init__(self, *, channels: int, contact: Contact) -> None:
        self._locks = range(1, channels + 1)
        self._state_of_bit = (contact.door(shorted=False), contact.door(shorted=True))

    def encode(self, request: Request) -> bytes:
        """Return the frame for `request`; see `BoardCodec.encode`."""
        if request.board not in BOARDS:
            raise RequestRangeError(request, "board", BOARDS)
        high = request.board << 4
        match request:
            case Pulse():
                return _frame(high | checked_lock(request, self._locks) - 1, PULSE)
            case QueryDoor():
                checked_lock(request, self._locks)
                return _frame(high, READ)
            case QueryDoors():
                return _frame(high, READ)
            case QueryOutputs() | OutputsOff():
                raise RequestUnknownError(request)
            case _:
                assert_never(request)

    def judge(self, rest: bytes) -> Found | Verdict:
        """Tell what begins at the first byte of `rest`."""
        if rest[0] != STX or (len(rest) > 2 and rest[2] != STATUS):
            return Verdict.NO_FRAME
        if len(rest) > 7 and rest[7] != ETX:
            return Verdict.NO_FRAME
        if len(rest) < STATUS_LENGTH:
            return Verdict.UNDECIDED
        frame = rest[:STATUS_LENGTH]
        if frame[-1] != sum(frame[:-1]) & 0xFF:
            return Verdict.NO_FRAME
        event = self._status(frame)
        return Verdict.NO_FRAME if event is None else (STATUS_LENGTH, event)

    def _status(self, frame: bytes) -> Event | None:
        board, lock = frame[1] >> 4, (frame[1] & 0x0F) + 1
        bits = int.from_bytes(frame[3:5], "little")
        doors = {n: self._state_of_bit[bits >> (n - 1) & 1] for n in self._locks}
        if lock == 1:
            return DoorsReply(board, MappingProxyType(doors))
        return PulseReply(board, lock, doors[lock]) if lock in doors else None

    def answers(self, request: Request, event: Event) -> bool:
        """Tell whether `event` may be the reply that `request` asks for."""
        if isinstance(event, DoorsReply) and isinstance(request, Pulse | QueryDoor):
            return request.board == event.board
        return is_direct_answer(request, event)


def _frame(address: int, command: int) -> bytes:
    body = bytes((STX, address, command, ETX))
    return body + bytes((sum(body) & 0xFF,))


def _make(profile: BoardProfile) -> BoardCodec:
    frames = KerongCu16Frames(channels=profile.channels, contact=profile.contact)
    return FramedCodec(frames, answers=frames.answers)


FACTS = FamilyFacts(
    codec=_make,
    addresses=BOARDS,
    channels=range(1, 17),
    settings=("contact",),
    defaults={"baud": 19200, "channels": 16, "boards": (0,), "late_ms": 750, "pulse_ms": 500},
    alone=frozenset({BROADCAST_TOO}),
)
