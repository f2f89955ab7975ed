"""The journal: append-only events and their projections in one SQLite file.

The only SQL of the daemon, with `journal_table` and `journal_outbox`. One owner, the core's
thread. Knows no rule of the core but how an event is folded, and no network.

A turn is one transaction: its events, the records they changed, and the outbox's cursor if that
moved. State is read from the records; a start replays nothing.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError

from locker.contract.chain import GENESIS, Entry, Stamp, is_intact, seal
from locker.contract.event import Event, JournalStarted, from_body, to_body
from locker.core.fold import fold
from locker.core.state import Changes, Draft, Key, State, Table
from locker.journal_error import JournalChangedError, JournalError, JournalTakenError
from locker.journal_record import decode_record, encode_record
from locker.journal_statement import EVENT_COLUMNS, Statements, entry_of, row_of
from locker.journal_table import EVENT, META, RECORD, make_tables, open_engine

BALLAST_BYTES = 16 * 1024 * 1024
Note = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of the newest journal of a file."""

    journal: str
    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Alive:
    """The last sign of life on the disk, Unix seconds of the cabinet's own clock."""

    wall: float
    trusted: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found. `broken`: the first entry that does not fit its chain.

    `differing`: records that are not what a replay of all events gives.
    """

    events: int
    broken: str | None = None
    differing: tuple[Key, ...] = ()

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
        make_tables(self._connection)
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
        lock = _lock(path)
        try:
            journal = cls(path, open_engine(path), lock)
            if journal.head is None:
                journal.start_new("first", State(), stamp)
        except (DBAPIError, sqlite3.Error, ValueError) as error:
            os.close(lock)
            raise _refused(path, error) from error
        except JournalError:
            os.close(lock)
            raise
        journal.keep_ballast()
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
            raise _refused(self.path, error) from error

    # --- writing --------------------------------------------------------------------------

    def append(self, events: Sequence[Event], changes: Changes, stamp: Stamp) -> list[Entry]:
        """Commit events and the records they changed, whole or not at all.

        Raises JournalError when the disk does not take it, and JournalChangedError when a commit
        that was reported as failed turns out to have happened.
        """
        self._settle_doubt()
        entries = self._sealed(self.id, events, stamp)
        self._commit(entries, changes)
        return entries

    def start_new(
        self, reason: str, state: State, stamp: Stamp, *, began: float | None = None
    ) -> Changes:
        """Begin a new journal after the present one; give the changes for the core's state.

        `began`: the Unix second to remember it by, by default the stamp's.
        """
        self._settle_doubt()
        old = self._head
        journal = f"j-{secrets.token_hex(8)}"
        started = JournalStarted(
            journal=journal,
            reason=reason,
            previous_journal=old.journal if old else None,
            previous_head=old.hash if old else None,
        )
        draft = Draft(state)
        fold(draft, started, stamp.wall)
        body = to_body(started)
        entry = seal(
            journal=journal, sequence=1, kind=started.kind, body=body, stamp=stamp, previous=GENESIS
        )
        self._commit([entry], draft.changes, notes=[("began", repr(began or stamp.wall))])
        return draft.changes

    def acknowledge(self, row: int) -> None:
        """Note that the centre has everything up to this row, and nothing after it.

        It reaches the disk with the next commit: events sent twice are known by their hash.
        """
        self._acked = row

    def alive(self, *, wall: float, trusted: bool) -> None:
        """Rewrite the sign of life. Raises JournalError."""
        self._settle_doubt()
        self._note("alive", json.dumps({"wall": wall, "trusted": trusted}))

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

    def _sealed(self, journal: str, events: Sequence[Event], stamp: Stamp) -> list[Entry]:
        head = self._head
        sequence, previous = (head.sequence, head.hash) if head else (0, GENESIS)
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
            raise _refused(self.path, error) from error

    def _settle_doubt(self) -> None:
        """After a failed commit: make sure that the file is as it was."""
        if not self._doubtful:
            return
        try:
            found = self._read_head()
        except (DBAPIError, sqlite3.Error) as error:
            raise _refused(self.path, error) from error
        if found != self._head:
            raise JournalChangedError(self.path)
        self._doubtful = False

    # --- a full disk ----------------------------------------------------------------------

    @property
    def _ballast(self) -> Path:
        return self.path.with_name("ballast")

    def keep_ballast(self) -> bool:
        """Set 16 MiB aside for the records of doors that are open when the disk gets full."""
        try:
            with self._ballast.open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, BALLAST_BYTES)
        except OSError:
            return False
        return True

    def free_ballast(self) -> bool:
        """Give the set-aside space to the file system; whether there was any."""
        try:
            self._ballast.unlink()
        except OSError:
            return False
        return True

    # --- reading --------------------------------------------------------------------------

    def entries(self) -> Iterator[Entry]:
        """Give every event, oldest first."""
        statement = select(*EVENT_COLUMNS).order_by(EVENT.c.row)
        for row in self._connection.execute(statement.execution_options(yield_per=1000)):
            yield entry_of(row)

    def verify(self) -> Verdict:
        """Check the chain of every journal, and the records against a replay."""
        state, count = State(), 0
        sequence, previous, journal = 0, GENESIS, ""
        for entry in self.entries():
            count += 1
            if entry.journal != journal:
                sequence, previous, journal = 0, GENESIS, entry.journal
            if (entry.sequence, entry.previous) != (sequence + 1, previous) or not is_intact(entry):
                return Verdict(count, broken=f"{entry.journal} {entry.sequence}")
            sequence, previous = entry.sequence, entry.hash
            draft = Draft(state)
            fold(draft, from_body(entry.kind, entry.body), entry.stamp.wall)
            state.put(draft.changes)
        held, replayed = self.load_state().records(), state.records()
        keys = held.keys() | replayed.keys()
        differing = sorted(key for key in keys if held.get(key) != replayed.get(key))
        return Verdict(count, differing=tuple(differing))

    def _meta(self, key: str) -> str | None:
        statement = select(META.c.value).where(META.c.key == key)
        value: str | None = self._connection.execute(statement).scalar()
        return value

    def _read_head(self) -> Head | None:
        columns = select(EVENT.c.journal, EVENT.c.sequence, EVENT.c.hash)
        row = self._connection.execute(columns.order_by(EVENT.c.row.desc()).limit(1)).first()
        return None if row is None else Head(*row)


def _lock(path: Path) -> int:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _refused(path, error) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise JournalTakenError(path) from error
    return lock


def _refused(path: Path, error: Exception) -> JournalError:
    if isinstance(error, JournalError):
        return error
    cause = error.orig if isinstance(error, DBAPIError) else error
    full = getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL or (
        isinstance(cause, OSError) and cause.errno == errno.ENOSPC
    )
    return JournalError(path, f"{type(cause).__name__}: {cause}", full=full)
