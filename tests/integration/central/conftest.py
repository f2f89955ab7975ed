"""A centre on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from central.beginning import make_ready
from central.database import Database
from tests.support.postgresql import Server
from tests.unit.central.conftest import NOON, World, make_world


@pytest.fixture(scope="session")
def ready_postgresql(postgresql_server: Server) -> str:
    """The name of a database with the schema and the first catalogue, of which tests get copies."""
    postgresql_server.execute("CREATE DATABASE ready")
    database = Database(postgresql_server.url("ready"))
    make_ready(database, now=NOON)
    database.close()
    return "ready"


@pytest.fixture
def world(postgresql_server: Server, ready_postgresql: str, tmp_path: Path) -> Iterator[World]:
    """A centre on PostgreSQL."""
    with postgresql_server.database(like=ready_postgresql) as url:
        yield from make_world(url, tmp_path)


@pytest.fixture
def sqlite_world(tmp_path: Path) -> Iterator[World]:
    """A centre on SQLite, beside PostgreSQL."""
    url = f"sqlite:///{tmp_path / 'centre.db'}"
    database = Database(url)
    make_ready(database, now=NOON)
    database.close()
    yield from make_world(url, tmp_path)
