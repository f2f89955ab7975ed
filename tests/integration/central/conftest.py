"""A centre on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from central.beginning import make_ready
from central.database import Database
from tests.unit.central.conftest import NOON, World, make_world


@pytest.fixture
def world(postgresql_url: str, tmp_path: Path) -> Iterator[World]:
    """A centre on PostgreSQL."""
    database = Database(postgresql_url)
    make_ready(database, now=NOON)
    database.close()
    yield from make_world(postgresql_url, tmp_path)


@pytest.fixture
def sqlite_world(tmp_path: Path) -> Iterator[World]:
    """A centre on SQLite, beside PostgreSQL."""
    url = f"sqlite:///{tmp_path / 'centre.db'}"
    database = Database(url)
    make_ready(database, now=NOON)
    database.close()
    yield from make_world(url, tmp_path)
