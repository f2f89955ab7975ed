"""A centre in one process, over a database of its own, with a clock that stands still."""

from __future__ import annotations

import contextlib
import functools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine, event

from central.app import make_app
from central.beginning import make_ready
from central.centre import Centre
from central.database import Database
from central.notice_settings import NoticeSettings
from central.operation import enrolment
from central.operation import staff as staff_members
from central.operation.role import Role
from central.provider.answer import Answer, Channel, Message, Outcome
from central.record.cabinet import Cabinet
from central.settings import read_settings
from locker.contract import digest
from tests.unit.central.fake_cabinet import FakeCabinet

PUBLIC_URL = "http://testserver"
PASSWORD = "long enough"
NOON = 1_800_000_000.0


@dataclass
class FakeClock:
    """Stands still until it is moved."""

    at: float = NOON

    def now(self) -> float:
        return self.at


@dataclass
class FakeChannel:
    """Keeps what would have been sent; accepts it, unless `answers` say otherwise."""

    name: str = "fake"
    able: bool = True
    sent: list[Message] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    receipts: list[Answer | None] = field(default_factory=list)

    def can(self, message: Message) -> bool:
        return self.able

    def send(self, message: Message, *, now: float) -> Answer:
        self.sent.append(message)
        return self.answers.pop(0) if self.answers else Answer(Outcome.ACCEPTED)

    def ask(self, message: Message, *, sent_at: float, now: float) -> Answer | None:
        return self.receipts.pop(0)


@dataclass
class World:
    """A centre, its clock and its channel, and the ways in."""

    centre: Centre
    clock: FakeClock
    channel: FakeChannel
    app: TestClient

    def browser(self) -> TestClient:
        """Open a browser of its own: no cookie, and no redirect followed unseen."""
        browser = TestClient(self.app.app, base_url=PUBLIC_URL, follow_redirects=False)
        browser.portal = self.app.portal  # one event loop for all, not one a request
        return browser

    def browser_with_cookie(self) -> TestClient:
        """Open a browser that has seen a page."""
        browser = self.browser()
        browser.get("/")
        return browser

    def enrolled_cabinet(self, short: str = "7") -> FakeCabinet:
        with self.centre.database.writing() as session:
            place = enrolment.Place(short, "润园社区", "居委会门口", "0311-00000000")
            row = enrolment.create_cabinet(session, place, now=self.clock.at)
            assert isinstance(row, Cabinet)
            code = enrolment.new_code(session, row.id, now=self.clock.at)
        cabinet = FakeCabinet(self.app, self.clock.at)
        cabinet.enrol(code)
        cabinet.log_in()
        return cabinet

    def staff(
        self, login: str = "zhiban", password: str = PASSWORD, *, role: Role = Role.ADMINISTRATOR
    ) -> str:
        with self.centre.database.writing() as session:
            new = staff_members.NewStaff(login, "值班员", password, role)
            person = staff_members.create(session, new, now=self.clock.at)
            assert not isinstance(person, str)
            return person.id


class WarmEngine:
    """An SQLite engine that goes from test to test, each with a file of its own.

    SQLAlchemy keeps what it compiled with the engine. A new one a test, which compiles every
    statement anew, is a third of the time of a test that asks for pages.
    """

    def __init__(self) -> None:
        """Make the engine; it opens nothing before it is lent."""
        self.engine: Engine = Database("sqlite:///lent").engine
        self._file: str | None = None
        event.listen(self.engine, "do_connect", self._connect_here)

    @contextlib.contextmanager
    def lent_to(self, database: Database) -> Iterator[None]:
        """Lend it, unless it is PostgreSQL's or lent already: then it keeps its own."""
        if not database.is_sqlite or self._file:
            yield
            return
        self._file = database.engine.url.database
        database.engine = self.engine
        try:
            yield
        finally:
            self.engine.dispose()
            self._file = None

    def _connect_here(
        self, _dialect: object, _record: object, arguments: list[str], _keys: object
    ) -> None:
        assert self._file, "a connection to a test's database after the test"
        arguments[:] = [self._file]


@functools.cache
def warm_engine() -> WarmEngine:
    """Give this process's one."""
    return WarmEngine()


@contextlib.contextmanager
def _no_round() -> Iterator[None]:
    """Let the application do nothing by the true clock: a test of some seconds would meet it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("central.app.ROUND_S", 1e9)
        yield


def make_world(url: str, folder: Path, *ways: Channel) -> Iterator[World]:
    settings = read_settings(database=url, data=folder / "keys", public_url=PUBLIC_URL, demo=True)
    clock, channel = FakeClock(), FakeChannel()
    centre = Centre.open(
        settings, clock=clock, notices=NoticeSettings((channel, *ways), quiet=None)
    )
    with (
        _no_round(),
        warm_engine().lent_to(centre.database),
        TestClient(make_app(centre), base_url=PUBLIC_URL, follow_redirects=False) as app,
    ):
        yield World(centre, clock, channel, app)


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let passwords, codes and badges cost nothing: how slow they are is not asked here."""
    quick = PasswordHash([Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)])
    monkeypatch.setattr(PasswordHash, "recommended", lambda: quick)
    monkeypatch.setattr(digest, "SCRYPT_N", 2)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema and nothing in it, made once."""
    path = tmp_path_factory.mktemp("centre") / "empty.db"
    database = Database(f"sqlite:///{path}")
    make_ready(database, now=NOON)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def world(tmp_path: Path, empty_database: Path) -> Iterator[World]:
    """A centre on SQLite."""
    shutil.copy(empty_database, tmp_path / "centre.db")
    yield from make_world(f"sqlite:///{tmp_path / 'centre.db'}", tmp_path)


@pytest.fixture
def cabinet(world: World) -> FakeCabinet:
    """A cabinet that is enrolled and logged in."""
    return world.enrolled_cabinet()
