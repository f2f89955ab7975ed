"""The journal: append-only events and their projections in one SQLite file.

The only SQL of the daemon, with its neighbours in this folder. One owner, the core's
thread. Knows no rule of the core but how an event is folded, and no network.

A turn is one transaction: its events, the records they changed, and the outbox's cursor if that
moved. State is read from the records; a start replays nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from locker.contract.chain import Checkpoint, Entry, Stamp
from locker.contract.event import Event, JournalStarted
from locker.core.fold import fold
from locker.core.state import Changes, Draft, Key, State, Table
from locker.journal.database import connect
from locker.journal.entry import Head, seal_after
from locker.journal.error import JournalChangedError, JournalError, refused
from locker.journal.lock import lock_file
from locker.journal.record import decode_record, encode_record
from locker.journal.replay import Replay
from locker.journal.schema import bring_up_to_date
from locker.journal.statement import (
    ALL,
    DROP_RECORD,
    EVENTS,
    HEAD,
    INSERT_EVENT,
    LAST_ROW,
    PUT_META,
    PUT_RECORD,
    THIN,
    entry_of,
    read_checkpoint,
    read_meta,
    row_of,
    value,
)

Note = tuple[str, str]
Turn = tuple[Sequence[Event], Changes, Stamp]
"""What one turn of the core leaves: events, the records they changed, and when."""


@dataclass(frozen=True, slots=True)
class Alive:
    """The last sign of life on the disk, Unix seconds of the cabinet's own clock."""

    wall: float
    trusted: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found. `broken`: the first entry that does not fit its chain.

    `unanchored`: events behind the last one that the centre has. `differing`: records that are not
    what a replay of all events gives. `checkpoint`: what the file begins after, if it was thinned.
    """

    events: int
    broken: str | None = None
    unanchored: int = 0
    differing: tuple[Key, ...] = ()
    checkpoint: Checkpoint | None = None

    @property
    def intact(self) -> bool:
        """Whether chain and projections are as they must be."""
        return self.broken is None and not self.differing


class Journal:
    """An open journal. `open` locks it for this process; `close` gives it back."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: int) -> None:
        self.path = path
        self.boot_alive: Alive | None = None
        self._connection = connection
        self._lock = lock
        bring_up_to_date(connection)
        self._acked = int(self._meta("acked") or 0)
        self._acked_stored = self._acked
        self._doubtful = False
        self._head = self._read_head()
        if (alive := self._meta("alive")) is not None:
            self.boot_alive = Alive(**json.loads(alive))

    @classmethod
    def open(cls, path: Path, *, stamp: Stamp) -> Journal:
        """Open or make the journal; a new file begins with `JournalStarted`.

        Raises JournalTakenError where another process has it open, JournalError where the file
        cannot be used.
        """
        with contextlib.ExitStack() as opened:
            lock = lock_file(path)
            opened.callback(os.close, lock)
            try:
                connection = opened.enter_context(contextlib.closing(connect(path)))
                journal = cls(path, connection, lock)
                if journal.head is None:
                    journal._begin_first(stamp)
            except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
                raise refused(path, error) from error
            opened.pop_all()
        return journal

    # --- what it is -----------------------------------------------------------------------

    @property
    def head(self) -> Head | None:
        """The last event, or None in a file that has none."""
        return self._head

    @property
    def id(self) -> str:
        """The id of the newest journal in this file."""
        if self._head is None:
            raise JournalError(self.path, "it has no events")
        return self._head.journal

    @property
    def began(self) -> float:
        """When the newest journal was begun, Unix seconds."""
        return float(self._meta("began") or 0.0)

    @property
    def acked(self) -> int:
        """The row up to which the centre has everything."""
        return self._acked

    def waiting(self) -> int:
        """Count the events that the centre has not acknowledged."""
        unanchored = "SELECT count(*) FROM event WHERE row > ?"
        return int(value(self._connection, unanchored, self._acked))

    def last_trusted_wall(self) -> float:
        """Give the last journaled or noted wall time that was believed, Unix seconds, or 0."""
        walls = "SELECT wall FROM event WHERE trusted ORDER BY row DESC LIMIT 1"
        found: float | None = value(self._connection, walls)
        alive = self.boot_alive
        return max(found or 0.0, alive.wall if alive and alive.trusted else 0.0)

    def load_state(self) -> State:
        """Read the records. Raises JournalError where one cannot be read."""
        try:
            records = {}
            rows = self._connection.execute("SELECT name, key, value FROM record")
            for name, key, text in rows:
                table = Table(name)
                records[table, key] = decode_record(table, text)
            return State(records)
        except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
            raise refused(self.path, error) from error

    # --- writing --------------------------------------------------------------------------

    def append(self, events: Sequence[Event], changes: Changes, stamp: Stamp) -> None:
        """Commit events and the records they changed, whole or not at all.

        Raises JournalError when the disk does not take it, and JournalChangedError when a commit
        that was reported as failed turns out to have happened.
        """
        self.append_all([(events, changes, stamp)])

    def append_all(self, turns: Sequence[Turn]) -> None:
        """Commit several turns in their order, all of them or none. Raises as `append`."""
        self._settle_doubt()
        entries: list[Entry] = []
        changed: dict[Key, Any] = {}
        for events, changes, stamp in turns:
            entries += seal_after(entries[-1] if entries else self._head, events, stamp)
            changed |= changes
        self._commit(entries, changed)

    def start_new(
        self, events: Sequence[Event], changes: Changes, stamp: Stamp, *, began: float
    ) -> None:
        """Begin a new journal with these events, of which the first names it. Raises as `append`.

        `began`: the Unix second to remember it by.
        """
        self._settle_doubt()
        first = events[0]
        if not isinstance(first, JournalStarted):
            raise TypeError(f"a journal does not begin with {first.kind}")
        entries = seal_after(None, events, stamp, begins=first.journal)
        self._commit(entries, changes, notes=[("began", repr(began))])

    def _begin_first(self, stamp: Stamp) -> None:
        started = JournalStarted(new_journal_id(), "first")
        draft = Draft(State())
        fold(draft, started, stamp.wall)
        self.start_new([started], draft.changes, stamp, began=stamp.wall)

    def acknowledge(self, row: int) -> None:
        """Note that the centre has everything up to this row, and nothing after it.

        It reaches the disk with the next commit: events sent twice are known by their hash.
        """
        self._acked = row

    def alive(self, *, wall: float, trusted: bool) -> None:
        """Rewrite the sign of life. Raises JournalError."""
        self._settle_doubt()
        self._note("alive", json.dumps({"wall": wall, "trusted": trusted}))

    def tidy(self) -> None:
        """Take the WAL into the file, as far as no reader holds it. Raises JournalError."""
        try:
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        except sqlite3.Error as error:
            raise refused(self.path, error) from error

    def close(self) -> None:
        """Store the cursor, close the file and give up the lock. Closing twice is right."""
        if self._lock < 0:
            return
        with contextlib.suppress(JournalError, sqlite3.Error):
            if self._acked != self._acked_stored:
                self._commit([], {})
        self._connection.close()
        os.close(self._lock)
        self._lock = -1

    def _commit(
        self, entries: Sequence[Entry], changes: Changes, *, notes: Sequence[Note] = ()
    ) -> None:
        put = [(t, k, encode_record(r)) for (t, k), r in changes.items() if r is not None]
        gone = [(t, k) for (t, k), r in changes.items() if r is None]
        acked = self._acked
        if acked != self._acked_stored:
            notes = [*notes, ("acked", str(acked))]
        with self._transaction() as run:
            run(INSERT_EVENT, [row_of(entry) for entry in entries])
            run(PUT_RECORD, put)
            run(DROP_RECORD, gone)
            run(PUT_META, notes)
        self._acked_stored = acked
        if entries:
            last = entries[-1]
            self._head = Head(last.journal, last.sequence, last.hash)

    def _note(self, key: str, text: str) -> None:
        with self._transaction() as run:
            run(PUT_META, [(key, text)])

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Callable[[str, Sequence[Any]], object]]:
        run = self._connection.execute
        try:
            run("BEGIN IMMEDIATE")
            yield self._connection.executemany
            run("COMMIT")
        except sqlite3.Error as error:
            self._doubtful = True
            with contextlib.suppress(sqlite3.Error):
                run("ROLLBACK")
            raise refused(self.path, error) from error

    def _settle_doubt(self) -> None:
        """After a failed commit: make sure that the file is as it was."""
        if not self._doubtful:
            return
        try:
            found = self._read_head()
        except sqlite3.Error as error:
            raise refused(self.path, error) from error
        if found != self._head:
            raise JournalChangedError(self.path)
        self._doubtful = False

    # --- thinning -------------------------------------------------------------------------

    @property
    def checkpoint(self) -> Checkpoint | None:
        """What this file begins after, where it was thinned."""
        return read_checkpoint(self._connection)

    def thin(self, *, older_than: float, limit: int, sign: Callable[[Checkpoint], str]) -> int:
        """Remove the oldest events that the centre has and that are surely older; give their count.

        An event is surely older when it, or one after it, has a trusted time before `older_than`.
        At most `limit` go at once, and the last event never. The records as they were after the
        last removed one stay with a signed checkpoint, so that `verify` works as before. Nothing
        is removed that does not fit the chain. Raises JournalError.
        """
        self._settle_doubt()
        going = self._surely_older(older_than, limit)
        if not going:
            return 0
        replay = self._replay()
        for entry in going:
            if not self._take(replay, entry):
                text = f"not thinned: {entry.journal} {entry.sequence} does not fit"
                raise JournalError(self.path, text)
        last = going[-1]
        plain, records = replay.checkpoint(last)
        signed = json.dumps(asdict(replace(plain, signature=sign(plain))))
        with self._transaction() as run:
            run(THIN, [(last.journal, last.sequence)])
            run(PUT_META, [("checkpoint", signed), ("checkpoint_records", records)])
        return len(going)

    def _surely_older(self, wall: float, limit: int) -> list[Entry]:
        before = min(self._acked_stored, value(self._connection, LAST_ROW) - 1)
        rows = self._connection.execute(EVENTS, (0, limit))
        entries = [entry_of(row) for row in rows if row[-1] <= before]
        count = 0
        for number, entry in enumerate(entries, start=1):
            if entry.stamp.trusted:
                if entry.stamp.wall >= wall:
                    break
                count = number
        return entries[:count]

    def _replay(self) -> Replay:
        """Raises JournalError where a checkpoint and its records do not belong together."""
        try:
            return Replay(self.checkpoint, self._meta("checkpoint_records") or "")
        except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
            raise refused(self.path, error) from error

    def _take(self, replay: Replay, entry: Entry) -> bool:
        """Raises JournalError for an event of a kind or shape that this release does not know."""
        try:
            return replay.take(entry)
        except (ValueError, KeyError, TypeError) as error:
            text = f"{entry.journal} {entry.sequence}: {error}"
            raise JournalError(self.path, text) from error

    # --- reading --------------------------------------------------------------------------

    def entries(self) -> Iterator[Entry]:
        """Give every event, oldest first. Raises JournalError where one cannot be read."""
        try:
            for row in self._connection.execute(EVENTS, ALL):
                yield entry_of(row)
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise refused(self.path, error) from error

    def verify(self) -> Verdict:
        """Check the chain of every journal, and the records against a replay.

        Raises JournalError where the file, or an event in it, cannot be read.
        """
        checkpoint, replay = self.checkpoint, self._replay()
        for entry in self.entries():
            if not self._take(replay, entry):
                broken = f"{entry.journal} {entry.sequence}"
                return Verdict(replay.events, broken=broken, checkpoint=checkpoint)
        held, replayed = self.load_state().records(), replay.state.records()
        keys = held.keys() | replayed.keys()
        differing = sorted(key for key in keys if held.get(key) != replayed.get(key))
        return Verdict(
            replay.events,
            unanchored=self.waiting(),
            differing=tuple(differing),
            checkpoint=checkpoint,
        )

    def _meta(self, key: str) -> str | None:
        return read_meta(self._connection, key)

    def _read_head(self) -> Head | None:
        row = self._connection.execute(HEAD).fetchone()
        return None if row is None else Head(*row)


def new_journal_id() -> str:
    """Make the id of a journal: 64 random bits."""
    return f"j-{secrets.token_hex(8)}"
