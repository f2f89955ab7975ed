"""The hash chain of a journal: one rule, computed alike by the cabinet, the centre and a verifier.

Pure; standard library only. The hash of an event covers its place (journal, sequence), the hash
before it, its times and its body, so nothing can be changed, dropped or moved unseen.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
"""The previous hash of a journal's first event."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """When an event happened, as far as this cabinet can know.

    `boot`: id of the daemon's run. `mono_ms`: milliseconds of the monotonic clock in that boot.
    `wall`: Unix seconds; `trusted`: whether the wall clock was believed at that moment.
    """

    boot: str
    mono_ms: int
    wall: float
    trusted: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal as it is stored, hashed and sent."""

    journal: str
    sequence: int
    kind: str
    body: dict[str, Any]
    stamp: Stamp
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a thinned journal begins after: the last event that was removed, signed.

    `removed`: events that are gone, of all journals. `records`: SHA-256, in hex, of the records as
    they were after that event. `signature`: base64url, of `credential.checkpoint_message`.
    """

    journal: str
    sequence: int
    hash: str
    removed: int
    records: str
    signature: str


class ChainWalk:
    """Follows entries from the first, or from behind a checkpoint, journal after journal.

    A journal that names the one before it must name the head that was seen there.
    """

    def __init__(self, start: Checkpoint | None = None) -> None:
        self.events = 0
        self.journals: list[str] = [] if start is None else [start.journal]
        self.head = GENESIS if start is None else start.hash
        self._sequence = 0 if start is None else start.sequence

    def follows(self, entry: Entry) -> bool:
        """Take the next entry; whether it fits."""
        self.events += 1
        if not self.journals or entry.journal != self.journals[-1]:
            if not self._names_the_last(entry):
                return False
            self.journals.append(entry.journal)
            self._sequence, self.head = 0, GENESIS
        fits = (entry.sequence, entry.previous) == (self._sequence + 1, self.head)
        self._sequence, self.head = entry.sequence, entry.hash
        return fits and is_intact(entry)

    def _names_the_last(self, entry: Entry) -> bool:
        if "previous_head" not in entry.body:
            return True
        named = entry.body.get("previous_journal"), entry.body["previous_head"]
        last = (self.journals[-1], self.head) if self.journals else (None, None)
        return named == last


def canonical(value: object) -> bytes:
    """Write JSON in the one form that is hashed: sorted keys, no spaces, UTF-8, no NaN."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def entry_hash(
    *, journal: str, sequence: int, kind: str, body: dict[str, Any], stamp: Stamp, previous: str
) -> str:
    """Compute the SHA-256, in hex, that chains an event to the one before it."""
    place = [journal, sequence, previous, kind]
    when = [stamp.boot, stamp.mono_ms, stamp.wall, stamp.trusted]
    return hashlib.sha256(canonical([*place, *when, body])).hexdigest()


def seal(
    *, journal: str, sequence: int, kind: str, body: dict[str, Any], stamp: Stamp, previous: str
) -> Entry:
    """Make the entry that follows `previous`."""
    own = entry_hash(
        journal=journal, sequence=sequence, kind=kind, body=body, stamp=stamp, previous=previous
    )
    return Entry(journal, sequence, kind, body, stamp, previous, own)


def is_intact(entry: Entry) -> bool:
    """Tell whether the entry's own hash is right; its predecessor is the caller's to compare.

    What has no canonical form (an infinite number, half a character) is not intact.
    """
    try:
        own = entry_hash(
            journal=entry.journal,
            sequence=entry.sequence,
            kind=entry.kind,
            body=entry.body,
            stamp=entry.stamp,
            previous=entry.previous,
        )
    except (ValueError, TypeError, RecursionError):
        return False
    return entry.hash == own
