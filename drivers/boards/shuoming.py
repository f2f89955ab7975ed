"""Board family A, "shuoming": the common Chinese 锁控板 (heads 8A and 80). Bytes in, values out.

RS-485, 9600 8N1, many boards on one bus. Facts: `lockboards.md` §2; source keys as in its §12.

Frames (BCC is the XOR of all bytes before it) [A1][A2][A3][A5][A6]::

    we ask                                   the board answers
    8A bb LL 11 BCC   pulse one lock         8A bb LL st BCC        or nothing [A4]
    80 bb LL 33 BCC   one contact            80 bb LL st BCC
    80 bb 00 33 BCC   all contacts           80 bb S1 .. SN 33 BCC
                                             81 bb LL st BCC        unasked [A4][A8][A9]
                                             82 bb LL st BCC        unasked [A2][A2c]

    bb  board, 1 up; sources say up to 31, 32 or 99: 1 to 99 is accepted
    LL  lock, 1 up. 00 means "all": never sent, never accepted as a lock. Above `channels`: stray
    st  11 contact shorted, 00 contact open. What that means hangs on the lock [A1][A11]
    S   one bit a lock, least significant first. The LAST byte holds locks 1-8
        [A2c][A3][A4][A5][A7][A13]; [A6] says the first, so it is a setting

**N is not known from the number of channels**: an 8-channel board answers with three status bytes
[A5b]. And the first five bytes of an all-contacts reply may themselves be a valid one-contact
reply (`80 01 01 00 80` + `33 33`). So every frame with head 80 ends by silence
(`receive_silence`), unless so many bytes came that no frame can be longer. 3 to 7 status bytes are
accepted: 24 channels use three, 50 use seven [A3][A6b].

**A pulse reply "11" is byte for byte the request itself** (§2.4, [A11]): `8A 01 01 11 9B`. It
proves neither that a door moved nor even that a board is there when the adapter echoes. This module
gives it out as a `PulseReply`; the bus drops it where the profile says or the line shows `echo`.

**A stream of reads may hold the window `8A 80 bb 11 33`**, a whole pulse frame for board 128, when
board XOR lock is 39 (hexadecimal). No switch sets 128, and below board 32 it cannot happen at all.

The longer forms (9A/9B hold, 90 several, 8A with seconds, 8A with lock 00) are never sent.
"""

from __future__ import annotations

from functools import reduce
from operator import xor
from types import MappingProxyType
from typing import assert_never

