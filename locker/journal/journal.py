"""The journal: append-only events and their projections in one SQLite file.

The only SQL of the daemon, with `table` and `outbox`. One owner, the core's
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

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.exc import DBAPIError

from locker.contract.chain import Checkpoint, Entry, Stamp
from locker.contract.event import Event, JournalStarted
from locker.core.fold import fold
from locker.core.state import Changes, Draft, Key, State, Table
from locker.journal.entry import Head, seal_after
from locker.journal.error import JournalChangedError, JournalError, refused
from locker.journal.lock import lock_file
from locker.journal.record import decode_record, encode_record
from locker.journal.replay import Replay
from locker.journal.schema import bring_up_to_date
from locker.journal.statement import (
    EVENT_COLUMNS,
    Statements,
    entry_of,
    read_checkpoint,
    row_of,
)
from locker.journal.table import EVENT, META, RECORD, open_engine

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

    def __init__(self, path: Path, engine: Engine, lock: int) -> None:
        self.path = path
        self.boot_alive: Alive | None = None
        self._engine = engine
        self._lock = lock
        self._connection = engine.connect()
        bring_up_to_date(self._connection)
        self._sql = Statements(engine)
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
        lock = lock_file(path)
        try:
            journal = cls(path, open_engine(path), lock)
            if journal.head is None:
                journal._begin_first(stamp)
        except (DBAPIError, sqlite3.Error, ValueError) as error:
            os.close(lock)
            raise refused(path, error) from error
        except JournalError:
            os.close(lock)
            raise
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
        unanchored = select(func.count()).select_from(EVENT).where(EVENT.c.row > self._acked)
        return int(self._connection.execute(unanchored).scalar_one())

    def last_trusted_wall(self) -> float:
        """Give the last journaled or noted wall time that was believed, Unix seconds, or 0."""
        walls = select(EVENT.c.wall).where(EVENT.c.trusted.is_(True))
        found = self._connection.execute(walls.order_by(EVENT.c.row.desc()).limit(1)).scalar()
        alive = self.boot_alive
        return max(found or 0.0, alive.wall if alive and alive.trusted else 0.0)

    def load_state(self) -> State:
        """Read the records. Raises JournalError where one cannot be read."""
        try:
            records = {}
            columns = select(RECORD.c.name, RECORD.c.key, RECORD.c.value)
            rows = self._connection.execute(columns.execution_options(yield_per=500))
            for name, key, text in rows:
                table = Table(name)
                records[table, key] = decode_record(table, text)
            return State(records)
        except (DBAPIError, ValueError, KeyError, TypeError) as error:
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
            self._connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
        except (DBAPIError, sqlite3.Error) as error:
            raise refused(self.path, error) from error

    def close(self) -> None:
        """Store the cursor, close the file and give up the lock. Closing twice is right."""
        if self._lock < 0:
            return
        with contextlib.suppress(JournalError, DBAPIError):
            if self._acked != self._acked_stored:
                self._commit([], {})
        self._connection.close()
        self._engine.dispose()
        os.close(self._lock)
        self._lock = -1

    def _commit(
        self, entries: Sequence[Entry], changes: Changes, *, notes: Sequence[Note] = ()
    ) -> None:
        put = [(t, k, encode_record(r)) for (t, k), r in changes.items() if r is not None]
        gone = [(t, k) for (t, k), r in changes.items() if r is None]
        acked = self._acked
        with self._transaction() as run:
            if entries:
                run(self._sql.insert_event, [row_of(entry) for entry in entries])
            if put:
                run(self._sql.put_record, put)
            if gone:
                run(self._sql.drop_record, gone)
            if acked != self._acked_stored:
                notes = [*notes, ("acked", str(acked))]
            if notes:
                run(self._sql.put_meta, list(notes))
        self._acked_stored = acked
        if entries:
            last = entries[-1]
            self._head = Head(last.journal, last.sequence, last.hash)

    def _note(self, key: str, value: str) -> None:
        with self._transaction() as run:
            run(self._sql.put_meta, [(key, value)])

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Any]:
        run = self._connection.exec_driver_sql
        try:
            run("BEGIN IMMEDIATE")
            yield run
            run("COMMIT")
        except (DBAPIError, sqlite3.Error) as error:
            self._doubtful = True
            with contextlib.suppress(DBAPIError, sqlite3.Error):
                run("ROLLBACK")
            raise refused(self.path, error) from error

    def _settle_doubt(self) -> None:
        """After a failed commit: make sure that the file is as it was."""
        if not self._doubtful:
            return
        try:
            found = self._read_head()
        except (DBAPIError, sqlite3.Error) as error:
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
            if not replay.take(entry):
                text = f"not thinned: {entry.journal} {entry.sequence} does not fit"
                raise JournalError(self.path, text)
        last = going[-1]
        plain, records = replay.checkpoint(last)
        signed = json.dumps(asdict(replace(plain, signature=sign(plain))))
        place = (EVENT.c.journal == last.journal) & (EVENT.c.sequence == last.sequence)
        with self._transaction() as run:
            row = self._connection.execute(select(EVENT.c.row).where(place)).scalar_one()
            self._connection.execute(delete(EVENT).where(EVENT.c.row <= row))
            run(self._sql.put_meta, [("checkpoint", signed), ("checkpoint_records", records)])
        return len(going)

    def _surely_older(self, wall: float, limit: int) -> list[Entry]:
        last = self._connection.execute(select(func.max(EVENT.c.row))).scalar() or 0
        place = (EVENT.c.row <= self._acked_stored) & (EVENT.c.row < last)
        rows = select(*EVENT_COLUMNS).where(place).order_by(EVENT.c.row).limit(limit)
        entries = [entry_of(row) for row in self._connection.execute(rows)]
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
        except (DBAPIError, ValueError, KeyError, TypeError) as error:
            raise refused(self.path, error) from error

    # --- reading --------------------------------------------------------------------------

    def entries(self) -> Iterator[Entry]:
        """Give every event, oldest first. Raises JournalError where one cannot be read."""
        statement = select(*EVENT_COLUMNS).order_by(EVENT.c.row)
        try:
            for row in self._connection.execute(statement.execution_options(yield_per=1000)):
                yield entry_of(row)
        except (DBAPIError, sqlite3.Error, ValueError, TypeError) as error:
            raise refused(self.path, error) from error

    def verify(self) -> Verdict:
        """Check the chain of every journal, and the records against a replay.

        Raises JournalError where the file cannot be read.
        """
        checkpoint, replay = self.checkpoint, self._replay()
        for entry in self.entries():
            if not replay.take(entry):
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
        statement = select(META.c.value).where(META.c.key == key)
        value: str | None = self._connection.execute(statement).scalar()
        return value

    def _read_head(self) -> Head | None:
        columns = select(EVENT.c.journal, EVENT.c.sequence, EVENT.c.hash)
        row = self._connection.execute(columns.order_by(EVENT.c.row.desc()).limit(1)).first()
        return None if row is None else Head(*row)


def new_journal_id() -> str:
    """Make the id of a journal: 64 random bits."""
    return f"j-{secrets.token_hex(8)}"
