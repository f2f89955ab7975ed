"""A private PostgreSQL 15 for the tests: Debian's programs, a folder of its own, one Unix socket.

Nothing listens on the network and nothing of the machine's own cluster is touched. PostgreSQL
refuses to run as root, so there it runs as Debian's user `postgres`.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

_PROGRAMS = Path("/usr/lib/postgresql/15/bin")
_ROLE = "bangbangui"
_START_TIMEOUT_S = 120.0


class PostgreSQLError(Exception):
    """The private server did not start; carries what it wrote."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, reached through the socket in `folder`."""

    folder: Path

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of one database."""
        return f"postgresql+psycopg://{_ROLE}@/{database}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """Run one statement in the maintenance database, outside a transaction."""
        with self._connect() as connection:
            connection.execute(statement.encode())

    @contextlib.contextmanager
    def database(self, *, like: str = "template1") -> Iterator[str]:
        """Give the address of a database of its own, a copy of another, dropped afterwards."""
        name = f"test_{uuid.uuid4().hex}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
        yield self.url(name)
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def is_ready(self) -> bool:
        """Say whether the server takes connections."""
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.folder), user=_ROLE, dbname="postgres", autocommit=True
        )


@contextlib.contextmanager
def private_server() -> Iterator[Server]:
    """Start a server with an empty cluster and stop it, by its process id, at the end.

    Raises:
        PostgreSQLError: the programs are missing, or the server did not come up in time.
    """
    if not (_PROGRAMS / "postgres").exists():
        raise PostgreSQLError(
            f"no {_PROGRAMS}/postgres: install Debian's postgresql-15 (./run test does), "
            "or leave these tests out with -m 'not needs_postgresql'"
        )
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="bangbangui-pg-"))
    try:
        if user is not None:
            os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
        _make_cluster(folder, user)
        with _running(folder, user) as server:
            yield server
    finally:
        shutil.rmtree(folder)


def _make_cluster(folder: Path, user: str | None) -> None:
    words = ["--auth=trust", f"--username={_ROLE}", "--encoding=UTF8", "--locale=C.UTF-8"]
    done = subprocess.run(
        [_PROGRAMS / "initdb", "--no-sync", *words, folder / "data"],
        user=user,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PostgreSQLError(done.stderr)


@contextlib.contextmanager
def _running(folder: Path, user: str | None) -> Iterator[Server]:
    log = folder / "log"
    # The data is thrown away: what keeps it safe and tidy would only cost time.
    where = ("listen_addresses=", f"unix_socket_directories={folder}")
    words = [
        word for setting in ("fsync=off", "autovacuum=off", *where) for word in ("-c", setting)
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [_PROGRAMS / "postgres", "-D", folder / "data", *words],
            user=user,
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        server = Server(folder)
        _await_ready(server, process, log)
        yield server
    finally:
        process.send_signal(signal.SIGINT)  # PostgreSQL's "fast" stop: does not wait for clients
        process.wait()


def _await_ready(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while not server.is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise PostgreSQLError(log.read_text())
        time.sleep(0.02)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """A running private server, for the whole test run."""
    with private_server() as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql_server: Server) -> Iterator[str]:
    """The SQLAlchemy address of a fresh, empty database, dropped after the test."""
    with postgresql_server.database() as url:
        yield url
