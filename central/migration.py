"""Brings a database's schema up to date with Alembic. Knows no table."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from central.database import Database

_LOCK = 0x626267
"""PostgreSQL's advisory lock: two processes that start together migrate one after the other."""


def upgrade(database: Database, *, revision: str = "head") -> None:
    """Bring the schema to a revision; at once where it is there already."""
    with database.engine.connect() as connection, connection.begin():
        _lock(connection)
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, *, revision: str) -> None:
    """Take the schema back to an earlier revision."""
    with database.engine.connect() as connection, connection.begin():
        _lock(connection)
        command.downgrade(_config(connection), revision)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
