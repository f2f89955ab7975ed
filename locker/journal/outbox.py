"""The tail of the journal after the centre's acknowledgement, read by the events worker.

Its own connection, for reading only: what the core's thread commits is seen at the next read and
never waits for it. Knows no network.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from locker.contract.chain import Checkpoint, Entry
from locker.journal.entry import Head
from locker.journal.error import JournalError
from locker.journal.statement import EVENT_COLUMNS, entry_of, read_checkpoint
from locker.journal.table import EVENT, open_engine


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries of one journal, in order; `row` is the cursor behind the last of them."""

    journal: str
    entries: tuple[Entry, ...]
    row: int


class Outbox:
    """A reader of one journal file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine = open_engine(path)
        self._connection = self._engine.connect()

    def after(self, row: int, *, limit: int) -> Batch | None:
        """Give the next entries after the cursor, all of one journal; None when there are none.

        Raises JournalError when the file cannot be read.
        """
        columns = select(*EVENT_COLUMNS, EVENT.c.row).where(EVENT.c.row > row)
        try:
            found = self._connection.execute(columns.order_by(EVENT.c.row).limit(limit)).all()
        except DBAPIError as error:
            raise JournalError(self._path, str(error.orig)) from error
        if not found:
            return None
        journal = found[0].journal
        own = [line for line in found if line.journal == journal]
        return Batch(journal, tuple(entry_of(line) for line in own), own[-1].row)

    def rows_after(self, row: int, *, limit: int) -> list[tuple[int, Entry]]:
        """Give the next entries after a row, of whatever journal, each with its own row.

        Raises JournalError.
        """
        columns = select(*EVENT_COLUMNS, EVENT.c.row).where(EVENT.c.row > row)
        try:
            found = self._connection.execute(columns.order_by(EVENT.c.row).limit(limit)).all()
        except DBAPIError as error:
            raise JournalError(self._path, str(error.orig)) from error
        return [(int(line.row), entry_of(line)) for line in found]

    def last_row(self) -> int:
        """Give the row of the last event, 0 where there is none. Raises JournalError."""
        try:
            return int(self._connection.execute(select(func.max(EVENT.c.row))).scalar() or 0)
        except DBAPIError as error:
            raise JournalError(self._path, str(error.orig)) from error

    def last_of(self, journal: str) -> int:
        """Give the sequence of this journal's last event, 0 where there is none."""
        own = select(func.max(EVENT.c.sequence)).where(EVENT.c.journal == journal)
        try:
            return int(self._connection.execute(own).scalar() or 0)
        except DBAPIError as error:
            raise JournalError(self._path, str(error.orig)) from error

    def checkpoint(self) -> Checkpoint | None:
        """Give what this file begins after, where it was thinned. Raises JournalError."""
        try:
            return read_checkpoint(self._connection)
        except DBAPIError as error:
            raise JournalError(self._path, str(error.orig)) from error

    def row_of(self, journal: str, sequence: int) -> int:
        """Give the cursor after which this journal's events behind `sequence` are read."""
        place = (EVENT.c.journal == journal) & (EVENT.c.sequence > sequence)
        columns = select(EVENT.c.row).where(place).order_by(EVENT.c.sequence).limit(1)
        try:
            following = self._connection.execute(columns).scalar()
            if following is not None:
                return int(following) - 1
            own = select(func.max(EVENT.c.row)).where(EVENT.c.journal == journal)
            return int(self._connection.execute(own).scalar() or 0)
        except DBAPIError as error:
            raise JournalError(self._path, str(error.orig)) from error

    def head(self) -> Head:
        """Give the last event of the newest journal."""
        columns = select(EVENT.c.journal, EVENT.c.sequence, EVENT.c.hash)
        try:
            row = self._connection.execute(columns.order_by(EVENT.c.row.desc()).limit(1)).one()
        except DBAPIError as error:
            raise JournalError(self._path, str(error.orig)) from error
        return Head(*row)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
        self._engine.dispose()
