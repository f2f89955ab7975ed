"""Bytes of a line as values and words: what `decode` prints, and a trace beside its hex. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, assert_never

from drivers.boards.registry import FACTS_OF
from drivers.codec import (
    DoorReply,
    DoorReport,
    DoorsReply,
    DoorState,
    Event,
    NeedData,
    OutputsOffReply,
    OutputsReply,
    PulseReply,
    Refusal,
    Stray,
)
from drivers.family import BoardProfile
from drivers.profile import make_codec
from drivers.wiring import DoorQuery
from locker.contract.text import Catalogue

_REQUEST = re.compile(r"(\w+)\(board=(\d+)(?:, lock=(\d+))?\)")
_ASKED = {
    "Pulse": "pulse",
    "QueryDoors": "ask_doors",
    "QueryDoor": "ask_door",
    "QueryOutputs": "ask_outputs",
    "OutputsOff": "put_off",
}


@dataclass(frozen=True, slots=True)
class Found:
    """One value and the bytes that it was read from; a `Stray` where they are no valid frame."""

    event: Event
    data: bytes


def values_in(profile: BoardProfile, data: bytes) -> list[Found]:
    """Find the board's frames in bytes that came in one go and were followed by silence."""
    found: list[Found] = []
    while data:
        codec = make_codec(profile)
        codec.receive_data(data)
        codec.receive_silence()
        event = codec.next_event()
        rest = codec.discard()
        if isinstance(event, NeedData):
            found.append(Found(Stray(data), data))
            break
        found.append(Found(event, data[: len(data) - len(rest)]))
        data = rest
    return _joined(found)


def best_values(profile: BoardProfile, data: bytes) -> list[Found]:
    """Find values by the profile, or by the family's widest board where that leaves less stray."""
    return min((values_in(p, data) for p in (profile, widest(profile))), key=_stray_bytes)


def widest(profile: BoardProfile) -> BoardProfile:
    """Give the profile with all the locks and readings that a board of the family can have."""
    facts = FACTS_OF[profile.family]
    query = DoorQuery.BOTH if "door_query" in facts.settings else profile.door_query
    return replace(profile, channels=facts.channels[-1], door_query=query)


def _stray_bytes(found: list[Found]) -> int:
    return sum(len(one.data) for one in found if isinstance(one.event, Stray))


def value_json(found: Found) -> dict[str, Any]:
    """Give one value as `decode --json` prints it."""
    return {**_fields(found.event), "bytes": hex_of(found.data)}


def value_words(found: Found, texts: Catalogue) -> str:
    """Say one value in a few words."""
    event = found.event
    match event:
        case Stray():
            return texts("frame.stray")
        case PulseReply(board, lock, door, claim):
            claims = {None: "", True: texts("frame.done"), False: texts("frame.failed")}[claim]
            told = "" if door is DoorState.UNKNOWN else _contact(door, texts)
            return texts("frame.pulsed", place=f"{board}:{lock}") + claims + told
        case DoorReply(board, lock, door):
            return texts("frame.door", place=f"{board}:{lock}", state=_state(door, texts))
        case DoorReport(board, lock, door):
            return texts("frame.report", place=f"{board}:{lock}", state=_state(door, texts))
        case DoorsReply(board, doors):
            return texts("frame.board", board=board, told=_doors_words(dict(doors), texts))
        case OutputsReply(board, on):
            shown = ", ".join(map(str, sorted(on))) or texts("frame.none")
            return texts("frame.outputs", board=board, on=shown)
        case OutputsOffReply(board):
            return texts("frame.outputs_off", board=board)
        case Refusal(board, function, code):
            return texts(
                "frame.refusal", board=board, function=f"{function:02X}", code=f"{code:02X}"
            )
        case _:
            assert_never(event)


def _state(door: DoorState, texts: Catalogue) -> str:
    return texts(f"doors.{door.value}")


def _contact(door: DoorState, texts: Catalogue) -> str:
    return texts("frame.contact", state=_state(door, texts))


def request_words(written: str, texts: Catalogue) -> str:
    """Say a request, written as its repr, in a few words; other notes as they are."""
    found = _REQUEST.fullmatch(written)
    if found is None or found[1] not in _ASKED:
        return written
    return texts(f"frame.{_ASKED[found[1]]}", board=found[2], place=f"{found[2]}:{found[3]}")


def hex_of(data: bytes) -> str:
    """Write bytes as people in this trade do."""
    return data.hex(" ").upper()


def _doors_words(doors: dict[int, DoorState], texts: Catalogue) -> str:
    known = [n for n, state in doors.items() if state is not DoorState.UNKNOWN]
    opened = [n for n in known if doors[n] is DoorState.OPEN]
    if not opened:
        return texts("frame.all_closed", count=len(known))
    return texts("frame.open_ones", count=len(known), open=", ".join(map(str, opened)))


def _fields(event: Event) -> dict[str, Any]:
    match event:
        case Stray():
            return {"value": "stray"}
        case PulseReply(board, lock, door, claim):
            taken = {"channel": f"{board}:{lock}", "state": door.value, "claim": claim}
            return {"value": "pulse_reply", **taken}
        case DoorReply(board, lock, door):
            return {"value": "door", "channel": f"{board}:{lock}", "state": door.value}
        case DoorReport(board, lock, door):
            return {"value": "door_report", "channel": f"{board}:{lock}", "state": door.value}
        case DoorsReply(board, doors):
            told = {lock: state for lock, state in doors.items() if state is not DoorState.UNKNOWN}
            states = {f"{board}:{lock}": state.value for lock, state in told.items()}
            return {"value": "doors", "board": board, "states": states}
        case OutputsReply(board, on):
            return {"value": "outputs", "board": board, "on": sorted(on)}
        case OutputsOffReply(board):
            return {"value": "outputs_off_reply", "board": board}
        case Refusal(board, function, code):
            return {"value": "refusal", "board": board, "function": function, "code": code}
        case _:
            assert_never(event)


def _joined(found: list[Found]) -> list[Found]:
    """Make one of stray runs that lie side by side."""
    joined: list[Found] = []
    for one in found:
        if joined and isinstance(one.event, Stray) and isinstance(joined[-1].event, Stray):
            data = joined.pop().data + one.data
            joined.append(Found(Stray(data), data))
        else:
            joined.append(one)
    return joined
