"""The cabinet's disk: a journal with SQLite's promise, and images of it.

A batch is whole or absent. An image is an older whole copy. The rules of the chain, of the
records and of the outbox's cursor are the product's own; only the file is not there. Power may
go right before and right after a commit.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from locker.contract.chain import Entry, Stamp
from locker.contract.event import Event, JournalStarted, from_body
from locker.core.fold import fold
from locker.core.state import Changes, Draft, Key, Record, State
from locker.identity import Enrolment
from locker.journal.entry import Head, seal_after
from locker.journal.error import JournalError
from locker.journal.journal import Alive, Turn
from locker.journal.outbox import Batch
from locker.journal.record import decode_record, encode_record

PATH = Path("/nonexistent/simulated")


@dataclass(slots=True)
class Disk:
    """What survives the plug. Row n of the events is `rows[n - 1]`."""

    rows: list[Entry] = field(default_factory=list)
    records: dict[Key, Record] = field(default_factory=dict)
    acked: int = 0
    began: float = 0.0
    alive: Alive | None = None
    token: str = ""
    """What the centre knows this disk's enrolment by."""
    enrolment: Enrolment | None = None

    def image(self) -> Disk:
        """Give a whole copy as it is now."""
        return replace(self, rows=list(self.rows), records=dict(self.records))

    def events(self) -> Iterable[tuple[Event, float]]:
        """Give all events with the wall time of each."""
        for entry in self.rows:
            yield from_body(entry.kind, entry.body), entry.stamp.wall

    def replay(self) -> dict[Key, Record]:
        """Fold all events again, one at a time."""
        state = State()
        for event, wall in self.events():
            draft = Draft(state)
            fold(draft, event, wall)
            state.put(draft.changes)
        return state.records()


class FakeJournal:
    """An open journal on a `Disk`: what `locker.journal.journal.Journal` is to the core's thread.

    `committed` is told each batch right after it is durable; `step` is the plug's.
    """

    def __init__(
        self,
        disk: Disk,
        *,
        step: Callable[[str], None],
        committed: Callable[[Sequence[Event], Sequence[Entry]], None],
    ) -> None:
        self.path = PATH
        self.disk = disk
        self.boot_alive = copy.copy(disk.alive)
        self.refuses = 0
        """How many writes the disk still refuses."""
        self.full = False
        self._step = step
        self._committed = committed
        self._acked = disk.acked

    @property
    def head(self) -> Head | None:
        """The last event, or None on an empty disk."""
        if not self.disk.rows:
            return None
        last = self.disk.rows[-1]
        return Head(last.journal, last.sequence, last.hash)

    @property
    def id(self) -> str:
        """The id of the newest journal."""
        return self.disk.rows[-1].journal

    @property
    def began(self) -> float:
        """When the newest journal was begun."""
        return self.disk.began

    @property
    def acked(self) -> int:
        """The row up to which the centre has everything."""
        return self._acked

    def last_trusted_wall(self) -> float:
        """Give the last believed wall time on the disk."""
        found = next((r.stamp.wall for r in reversed(self.disk.rows) if r.stamp.trusted), 0.0)
        alive = self.boot_alive
        return max(found, alive.wall if alive and alive.trusted else 0.0)

    def load_state(self) -> State:
        """Read the records, through their form on the disk."""
        read = {
            key: decode_record(key[0], encode_record(record))
            for key, record in self.disk.records.items()
        }
        return State(read)

    def append(self, events: Sequence[Event], changes: Changes, stamp: Stamp) -> None:
        """Commit events and the records they changed, whole or not at all."""
        self.append_all([(events, changes, stamp)])

    def append_all(self, turns: Sequence[Turn]) -> None:
        """Commit several turns in their order, all of them or none."""
        events = [event for told, _, _ in turns for event in told]
        self._step(f"before the commit of {_kinds(events)}")
        self._refuse()
        entries: list[Entry] = []
        changed: dict[Key, Record | None] = {}
        for told, changes, stamp in turns:
            entries += seal_after(entries[-1] if entries else self.head, told, stamp)
            changed |= changes
        self._write(events, entries, changed)
        self._step(f"after the commit of {_kinds(events)}")

    def start_new(
        self, events: Sequence[Event], changes: Changes, stamp: Stamp, *, began: float
    ) -> None:
        """Begin a new journal with these events, of which the first names it."""
        self._step("before a new journal")
        self._refuse()
        first = events[0]
        assert isinstance(first, JournalStarted)
        entries = seal_after(None, events, stamp, begins=first.journal)
        self.disk.began = began
        self._write(events, entries, changes)
        self._step("after a new journal")

    def begin_first(self, name: str, stamp: Stamp) -> None:
        """Begin the first journal of an empty disk."""
        started = JournalStarted(name, "first")
        draft = Draft(State())
        fold(draft, started, stamp.wall)
        self.start_new([started], draft.changes, stamp, began=stamp.wall)

    def acknowledge(self, row: int) -> None:
        """Note the cursor; it reaches the disk with the next commit."""
        self._acked = row

    def alive(self, *, wall: float, trusted: bool) -> None:
        """Rewrite the sign of life."""
        self._refuse()
        self.disk.alive = Alive(wall, trusted)

    def tidy(self) -> None:
        """Do nothing: there is no second file."""

    def _refuse(self) -> None:
        if self.refuses > 0:
            self.refuses -= 1
            raise JournalError(PATH, "simulated", full=self.full)

    def _write(self, events: Sequence[Event], entries: Sequence[Entry], changes: Changes) -> None:
        self.disk.rows.extend(entries)
        for key, record in changes.items():
            if record is None:
                self.disk.records.pop(key, None)
            else:
                self.disk.records[key] = record
        self.disk.acked = self._acked
        self._committed(events, entries)


class FakeBallast:
    """What is set aside on a full disk: freed once, the next writes fit."""

    def __init__(self, journal: FakeJournal) -> None:
        self._journal = journal

    def keep(self) -> bool:
        """Set space aside; whether there is any."""
        return not self._journal.full

    def free(self) -> bool:
        """Give the space back; whether there was any."""
        freed, self._journal.full, self._journal.refuses = self._journal.full, False, 0
        return freed


class FakeOutbox:
    """The tail of the disk's events, as the events worker reads it."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def after(self, row: int, *, limit: int) -> Batch | None:
        """Give the next entries of one journal after the cursor."""
        found = self._disk.rows[row : row + limit]
        if not found:
            return None
        own = []
        for entry in found:
            if entry.journal != found[0].journal:
                break
            own.append(entry)
        return Batch(own[0].journal, tuple(own), row + len(own))

    def row_of(self, journal: str, sequence: int) -> int:
        """Give the cursor after which this journal's events behind `sequence` are read."""
        for row, entry in enumerate(self._disk.rows):
            if entry.journal == journal and entry.sequence > sequence:
                return row
        rows = [n + 1 for n, entry in enumerate(self._disk.rows) if entry.journal == journal]
        return max(rows, default=0)

    def last_of(self, journal: str) -> int:
        """Give the sequence of this journal's last event, 0 where there is none."""
        found = (entry.sequence for entry in self._disk.rows if entry.journal == journal)
        return max(found, default=0)

    def head(self) -> Head:
        """Give the last event of the newest journal."""
        last = self._disk.rows[-1]
        return Head(last.journal, last.sequence, last.hash)

    def close(self) -> None:
        """Do nothing."""


def _kinds(events: Sequence[Event]) -> str:
    return ", ".join(event.kind for event in events[:3])
