"""The tail of the journal after the centre's acknowledgement, read by the events worker.

Its own connection, for reading only: what the core's thread commits is seen at the next read and
never waits for it. Knows no network.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from locker.contract.chain import Checkpoint, Entry
from locker.journal.database import connect
from locker.journal.entry import Head
from locker.journal.error import refused
from locker.journal.statement import EVENTS, HEAD, LAST_ROW, entry_of, read_checkpoint, value


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries of one journal, in order; `row` is the cursor behind the last of them."""

    journal: str
    entries: tuple[Entry, ...]
    row: int


class Outbox:
    """A reader of one journal file. Every question raises JournalError where it cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._reading():
            self._connection = connect(path)

    def after(self, row: int, *, limit: int) -> Batch | None:
        """Give the next entries after the cursor, all of one journal; None when there are none."""
        found = self.rows_after(row, limit=limit)
        if not found:
            return None
        journal = found[0][1].journal
        own = [(row, entry) for row, entry in found if entry.journal == journal]
        return Batch(journal, tuple(entry for _, entry in own), own[-1][0])

    def rows_after(self, row: int, *, limit: int) -> list[tuple[int, Entry]]:
        """Give the next entries after a row, of whatever journal, each with its own row."""
        with self._reading():
            found = self._connection.execute(EVENTS, (row, limit))
            return [(line[-1], entry_of(line)) for line in found]

    def last_row(self) -> int:
        """Give the row of the last event, 0 where there is none."""
        return self._number(LAST_ROW)

    def last_of(self, journal: str) -> int:
        """Give the sequence of this journal's last event, 0 where there is none."""
        return self._number("SELECT max(sequence) FROM event WHERE journal = ?", journal)

    def checkpoint(self) -> Checkpoint | None:
        """Give what this file begins after, where it was thinned."""
        with self._reading():
            return read_checkpoint(self._connection)

    def row_of(self, journal: str, sequence: int) -> int:
        """Give the cursor after which this journal's events behind `sequence` are read."""
        following = """
            SELECT row FROM event WHERE journal = ? AND sequence > ? ORDER BY sequence LIMIT 1"""
        if row := self._number(following, journal, sequence):
            return row - 1
        return self._number("SELECT max(row) FROM event WHERE journal = ?", journal)

    def head(self) -> Head:
        """Give the last event of the newest journal."""
        with self._reading():
            return Head(*self._connection.execute(HEAD).fetchone())

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _number(self, statement: str, *given: object) -> int:
        with self._reading():
            return int(value(self._connection, statement, *given) or 0)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise refused(self._path, error) from error
