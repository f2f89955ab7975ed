"""The database: SQLite by default, PostgreSQL by one setting. Knows no table.

SQLite: WAL, one writer at a time by an in-process lock and BEGIN IMMEDIATE (the driver's own
transactions lose updates silently under threads). A transaction that puts news wakes the
cabinets it is for, after its commit.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

NEWS_FOR = "news_for"
"""Key of `Session.info`: the set of cabinets that this transaction puts news for."""

_BUSY_TIMEOUT_MS = 15_000
_AWAY_STATES = ("08", "53", "57P")
"""Beginnings of PostgreSQL's SQLSTATE: no connection, no resources, told to stop or starting."""
_WRITING = "bbg_writing"


class DatabaseAwayError(Exception):
    """PostgreSQL does not answer, or takes nobody; it may be back at any moment."""


class TurnLock:
    """A lock that goes to who has waited longest.

    A plain lock goes to whoever comes by: who writes one portion after the other would keep it.
    """

    def __init__(self) -> None:
        """Start free."""
        self._mutex = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        """Wait for the turn."""
        with self._mutex:
            if not self._taken:
                self._taken = True
                return
            gate = threading.Lock()
            gate.acquire()
            self._waiting.append(gate)
        gate.acquire()

    def __exit__(self, *_: object) -> None:
        """Hand over to the next."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class Database:
    """Gives sessions; one transaction each."""

    def __init__(self, url: str) -> None:
        """Take the address; nothing is opened yet."""
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)
        self._write_lock = TurnLock() if self.is_sqlite else contextlib.nullcontext()
        self._listeners: list[Callable[[frozenset[str]], None]] = []

    def on_news(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Call `listener` with the cabinets that got news, after each such commit."""
        self._listeners.append(listener)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that only reads; what is written in it is rolled back.

        Raises DatabaseAwayError, as `writing` does.
        """
        with _noticing_absence(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session that commits at the end, or rolls back when something is raised."""
        engine = self.engine.execution_options(**{_WRITING: True})
        with (
            _noticing_absence(),
            self._write_lock,
            Session(engine, expire_on_commit=False) as session,
        ):
            yield session
            session.commit()
            told = frozenset(session.info.get(NEWS_FOR, ()))
        if told:
            for listener in self._listeners:
                listener(told)

    def scrub(self, tables: Sequence[str]) -> None:
        """Take deleted rows out of the files too: SQLite's WAL, PostgreSQL's dead tuples.

        What a reader still holds open is left for the next time.
        """
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")
            else:
                connection.exec_driver_sql(f"VACUUM {', '.join(tables)}")

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def take_turns(session: Session, *about: str) -> None:
    """Wait for who writes of the same in another transaction; where it is no row yet, too.

    SQLite has one writer anyway. Name who before what, so that no two wait for each other.
    """
    if session.get_bind().dialect.name == "postgresql":
        for key in about:
            session.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key}
            )


@contextlib.contextmanager
def _noticing_absence() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        # SQLite's own errors, and a deadlock, are faults and stay what they are.
        if not isinstance(error.orig, psycopg.OperationalError):
            raise
        state = error.orig.sqlstate
        if state is not None and not state.startswith(_AWAY_STATES):
            raise
        said = " ".join(str(error.orig).split())
        raise DatabaseAwayError(said) from error


def _postgresql_engine(url: str) -> Engine:
    return create_engine(url, pool_size=10, max_overflow=20, pool_pre_ping=True)


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={_BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # what was erased is overwritten, not only unlinked
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
