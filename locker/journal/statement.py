"""How entries become rows and back, and the statements that more than one reader or writer uses."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from locker.contract.chain import Checkpoint, Entry, Stamp, canonical

EVENTS = """
    SELECT journal, sequence, kind, body, boot, mono_ms, wall, trusted, previous, hash, row
    FROM event WHERE row > ? ORDER BY row LIMIT ?"""
"""What `entry_of` reads, and the row."""
ALL = (0, -1)
INSERT_EVENT = """
    INSERT INTO event
    (journal, sequence, kind, body, boot, mono_ms, wall, trusted, previous, hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
"""What `row_of` gives."""
PUT_RECORD = """
    INSERT INTO record (name, key, value) VALUES (?, ?, ?)
    ON CONFLICT (name, key) DO UPDATE SET value = excluded.value"""
DROP_RECORD = "DELETE FROM record WHERE name = ? AND key = ?"
PUT_META = """
    INSERT INTO meta (key, value) VALUES (?, ?)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value"""
THIN = """
    DELETE FROM event
    WHERE row <= (SELECT row FROM event WHERE journal = ? AND sequence = ?)"""
LAST_ROW = "SELECT coalesce(max(row), 0) FROM event"
HEAD = "SELECT journal, sequence, hash FROM event ORDER BY row DESC LIMIT 1"


def entry_of(row: Any) -> Entry:
    """Make an entry of a row of `EVENTS`."""
    journal, sequence, kind, body, boot, mono_ms, wall, trusted, previous, own = row[:10]
    stamp = Stamp(boot, mono_ms, wall, bool(trusted))
    return Entry(journal, sequence, kind, json.loads(body), stamp, previous, own)


def row_of(entry: Entry) -> tuple[object, ...]:
    """Give the values of an entry for `INSERT_EVENT`."""
    stamp = entry.stamp
    return (
        entry.journal, entry.sequence, entry.kind, canonical(entry.body).decode(), stamp.boot,
        stamp.mono_ms, stamp.wall, stamp.trusted, entry.previous, entry.hash,
    )  # fmt: skip


def value(connection: sqlite3.Connection, statement: str, *given: object) -> Any:
    """Give the first column of the first row, or None where there is none."""
    row = connection.execute(statement, given).fetchone()
    return None if row is None else row[0]


def read_meta(connection: sqlite3.Connection, key: str) -> str | None:
    """Give what the journal noted of itself under this key."""
    found: str | None = value(connection, "SELECT value FROM meta WHERE key = ?", key)
    return found


def read_checkpoint(connection: sqlite3.Connection) -> Checkpoint | None:
    """Give what the file begins after, where it was thinned."""
    text = read_meta(connection, "checkpoint")
    return None if text is None else Checkpoint(**json.loads(text))
