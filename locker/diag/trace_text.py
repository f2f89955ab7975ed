"""A trace for people: whole frames, hex and words side by side; live or from a file. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from drivers.family import BoardProfile
from locker.contract.text import Catalogue
from locker.diag import clock_text
from locker.diag.bench import Wire
from locker.diag.frame_text import hex_of, request_words, value_words, values_in
from locker.diag.trouble import ExitCode, TroubleError

_PLAIN = re.compile(r"\s*([<>])?\s*((?:[0-9A-Fa-f]{2}[\s:,-]*)+)")
_DIRECTION = {"<": "in", ">": "out", None: "in"}
_FILE_WORDS = {"in": "out", "out": "in", "scan": "note"}
"""A simulator's trace is told from the board's side: what is in to it is out for us."""


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One line of the trace; `at` is None where a file does not say."""

    bus: int
    at: float | None
    direction: str
    hex: str
    meaning: str

    @property
    def clock(self) -> str:
        """The time of day with milliseconds."""
        if self.at is None:
            return ""
        return clock_text.time_of_day(self.at, digits=3)


class TraceReader:
    """Joins the portions that came in to whole frames, by bus."""

    def __init__(self, profiles: Mapping[int, BoardProfile], texts: Catalogue) -> None:
        self._profiles = profiles
        self._texts = texts
        self._held: dict[int, tuple[float, bytes]] = {}

    def feed(self, wires: Iterable[Wire]) -> Iterator[TraceLine]:
        """Take what was seen; give the lines that are whole."""
        for wire in wires:
            if wire.direction == "in":
                at, data = self._held.get(wire.bus, (wire.at, b""))
                self._held[wire.bus] = (at, data + wire.data)
                continue
            yield from self._released(wire.bus)
            if wire.direction == "out":
                words = request_words(wire.meaning, self._texts)
                yield TraceLine(wire.bus, wire.at, "out", hex_of(wire.data), words)
            elif "(" not in wire.meaning:
                yield TraceLine(wire.bus, wire.at, "note", "", wire.meaning)

    def rest(self) -> Iterator[TraceLine]:
        """Give what is still held."""
        for bus in list(self._held):
            yield from self._released(bus)

    def _released(self, bus: int) -> Iterator[TraceLine]:
        at, data = self._held.pop(bus, (0.0, b""))
        for found in values_in(self._profiles[bus], data) if data else ():
            yield TraceLine(bus, at, "in", hex_of(found.data), value_words(found, self._texts))


def read_trace(
    lines: Iterable[str], profile: BoardProfile | None, texts: Catalogue
) -> Iterator[TraceLine]:
    """Read a saved trace: our own or a simulator's JSON lines, or hex with < (in) or > (out).

    Without a profile what came in is not decoded. Raises TroubleError for a line of another kind.
    """
    for number, text in enumerate(lines, start=1):
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        at, direction, data, meaning = _parsed(text, number)
        if direction == "in" and profile is not None:
            for found in values_in(profile, data):
                yield TraceLine(1, at, "in", hex_of(found.data), value_words(found, texts))
        else:
            yield TraceLine(1, at, direction, hex_of(data), meaning)


def _parsed(text: str, number: int) -> tuple[float | None, str, bytes, str]:
    try:
        told = json.loads(text)
        data = bytes.fromhex(told["hex"])
        if "first_at" in told:
            return None, _FILE_WORDS[told["direction"]], data, told.get("meaning", "")
        return told.get("at"), told["direction"], data, told.get("meaning", "")
    except (ValueError, KeyError, TypeError):
        pass
    found = _PLAIN.fullmatch(text.rstrip())
    if found is None:
        raise TroubleError("no_trace", number=number, text=repr(text[:60]), code=ExitCode.USAGE)
    data = bytes.fromhex(re.sub(r"[^0-9A-Fa-f]", "", found[2]))
    return None, _DIRECTION[found[1]], data, ""
