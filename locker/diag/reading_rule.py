"""Which settings make a board's answers mean what the doors really did: closed, open, closed.

Makers' papers disagree on contact, packed bits and byte order. So each candidate setting is tried
on the very bytes that came while a person held one door in a known position; the ones under which
all bytes tell the truth are right. Pure: no port, no person, no file.
"""

from __future__ import annotations

import enum
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from drivers.boards.registry import FACTS_OF
from drivers.codec import DoorReply, DoorsReply, DoorState, NeedData, Read
from drivers.family import BoardProfile
from drivers.profile import make_codec
from drivers.wiring import ByteOrder, Contact, PackedSense

_TRIED: Mapping[str, type[enum.Enum]] = {
    "contact": Contact,
    "packed": PackedSense,
    "byte_order": ByteOrder,
}
"""Settings that only a reading at a real door can decide, where the family has them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One read-only request and the bytes that came for it (an adapter's echo included)."""

    request: Read
    data: bytes


@dataclass(frozen=True, slots=True)
class Look:
    """What was answered while the door really was `truth`, as the person at it says."""

    truth: DoorState
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class DoorCycle:
    """One door, looked at closed, open and closed again."""

    board: int
    lock: int
    looks: tuple[Look, ...]


class Contacts(enum.Enum):
    """How one door's contact behaves under the settings found."""

    TRUE = "true"
    DEAD = "dead"
    """The answers are the same whether the door is open or closed."""
    CROSSED = "crossed"
    """Another channel's contact moves with this door."""
    OTHERWISE = "otherwise"
    """It moves, and not as the other doors' contacts do: another kind of lock, or a loose wire."""
    SILENT = "silent"
    """The board gave no reading that can be understood."""


@dataclass(frozen=True, slots=True)
class ContactVerdict:
    """The verdict on one door; `crossed_with`: the channels that moved instead of its own."""

    board: int
    lock: int
    contacts: Contacts
    crossed_with: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """What the cycles say of the profile.

    `profile`: with the settings found. `changed`: setting → (before, after). `undecided`: settings
    that these cycles cannot tell; they stay as they were.
    """

    profile: BoardProfile
    changed: Mapping[str, tuple[str, str]]
    undecided: tuple[str, ...]
    doors: tuple[ContactVerdict, ...]

    @property
    def certain(self) -> bool:
        """Whether at least one door proved the settings and none speaks against them."""
        states = {door.contacts for door in self.doors}
        return states == {Contacts.TRUE} and not self.undecided


def find_settings(profile: BoardProfile, cycles: Sequence[DoorCycle]) -> RuleFinding:
    """Find the settings under which the most doors read as they really were.

    Of equally good ones that of `profile` is kept, so that nothing is changed without a reason.
    """
    telling = [cycle for cycle in cycles if _moves(cycle)]
    scored = [(sum(_is_true(c, cycle) for cycle in telling), c) for c in _candidates(profile)]
    most = max(score for score, _ in scored)
    best = [candidate for score, candidate in scored if score == most]
    names = _settings_of(profile)
    found = profile if most == 0 else min(best, key=lambda c: _distance(profile, c))
    undecided = tuple(n for n in names if most == 0 or len({getattr(c, n) for c in best}) > 1)
    kept = _with(found, {name: getattr(profile, name) for name in undecided})
    # Settings that cannot be told one by one may still hang together: then all of `found` stands.
    if most and sum(_is_true(kept, cycle) for cycle in telling) < most:
        kept = found
    changed = {
        name: (str(getattr(profile, name).value), str(getattr(kept, name).value))
        for name in names
        if getattr(profile, name) is not getattr(kept, name)
    }
    return RuleFinding(kept, changed, undecided, tuple(_verdict(kept, c) for c in cycles))


def doors_told(profile: BoardProfile, answer: Answer) -> dict[int, DoorState]:
    """Decode one answer with a fresh codec: lock → state; empty where it tells nothing."""
    codec = make_codec(profile)
    frame = codec.encode(answer.request)
    codec.receive_data(answer.data.removeprefix(frame))
    codec.receive_silence()
    told: dict[int, DoorState] = {}
    while not isinstance(event := codec.next_event(), NeedData):
        if not isinstance(event, DoorReply | DoorsReply) or event.board != answer.request.board:
            continue
        told |= {event.lock: event.door} if isinstance(event, DoorReply) else dict(event.doors)
    return told


def _settings_of(profile: BoardProfile) -> tuple[str, ...]:
    return tuple(name for name in _TRIED if name in FACTS_OF[profile.family].settings)


def _candidates(profile: BoardProfile) -> Iterator[BoardProfile]:
    names = _settings_of(profile)
    for values in itertools.product(*(_TRIED[name] for name in names)):
        yield _with(profile, dict(zip(names, values, strict=True)))


def _with(profile: BoardProfile, settings: Mapping[str, Any]) -> BoardProfile:
    return replace(profile, **settings)


def _distance(one: BoardProfile, other: BoardProfile) -> int:
    return sum(getattr(one, name) is not getattr(other, name) for name in _settings_of(one))


def _moves(cycle: DoorCycle) -> bool:
    """Tell whether the bytes differ at all between open and closed."""
    seen = {
        truth: {look.answers for look in cycle.looks if look.truth is truth}
        for truth in (DoorState.OPEN, DoorState.CLOSED)
    }
    return bool(seen[DoorState.OPEN]) and seen[DoorState.OPEN] != seen[DoorState.CLOSED]


def _is_true(profile: BoardProfile, cycle: DoorCycle) -> bool:
    readings = [(look.truth, told) for look, told in _readings(profile, cycle)]
    return bool(readings) and all(told is truth for truth, told in readings)


def _readings(profile: BoardProfile, cycle: DoorCycle) -> Iterator[tuple[Look, DoorState]]:
    for look in cycle.looks:
        for answer in look.answers:
            told = doors_told(profile, answer)
            if told:
                yield look, told.get(cycle.lock, DoorState.UNKNOWN)


def _verdict(profile: BoardProfile, cycle: DoorCycle) -> ContactVerdict:
    if not any(True for _ in _readings(profile, cycle)):
        return ContactVerdict(cycle.board, cycle.lock, Contacts.SILENT)
    if _is_true(profile, cycle):
        return ContactVerdict(cycle.board, cycle.lock, Contacts.TRUE)
    if not _moves(cycle):
        return ContactVerdict(cycle.board, cycle.lock, Contacts.DEAD)
    others = tuple(sorted(_moved_locks(profile, cycle) - {cycle.lock}))
    own = cycle.lock in _moved_locks(profile, cycle)
    contacts = Contacts.OTHERWISE if own or not others else Contacts.CROSSED
    return ContactVerdict(cycle.board, cycle.lock, contacts, () if own else others)


def _moved_locks(profile: BoardProfile, cycle: DoorCycle) -> set[int]:
    """Give the locks whose reading is different while the door is open."""
    states: dict[tuple[int, DoorState], set[DoorState]] = {}
    for look in cycle.looks:
        for answer in look.answers:
            for lock, told in doors_told(profile, answer).items():
                states.setdefault((lock, look.truth), set()).add(told)
    locks = {lock for lock, _ in states}
    return {
        lock
        for lock in locks
        if states.get((lock, DoorState.OPEN)) != states.get((lock, DoorState.CLOSED))
    }
