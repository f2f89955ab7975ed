"""A journal as lines, one entry each: written by `journal export`, checked without the cabinet.

Pure but for the lines that it is given. The chain is the rule of `locker.contract.chain`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from locker.contract.chain import ChainWalk, Checkpoint, Entry, Stamp
from locker.contract.credential import checkpoint_message, head_message
from locker.identity import is_signed

Place = tuple[str, int]
"""A journal and a sequence in it."""


@dataclass(frozen=True, slots=True)
class Chained:
    """What a check of the chain found. `broken`: the first entry that does not fit, or None.

    `unanchored`: events behind the last one that the centre has; None where that is not known.
    `differing`: records that a replay does not give; None where there was nothing to compare.
    `checkpoint`: what a thinned journal begins after; `vouched`: whether its signature is the
    cabinet's, None where there was no key to tell.
    """

    events: int
    journals: tuple[str, ...]
    broken: str | None
    unanchored: int | None = None
    differing: int | None = None
    checkpoint: Checkpoint | None = None
    vouched: bool | None = None

    @property
    def intact(self) -> bool:
        """Whether everything that was checked is as it must be."""
        return self.broken is None and not self.differing and self.vouched is not False


class Head(BaseModel):
    """A head as the centre holds it, with the cabinet's signature and the key that made it."""

    model_config = ConfigDict(frozen=True)

    journal: str
    sequence: int
    head: str
    signature: str
    key: str


class Heads(BaseModel):
    """The file that `central journal-heads` writes: what the centre knows of a cabinet's journals.

    `keys`: every key that this cabinet ever signed heads with.
    """

    model_config = ConfigDict(frozen=True)

    cabinet: str
    keys: tuple[str, ...]
    heads: tuple[Head, ...]

    @classmethod
    def read(cls, file: Path) -> Heads:
        """Read the file. Raises OSError and ValueError."""
        try:
            return cls.model_validate_json(file.read_bytes())
        except ValidationError as error:
            raise ValueError(f"{error.error_count()} fields are not as journal-heads writes") from (
                error
            )

    def places(self) -> Mapping[Place, str]:
        """Give the hash at each signed place; a head whose signature is wrong counts as nothing."""
        return {
            (head.journal, head.sequence): head.head
            for head in self.heads
            if head.key in self.keys
            and is_signed(
                head.key,
                signature=head.signature,
                message=head_message(self.cabinet, head.journal, head.sequence, head.head),
            )
        }

    def vouch_for(self, checkpoint: Checkpoint) -> bool:
        """Tell whether one of the cabinet's keys signed the checkpoint."""
        message = checkpoint_message(self.cabinet, checkpoint)
        return any(
            is_signed(key, signature=checkpoint.signature, message=message) for key in self.keys
        )


class BadLineError(ValueError):
    """A line of an export is no entry; `number` counts from 1."""

    def __init__(self, number: int, text: str) -> None:
        self.number = number
        super().__init__(f"line {number} is no entry: {text}")


def entry_json(entry: Entry) -> dict[str, Any]:
    """Give an entry as one line of an export holds it."""
    return asdict(entry)


def checkpoint_json(checkpoint: Checkpoint) -> dict[str, Any]:
    """Give the first line of the export of a thinned journal."""
    return {"checkpoint": asdict(checkpoint)}


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


def read_export(lines: Iterable[str]) -> tuple[Checkpoint | None, Iterator[Entry]]:
    """Read an exported file: what it begins after, if it was thinned, and its entries.

    Raises BadLineError, also while the entries are taken.
    """
    told = _objects(lines)
    first = next(told, None)
    if first is None:
        return None, iter(())
    number, line = first
    if "checkpoint" not in line:
        return None, _entries(chain([first], told))
    try:
        return Checkpoint(**line["checkpoint"]), _entries(told)
    except TypeError as error:
        raise BadLineError(number, f"TypeError: {error}") from error


def _objects(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
        except ValueError as error:
            raise BadLineError(number, f"{type(error).__name__}: {error}") from error
        if not isinstance(told, dict):
            raise BadLineError(number, "not an object")
        yield number, told


def _entries(told: Iterable[tuple[int, dict[str, Any]]]) -> Iterator[Entry]:
    for number, line in told:
        try:
            yield entry_of_json(line)
        except (KeyError, TypeError) as error:
            raise BadLineError(number, f"{type(error).__name__}: {error}") from error


def check_chain(
    entries: Iterable[Entry],
    *,
    checkpoint: Checkpoint | None = None,
    heads: Heads | None = None,
) -> Chained:
    """Follow the hashes from the first event, or from behind the checkpoint, journal by journal.

    With the centre's `heads` the entry at each signed place must have the hash that was signed, and
    what follows the last such place is unanchored.
    """
    walk = ChainWalk(checkpoint)
    anchors = {} if heads is None else heads.places()
    unanchored = 0
    broken: str | None = None
    for entry in entries:
        place = (entry.journal, entry.sequence)
        if not walk.follows(entry) or anchors.get(place, entry.hash) != entry.hash:
            broken = f"{entry.journal} {entry.sequence}"
            break
        unanchored = 0 if place in anchors else unanchored + 1
    vouched = None
    if checkpoint is not None and heads is not None:
        vouched = heads.vouch_for(checkpoint)
    return Chained(
        walk.events,
        tuple(walk.journals),
        broken,
        unanchored=None if heads is None else unanchored,
        checkpoint=checkpoint,
        vouched=vouched,
    )
