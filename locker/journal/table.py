"""The journal's tables and the connections to them: the shape of the file, none of its rules.

WAL and synchronous=FULL: a commit that returned is on the disk. Transactions are begun by hand
with BEGIN IMMEDIATE, since pysqlite's own beginning loses updates between threads.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Engine, Table, UniqueConstraint, create_engine, event
from sqlalchemy.orm import registry
from sqlalchemy.pool import NullPool
from sqlmodel import Field, SQLModel

BUSY_TIMEOUT_MS = 5000
LOG_PAGES = 4000
"""The WAL is taken into the file while nobody is there; beyond this by the commit at hand."""


class JournalModel(SQLModel, registry=registry()):
    """Base of the journal's tables, in a registry of their own: the centre uses the same names."""


class EventRow(JournalModel, table=True):
    """One event; `row` is its place over all journals of this file, and the outbox's cursor."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("journal", "sequence"),)

    row: int | None = Field(default=None, primary_key=True)
    journal: str
    sequence: int
    kind: str
    body: str
    boot: str
    mono_ms: int
    wall: float
    trusted: bool
    previous: str
    hash: str


class RecordRow(JournalModel, table=True):
    """One projection: the newest value of one record of the core, as JSON."""

    __tablename__ = "record"
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_with_rowid": False}

    name: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    value: str


class MetaRow(JournalModel, table=True):
    """What the journal notes of itself; nothing here is hashed or sent."""

    __tablename__ = "meta"

    key: str = Field(primary_key=True)
    value: str


def open_engine(path: Path) -> Engine:
    """Make an engine whose connections obey the rules above; no pool, one owner a connection."""
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"check_same_thread": False, "isolation_level": None},
    )
    event.listen(engine, "connect", _set_up)
    return engine


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint={LOG_PAGES}")


def _table(model: type[JournalModel]) -> Table:
    return JournalModel.metadata.tables[str(model.__tablename__)]


EVENT = _table(EventRow)
RECORD = _table(RecordRow)
META = _table(MetaRow)
