"""What the shared suite of all board families runs on: a case a family, its published frames.

A new family is a module in `families/` and one file in `tests/vectors/`.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.boards.registry import FACTS_OF
from drivers.codec import (
    BoardCodec,
    DoorReply,
    DoorReport,
    DoorsReply,
    DoorState,
    Event,
    NeedData,
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
    Stray,
)
from drivers.family import FamilyFacts
from drivers.profile import BoardProfile, load_profile, make_codec, profile_from_table
from drivers.wiring import PackedSense
from tests.unit.drivers.families import SAMPLES
from tests.unit.drivers.sample import FamilySample

VECTORS = Path(__file__).parents[2] / "vectors"


@dataclass(frozen=True, slots=True)
class Published:
    """A worked frame of the family's papers, and the profile that it fits."""

    profile: BoardProfile
    frame: bytes
    source: str
    request: Request | None
    event: Event | None
    never_sent: str

    def codec(self) -> BoardCodec:
        """Return a fresh codec of this frame's own profile."""
        return make_codec(self.profile)


@dataclass(frozen=True, slots=True)
class Refused:
    """A published frame that is wrong."""

    frame: bytes
    problem: str


@dataclass(frozen=True, slots=True)
class BoardCase:
    """One family with its profile and frames."""

    sample: FamilySample
    profile: BoardProfile
    published: tuple[Published, ...]
    refused: tuple[Refused, ...]

    def codec(self) -> BoardCodec:
        """Return a fresh codec."""
        return make_codec(self.profile)

    @property
    def facts(self) -> FamilyFacts:
        """The limits of the family."""
        return FACTS_OF[self.profile.family]

    def reads(self, board: int, locks: Iterable[int]) -> list[Request]:
        """Return every read that the family has for a board and some locks."""
        reads: list[Request] = [QueryDoors(board)]
        if self.sample.reads_one_door:
            reads += [QueryDoor(board, lock) for lock in locks]
        if self.sample.reads_outputs:
            reads.append(QueryOutputs(board))
        return reads

    @property
    def replies(self) -> tuple[tuple[bytes, Event], ...]:
        """All published frames that a board of the case's profile sends, each with its value."""
        return tuple(
            (p.frame, p.event)
            for p in self.published
            if p.event is not None and p.profile == self.profile
        )


def _request(told: dict[str, Any]) -> Request:
    board = told["board"]
    match told["kind"]:
        case "pulse":
            return Pulse(board, told["lock"])
        case "query-door":
            return QueryDoor(board, told["lock"])
        case "query-doors":
            return QueryDoors(board)
        case "query-outputs":
            return QueryOutputs(board)
        case "outputs-off":
            return OutputsOff(board)
        case kind:
            raise AssertionError(kind)


def _doors(open_: list[int], *, known: list[int], channels: int) -> dict[int, DoorState]:
    doors = dict.fromkeys(range(1, channels + 1), DoorState.UNKNOWN)
    doors |= {lock: DoorState.OPEN if lock in open_ else DoorState.CLOSED for lock in known}
    return doors


def _event(told: dict[str, Any], profile: BoardProfile) -> Event:
    board = told["board"]
    contact = profile.contact
    match told["kind"]:
        case "outputs-reply":
            return OutputsReply(board, frozenset(told["on"]))
        case "outputs-off-reply":
            return OutputsOffReply(board)
        case "refusal":
            return Refusal(board, told["function"], told["code"])
    if "open" in told:
        open_, known = told["open"], told.get("known", list(range(1, profile.channels + 1)))
        return DoorsReply(board, _doors(open_, known=known, channels=profile.channels))
    if told["kind"] == "doors-reply":
        set_means_shorted = profile.packed is PackedSense.SAME
        doors = {
            lock: contact.door(shorted=(lock in told["bits_set"]) == set_means_shorted)
            for lock in range(1, profile.channels + 1)
        }
        return DoorsReply(board, doors)
    door = DoorState(told["door"]) if "door" in told else contact.door(shorted=told["shorted"])
    match told["kind"]:
        case "pulse-reply":
            return PulseReply(board, told["lock"], door, claim=told.get("claim"))
        case "door-reply":
            return DoorReply(board, told["lock"], door)
        case "door-report":
            return DoorReport(board, told["lock"], door)
        case kind:
            raise AssertionError(kind)


def _published(told: dict[str, Any], profile: BoardProfile) -> Published:
    settings = {"family": profile.family.value, **told.get("settings", {})}
    set_so = profile_from_table(settings, file=told["hex"])
    own = {name: getattr(set_so, name) for name in told.get("settings", {})}
    profile = dataclasses.replace(profile, **own)
    return Published(
        profile=profile,
        frame=bytes.fromhex(told["hex"]),
        source=told["source"],
        request=_request(told["request"]) if "request" in told else None,
        event=_event(told["event"], profile) if "event" in told else None,
        never_sent=told.get("never_sent", ""),
    )


def board_case(sample: FamilySample, profile: BoardProfile | None = None) -> BoardCase:
    """Read one family's vectors, with their values as `profile` makes them."""
    profile = profile or load_profile(sample.name)
    table = tomllib.loads((VECTORS / f"{sample.name}.toml").read_text(encoding="utf-8"))
    published = tuple(_published(told, profile) for told in table["frame"])
    refused = tuple(
        Refused(bytes.fromhex(t["hex"]), t["problem"]) for t in table.get("refused", [])
    )
    return BoardCase(sample, profile, published, refused)


BOARDS = {sample.name: board_case(sample) for sample in SAMPLES}


def events_of(codec: BoardCodec) -> list[Event]:
    """Return all events that a codec has now."""
    events: list[Event] = []
    while not isinstance(event := codec.next_event(), NeedData):
        events.append(event)
    return events


def heard(codec: BoardCodec, *portions: bytes) -> list[Event]:
    """Return what a codec makes of portions that come with no silence but after the last."""
    events: list[Event] = []
    for portion in portions:
        codec.receive_data(portion)
        events += events_of(codec)
    codec.receive_silence()
    return events + events_of(codec)


def values(events: Iterable[Event]) -> list[Event]:
    """Return the events without the stray bytes."""
    return [event for event in events if not isinstance(event, Stray)]


def stray_bytes(events: Iterable[Event]) -> bytes:
    """Return all stray bytes."""
    return b"".join(event.data for event in events if isinstance(event, Stray))
