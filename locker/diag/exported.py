"""A journal as lines, one entry each: written by `journal export`, checked without the cabinet.

Pure but for the lines that it is given. The chain is the rule of `locker.contract.chain`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from locker.contract.chain import GENESIS, Entry, Stamp, is_intact


@dataclass(frozen=True, slots=True)
class Chained:
    """What a check of the chain found. `broken`: the first entry that does not fit, or None.

    `unanchored`: events behind the last one that the centre has; None where that is not known.
    `differing`: records that a replay does not give; None where there was nothing to compare.
    """

    events: int
    journals: tuple[str, ...]
    broken: str | None
    unanchored: int | None = None
    differing: int | None = None

    @property
    def intact(self) -> bool:
        """Whether everything that was checked is as it must be."""
        return self.broken is None and not self.differing


class BadLineError(ValueError):
    """A line of an export is no entry; `number` counts from 1."""

    def __init__(self, number: int, text: str) -> None:
        self.number = number
        super().__init__(f"line {number} is no entry: {text}")


def entry_json(entry: Entry) -> dict[str, Any]:
    """Give an entry as one line of an export holds it."""
    return asdict(entry)


def entry_of_json(told: dict[str, Any]) -> Entry:
    """Read an entry; keys beside its own are left out. Raises KeyError or TypeError."""
    return Entry(
        journal=told["journal"],
        sequence=told["sequence"],
        kind=told["kind"],
        body=told["body"],
        stamp=Stamp(**told["stamp"]),
        previous=told["previous"],
        hash=told["hash"],
    )


def read_export(lines: Iterable[str]) -> Iterator[Entry]:
    """Read an exported file. Raises BadLineError."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield entry_of_json(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise BadLineError(number, f"{type(error).__name__}: {error}") from error


def check_chain(entries: Iterable[Entry]) -> Chained:
    """Follow the hashes, journal by journal; a file may begin in the middle of one.

    The first entry is taken at its word where it is not a journal's first.
    """
    count = 0
    journals: list[str] = []
    sequence, previous = 0, GENESIS
    for entry in entries:
        count += 1
        if not journals or entry.journal != journals[-1]:
            middle = not journals and entry.sequence > 1
            journals.append(entry.journal)
            sequence, previous = (entry.sequence - 1, entry.previous) if middle else (0, GENESIS)
        if (entry.sequence, entry.previous) != (sequence + 1, previous) or not is_intact(entry):
            return Chained(count, tuple(journals), f"{entry.journal} {entry.sequence}")
        sequence, previous = entry.sequence, entry.hash
    return Chained(count, tuple(journals), None)
