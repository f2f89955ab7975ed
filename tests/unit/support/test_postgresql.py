"""The private PostgreSQL gives each test an empty database of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import text

from tests.support import postgresql
from tests.support.postgresql import PostgreSQLError, Server, private_server


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_an_empty_database(postgresql_url: str, turn: int) -> None:
    engine = sqlalchemy.create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE box (number INTEGER)"))
        connection.execute(text("INSERT INTO box VALUES (:n)"), {"n": turn})
        assert connection.execute(text("SELECT number FROM box")).scalar_one() == turn
    engine.dispose()


def test_server_is_postgresql_15_and_deaf_to_the_network(postgresql_url: str) -> None:
    engine = sqlalchemy.create_engine(postgresql_url)
    with engine.connect() as connection:
        assert connection.execute(text("SHOW server_version_num")).scalar_one().startswith("15")
        assert connection.execute(text("SHOW listen_addresses")).scalar_one() == ""
    engine.dispose()


def test_server_is_gone_at_the_end(postgresql_server: Server) -> None:
    with private_server() as other:
        assert other.is_ready()
        assert other.folder != postgresql_server.folder
    assert not other.folder.exists()
    assert not other.is_ready()


def test_missing_programs_are_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(postgresql, "_PROGRAMS", tmp_path)
    with pytest.raises(PostgreSQLError, match="install Debian's postgresql-15"), private_server():
        pass
