"""Board family D, "winnsen" (head 90, end 03). Bytes in, values out.

RS-485, 9600 8N1, up to 16 locks a board, station by DIP switch ("Lock Control Board Serial Command
Document V202104"). Facts: `lockboards.md` §6; source keys as in its §12.

Frames, LEN counts all bytes [D1][D2][D3][D4]::

    we ask                                   the board answers
    90 06 05 SS LL 03     pulse one lock     90 07 85 SS LL st 03
    90 07 02 SS ML MH 03  the doors of a     90 07 82 SS DL DH 03
                          mask, low byte first
    90 06 12 SS LL 03     one door [D5]      90 07 92 SS LL st 03

    SS  station. 0 to 255 [D1][D2]; 0 is refused in [D3], used in [D5]: it is used where the
        profile's `boards` names it. 100 and above are refused: see below
    LL  lock, 1 to 16; 17 is rejected [D3]
    st  to a pulse 01 done, 00 failed; of a door 01 open, 00 shut [D5]
    D   bit N-1 is lock N, 1 is open, 0 is shut

Some boards answer with function + A0 instead of + 80 (A5, A2) [D2]: both are taken.
12/92 is a variant of one project [D5], so the profile says what the board knows:
`door_query`: "mask" (02 only), "single" (12 only) or "both".

**There is no checksum.** Held against every frame: head, LEN, function, end byte, a lock of this
board, a state byte of 00 or 01. Nothing guards the station (beyond that it must be the one asked),
a lock that turned into another one of the board, the state and the door bits: a damaged bit there
is a wrong reading that looks right. So one reading alone decides nothing: a door that has changed
counts when it was read twice (`checked` is false; `drivers.twice`).

**The end byte 03 also occurs inside** (station 3, lock 3, mask 03): frames are cut by LEN.

**A read may look like family A's "open several" for its board 7**: `90 07 02 95 FF FF`, for station
149 with 16 locks, 101 with 12, 106 with 8. Who asks a bus of unknown family must not send that, so
stations end at 99. (14 locks: station 85; 15 locks: station 21.)

**The answer to a mask does not say which mask was asked**, and locks outside it read 0, "shut". So
there is only one mask, all locks of the profile, for one door too, and no other lock is told.

**Late answers.** The answer to an 02 looks like that to any later 02. With "both" the reads of one
door and of all fence each other; with "single" a read of another lock does, since the answer
names its lock. With "mask" nothing can: after a lost answer the bus waits `late_ms`.
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
from drivers.framed_codec import FramedCodec, begins_with, checked_lock, is_direct_answer
from drivers.frames import Found, Verdict
from drivers.wiring import Contact, DoorQuery, UnlockReply

HEAD = 0x90
END = 0x03
PULSE = 0x05
READ_MASK = 0x02
READ_ONE = 0x12
REPLY_OFFSETS = (0x80, 0xA0)
REPLY_LENGTH = 7
STATIONS = range(100)
LOCKS = range(1, 17)


class WinnsenFrames:
    """`Frames` of family D. `channels` is the highest lock number, at most 16."""

    def __init__(
        self,
        *,
        channels: int,
        contact: Contact = Contact.SHORT_WHEN_OPEN,
        door_query: DoorQuery = DoorQuery.MASK,
    ) -> None:
        self._locks = range(1, channels + 1)
        self._door_query = door_query
        self._door_of_bit = (contact.door(shorted=False), contact.door(shorted=True))
        known = {PULSE, READ_MASK, READ_ONE}
        if door_query is DoorQuery.MASK:
            known.remove(READ_ONE)
        if door_query is DoorQuery.SINGLE:
            known.remove(READ_MASK)
        self._asked_of = {asked + offset: asked for asked in known for offset in REPLY_OFFSETS}

    def encode(self, request: Request) -> bytes:
        """Return the frame for `request`, as `BoardCodec.encode`.

        Where `door_query` is "single" all doors cannot be read at once: `RequestUnknownError`.
        """
        if request.board not in STATIONS:
            raise RequestRangeError(request, "board", STATIONS)
        match request:
            case QueryDoors() if self._door_query is DoorQuery.SINGLE:
                raise RequestUnknownError(request)
            case QueryOutputs() | OutputsOff():
                raise RequestUnknownError(request)
            case Pulse(station):
                return _frame(PULSE, station, checked_lock(request, self._locks))
            case QueryDoor(station):
                lock = checked_lock(request, self._locks)
                if self._door_query is DoorQuery.MASK:
                    return self._read_all(station)
                return _frame(READ_ONE, station, lock)
            case QueryDoors(station):
                return self._read_all(station)
            case _:
                assert_never(request)

    def _read_all(self, station: int) -> bytes:
        mask = (1 << len(self._locks)) - 1
        return _frame(READ_MASK, station, *mask.to_bytes(2, "little"))

    def judge(self, rest: bytes) -> Found | Verdict:
        """Tell what begins at the first byte of `rest`."""
        if not begins_with(rest, bytes((HEAD, REPLY_LENGTH))):
            return Verdict.NO_FRAME
        if len(rest) > 2 and rest[2] not in self._asked_of:
            return Verdict.NO_FRAME
        if len(rest) < REPLY_LENGTH:
            return Verdict.UNDECIDED
        event = self._value(rest[:REPLY_LENGTH])
        return Verdict.NO_FRAME if event is None else (REPLY_LENGTH, event)

    def _value(self, frame: bytes) -> Event | None:
        _, _, function, station, first, second, end = frame
        asked = self._asked_of[function]
        if end != END:
            return None
        if asked == READ_MASK:
            bits = second << 8 | first
            doors = {lock: self._door_of_bit[bits >> (lock - 1) & 1] for lock in self._locks}
            return DoorsReply(station, MappingProxyType(doors))
        if first not in self._locks or second not in (0, 1):
            return None
        if asked == READ_ONE:
            return DoorReply(station, first, self._door_of_bit[second])
        # "Opened" is what the board says of the pulse; it is no reading of the door (facts §16).
        return PulseReply(station, first, DoorState.UNKNOWN, claim=second == 1)

    def answers(self, request: Request, event: Event) -> bool:
        """Tell whether `event` is the reply that `request` asks for."""
        if self._door_query is DoorQuery.MASK and isinstance(request, QueryDoor):
            return is_direct_answer(QueryDoors(request.board), event)
        return is_direct_answer(request, event)

    def fence(self, request: Request) -> Request | None:
        """Return a read with another form of reply than `request` has, if the board knows two."""
        match self._door_query, request:
            case (DoorQuery.BOTH, QueryDoors(station)):
                return QueryDoor(station, self._locks[0])
            case (DoorQuery.BOTH, QueryDoor(station)):
                return QueryDoors(station)
            case (DoorQuery.SINGLE, QueryDoor(station, lock)) if len(self._locks) > 1:
                return QueryDoor(station, self._locks[1 if lock == self._locks[0] else 0])
            case _:
                return None


def _frame(function: int, station: int, *payload: int) -> bytes:
    return bytes((HEAD, 5 + len(payload), function, station, *payload, END))


def _make(profile: BoardProfile) -> BoardCodec:
    frames = WinnsenFrames(
        channels=profile.channels,
        contact=profile.contact,
        door_query=profile.door_query,
    )
    return FramedCodec(frames, answers=frames.answers, fence=frames.fence)


FACTS = FamilyFacts(
    codec=_make,
    addresses=STATIONS,
    channels=LOCKS,
    settings=("contact", "door_query"),
    checked=False,
    defaults={
        "channels": 16,
        "contact": Contact.SHORT_WHEN_OPEN,
        "unlock_reply": UnlockReply.ALWAYS,
    },
)