from drivers.codec import (
    DoorReply,
    DoorReport,
    DoorsReply,
    DoorState,
    Event,
    NeedDataType,
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
from drivers.framed_codec import checked_lock, is_direct_answer, the_other_read
from drivers.frames import Found, FrameFinder, Verdict
from drivers.wiring import ByteOrder, Contact, PackedSense

HEAD_PULSE = 0x8A
HEAD_QUERY = 0x80
DO_PULSE = 0x11
DO_QUERY = 0x33
SHORTED = 0x11
NOT_SHORTED = 0x00

BOARDS = range(1, 100)
RARE_BOARDS = range(32, 100)
"""Most sources end at 31, one says 32 and one 99 [A1][A1b][A2][A5]."""
SHORT_FRAME = 5
STATUS_BYTES = range(3, 8)
LONGEST_FRAME = 4 + STATUS_BYTES.stop - 1


def _checksum(data: bytes) -> int:
    return reduce(xor, data, 0)


class ShuomingCodec:
    """`BoardCodec` of family A. `channels` is the highest lock number that may be asked for."""

    def __init__(
        self,
        *,
        channels: int,
        contact: Contact,
        packed: PackedSense = PackedSense.SAME,
        byte_order: ByteOrder = ByteOrder.LAST_IS_FIRST_CHANNELS,
        report_heads: frozenset[int] = frozenset({0x81, 0x82}),
        unlock_function: int = DO_PULSE,
    ) -> None:
        self._do_pulse = unlock_function
        self._locks = range(1, channels + 1)
        self._byte_order = byte_order
        self._report_heads = report_heads
        self._state_of_byte = {
            SHORTED: contact.door(shorted=True),
            NOT_SHORTED: contact.door(shorted=False),
        }
        bit_set_is_shorted = packed is PackedSense.SAME
        self._state_of_bit = (
            contact.door(shorted=not bit_set_is_shorted),
            contact.door(shorted=bit_set_is_shorted),
        )
        self._frames = FrameFinder(self._judge)

    def encode(self, request: Request) -> bytes:
        """Return the frame for `request`; raise `RequestRangeError` or `RequestUnknownError`."""
        if request.board not in BOARDS:
            raise RequestRangeError(request, "board", BOARDS)
        match request:
            case Pulse(board):
                lock = checked_lock(request, self._locks)
                body = bytes((HEAD_PULSE, board, lock, self._do_pulse))
            case QueryDoor(board):
                body = bytes((HEAD_QUERY, board, checked_lock(request, self._locks), DO_QUERY))
            case QueryDoors(board):
                body = bytes((HEAD_QUERY, board, 0, DO_QUERY))
            case QueryOutputs() | OutputsOff():
                raise RequestUnknownError(request)
            case _:
                assert_never(request)
        return body + bytes((_checksum(body),))

    def receive_data(self, data: bytes) -> None:
        """Take bytes from the line."""
        self._frames.receive_data(data)

    def receive_silence(self) -> None:
        """Take the news that the line is silent since the last byte."""
        self._frames.receive_silence()

    def next_event(self) -> Event | NeedDataType:
        """Return the next value, or `NEED_DATA`."""
        return self._frames.next_event()

    def discard(self) -> bytes:
        """Drop and return all unread bytes."""
        return self._frames.discard()

    def answers(self, request: Request, event: Event) -> bool:
        """Tell whether `event` is the reply that `request` asks for."""
        return is_direct_answer(request, event)

    def fence(self, request: Request) -> Request | None:
        """Return a read with another form of reply than `request` has."""
        return the_other_read(request)

    def _judge(self, rest: bytes, silent: bool) -> Found | Verdict:  # noqa: FBT001  # a `Judge`
        head = rest[0]
        if head not in (HEAD_PULSE, HEAD_QUERY) and head not in self._report_heads:
            return Verdict.NO_FRAME
        if len(rest) > 1 and rest[1] not in BOARDS:
            return Verdict.NO_FRAME
        if head == HEAD_QUERY:
            return self._judge_query_reply(rest, silent=silent)
        if len(rest) < SHORT_FRAME:
            return Verdict.UNDECIDED
        short = self._short_frame(rest[:SHORT_FRAME])
        return Verdict.NO_FRAME if short is None else (SHORT_FRAME, short)

    def _judge_query_reply(self, rest: bytes, *, silent: bool) -> Found | Verdict:
        if not silent and len(rest) < LONGEST_FRAME:
            return Verdict.UNDECIDED
        lengths = [4 + count for count in STATUS_BYTES]
        # Before silence the whole rest is the best guess; then the shortest that fits, because a
        # frame's last bytes may pass for status bytes of a longer one.
        if silent and len(rest) in lengths:
            lengths.insert(0, len(rest))
        for length in lengths:
            doors = self._packed_frame(rest[:length]) if len(rest) >= length else None
            if doors is not None:
                return length, doors
        short = self._short_frame(rest[:SHORT_FRAME]) if len(rest) >= SHORT_FRAME else None
        if short is not None:
            return SHORT_FRAME, short
        return Verdict.UNDECIDED if len(rest) < LONGEST_FRAME else Verdict.NO_FRAME

    def _short_frame(self, frame: bytes) -> Event | None:
        head, board, lock, state, checksum = frame
        door = self._state_of_byte.get(state)
        if door is None or lock not in self._locks or checksum != _checksum(frame[:-1]):
            return None
        if head == HEAD_PULSE:
            return PulseReply(board, lock, door)
        if head == HEAD_QUERY:
            return DoorReply(board, lock, door)
        return DoorReport(board, lock, door)

    def _packed_frame(self, frame: bytes) -> DoorsReply | None:
        if frame[-2] != DO_QUERY or frame[-1] != _checksum(frame[:-1]):
            return None
        packed = frame[2:-2]
        last_first = self._byte_order is ByteOrder.LAST_IS_FIRST_CHANNELS
        bits = int.from_bytes(packed, "big" if last_first else "little")
        told = 8 * len(packed)
        doors = {
            lock: self._state_of_bit[bits >> (lock - 1) & 1] if lock <= told else DoorState.UNKNOWN
            for lock in self._locks
        }
        return DoorsReply(frame[1], MappingProxyType(doors))


def _codec(profile: BoardProfile) -> ShuomingCodec:
    return ShuomingCodec(
        channels=profile.channels,
        contact=profile.contact,
        packed=profile.packed,
        byte_order=profile.byte_order,
        report_heads=profile.report_heads,
    )


FACTS = FamilyFacts(
    codec=_codec,
    addresses=BOARDS,
    rare=RARE_BOARDS,
    channels=range(1, 51),
    settings=("contact", "packed", "byte_order", "report_heads"),
)
