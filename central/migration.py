"""Brings a database's schema up to date with Alembic. Knows no table.

There is no way back: a revision may drop what an earlier one needs. Who wants the version of
before restores the backup of before (`central.backup`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text

from central.database import Database

_LOCK = 0x626267
"""PostgreSQL's advisory lock: two processes that start together migrate one after the other."""


class MigrationError(Exception):
    """A migration would leave rows that point nowhere; carries them, and nothing was changed."""

    def __init__(self, rows: Sequence[Any]) -> None:
        super().__init__(f"rows that point nowhere after the migration: {list(rows)[:5]}")
        self.rows = rows


class NewerSchemaError(Exception):
    """The rows are of a newer version of this program, which alone knows their schema."""

    def __init__(self) -> None:
        super().__init__(
            "a newer version of this program made this schema: install that version again, or "
            "restore a backup of before the upgrade into a new database"
        )


def upgrade(database: Database, *, revision: str = "head") -> None:
    """Bring the schema to a revision; at once where it is there already.

    Raises NewerSchemaError where the database, or `revision`, is of a version that comes later.
    """
    with _ready(database) as connection:
        try:
            command.upgrade(_config(connection), revision)
        except CommandError as error:
            raise NewerSchemaError from error


@contextlib.contextmanager
def _ready(database: Database) -> Iterator[Connection]:
    """Give a connection in one transaction.

    Alembic changes a table on SQLite by making it anew, which the foreign keys of its rows forbid:
    they rest meanwhile and are checked at the end.
    """
    with database.engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        if database.is_sqlite:
            raw.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                _lock(connection)
                yield connection
                if database.is_sqlite:
                    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                    if broken:
                        raise MigrationError(broken)
        finally:
            if database.is_sqlite:
                raw.execute("PRAGMA foreign_keys=ON")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
