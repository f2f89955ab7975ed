"""The journal's file: its three tables and the connections to it; none of its rules.

WAL and synchronous=FULL: a commit that returned is on the disk. Transactions are begun by hand
with BEGIN IMMEDIATE, since sqlite3's own beginning loses updates between threads.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

BUSY_TIMEOUT_S = 5.0
LOG_PAGES = 4000
"""The WAL is taken into the file while nobody is there; beyond this by the commit at hand."""

TABLES = (
    # One event; `row` is its place over all journals of this file, and the outbox's cursor.
    """
    CREATE TABLE IF NOT EXISTS event (
        row INTEGER NOT NULL PRIMARY KEY, journal VARCHAR NOT NULL, sequence INTEGER NOT NULL,
        kind VARCHAR NOT NULL, body VARCHAR NOT NULL, boot VARCHAR NOT NULL,
        mono_ms INTEGER NOT NULL, wall FLOAT NOT NULL, trusted BOOLEAN NOT NULL,
        previous VARCHAR NOT NULL, hash VARCHAR NOT NULL, UNIQUE (journal, sequence)
    )""",
    # One projection: the newest value of one record of the core, as JSON.
    """
    CREATE TABLE IF NOT EXISTS record (
        name VARCHAR NOT NULL, key VARCHAR NOT NULL, value VARCHAR NOT NULL,
        PRIMARY KEY (name, key)
    ) WITHOUT ROWID""",
    # What the journal notes of itself; nothing here is hashed or sent.
    """
    CREATE TABLE IF NOT EXISTS meta (key VARCHAR NOT NULL PRIMARY KEY, value VARCHAR NOT NULL)""",
)


def connect(path: Path) -> sqlite3.Connection:
    """Open the file for one owner, which may be any thread. Raises sqlite3.Error."""
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint={LOG_PAGES}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
