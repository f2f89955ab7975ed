"""How events become the entries of a journal: each chained to the last one there is.

Knows no file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from locker.contract.chain import GENESIS, Entry, Stamp, seal
from locker.contract.event import Event, to_body


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of the newest journal of a file."""

    journal: str
    sequence: int
    hash: str


def seal_after(
    last: Head | Entry | None, events: Sequence[Event], stamp: Stamp, *, begins: str = ""
) -> list[Entry]:
    """Chain events to the last one there is, or let them begin the journal of this id."""
    journal, sequence, previous = begins, 0, GENESIS
    if not begins and last is not None:
        journal, sequence, previous = last.journal, last.sequence, last.hash
    entries = []
    for event in events:
        sequence += 1
        entry = seal(
            journal=journal, sequence=sequence, kind=event.kind, body=to_body(event),
            stamp=stamp, previous=previous,
        )  # fmt: skip
        previous = entry.hash
        entries.append(entry)
    return entries
