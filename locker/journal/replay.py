"""The way from one entry to the next, checked and folded: for `verify`, and before thinning.

Knows the chain and the core's fold, and no SQL.
"""

from __future__ import annotations

import hashlib
import json

from locker.contract.chain import ChainWalk, Checkpoint, Entry
from locker.contract.event import from_body
from locker.core.fold import fold
from locker.core.state import Draft, Key, Record, State, Table
from locker.journal.record import decode_record, encode_record


class Replay:
    """Starts with nothing, or with the checkpoint that a file begins after and its records."""

    def __init__(self, start: Checkpoint | None, records: str) -> None:
        """Raise ValueError where the records are not those of the checkpoint."""
        if start is not None and digest(records) != start.records:
            raise ValueError("the records of its checkpoint were changed")
        self._walk = ChainWalk(start)
        self._removed = 0 if start is None else start.removed
        self.state = State() if start is None else State(_read(records))

    @property
    def events(self) -> int:
        """How many entries were taken."""
        return self._walk.events

    def take(self, entry: Entry) -> bool:
        """Fold the next entry; False, and nothing folded, where it does not fit."""
        if not self._walk.follows(entry):
            return False
        draft = Draft(self.state)
        fold(draft, from_body(entry.kind, entry.body), entry.stamp.wall)
        self.state.put(draft.changes)
        return True

    def checkpoint(self, last: Entry) -> tuple[Checkpoint, str]:
        """Give an unsigned checkpoint behind the last entry taken, and its records."""
        rows = [(t, k, encode_record(r)) for (t, k), r in self.state.records().items()]
        text = json.dumps(sorted(rows), ensure_ascii=False, separators=(",", ":"))
        removed = self._removed + self.events
        made = Checkpoint(last.journal, last.sequence, last.hash, removed, digest(text), "")
        return made, text


def digest(records: str) -> str:
    """Give the SHA-256, in hex, under which a checkpoint names its records."""
    return hashlib.sha256(records.encode()).hexdigest()


def _read(text: str) -> dict[Key, Record]:
    found: dict[Key, Record] = {}
    for name, key, value in json.loads(text):
        table = Table(name)
        found[table, key] = decode_record(table, value)
    return found
