"""A served centre whose clock the test moves, and cabinets that are enrolled there."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from sqlmodel import col, select

from central.app import make_app
from central.operation import enrolment
from central.record.cabinet import Cabinet, CabinetEvent
from locker.enrolment import enrol_cabinet
from locker.identity import Identity
from locker.settings import load_settings
from tests.unit.central.conftest import FakeClock, World, empty_database, make_world, world
from tests.unit.locker.written_cabinet import FakeTime, WrittenCabinet

__all__ = ["empty_database", "make_world", "world"]


class SharedTime(FakeTime):
    """The cabinet's clocks; the centre's goes with them."""

    centre: FakeClock

    def push(self, seconds: float) -> None:
        super().push(seconds)
        self.centre.at += seconds


@dataclass
class Line:
    """The served centre, and how it is cut off."""

    world: World
    url: str
    dead_url: str

    def cabinet(
        self, folder: Path, short: str = "7", *, layout: str = "runyuan-24"
    ) -> SyncedCabinet:
        """Make a cabinet at the centre, and its state folder; it is not enrolled yet."""
        with self.world.centre.database.writing() as session:
            place = enrolment.Place(short, "润园社区", "居委会门口", "0311-00000000")
            row = enrolment.create_cabinet(session, place, now=self.world.clock.at)
            assert isinstance(row, Cabinet)
            cabinet = row.id
        time_of = SharedTime()
        time_of.centre = self.world.clock
        time_of.wall.now_s = self.world.clock.at
        return SyncedCabinet(self, cabinet, folder, time_of, layout)

    def events(self, cabinet: str) -> list[CabinetEvent]:
        """Give what the centre has of a cabinet, in order of arrival."""
        with self.world.centre.database.reading() as session:
            rows = select(CabinetEvent).where(CabinetEvent.cabinet == cabinet)
            return list(session.exec(rows.order_by(col(CabinetEvent.id))))


class SyncedCabinet:
    """A state folder that may be enrolled, started, copied and put back."""

    def __init__(
        self, line: Line, cabinet: str, folder: Path, time_of: FakeTime, layout: str
    ) -> None:
        self.line, self.id, self.folder, self.time = line, cabinet, folder, time_of
        folder.mkdir(parents=True, exist_ok=True)
        self.settings = folder / "settings.toml"
        self.settings.write_text(
            f'state_dir = "state"\nrun_dir = "run"\nlayout = "{layout}"\n'
            '[[bus]]\nport = "none"\n[scanner]\nport = ""\n'
        )
        self.running: WrittenCabinet | None = None

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def enrol(self, *, new_keys: bool = False, code: str = "") -> None:
        """Enrol with a fresh code, or this one, by the product's own command."""
        with self.line.world.centre.database.writing() as session:
            code = code or enrolment.new_code(session, self.id, now=self.line.world.clock.at)
        enrol_cabinet(
            load_settings(self.settings), centre=self.line.url, code=code, version="test",
            new_keys=new_keys,
        )  # fmt: skip

    def start(self, *, online: bool = True) -> WrittenCabinet:
        """Come up, and take what the centre has to say."""
        made = WrittenCabinet(self.state, self.time, identity=Identity.load(self.state))
        made.start(url=self.line.url if online else self.line.dead_url)
        self.running = made
        if online:
            made.ask_news()
        return made

    def end(self) -> None:
        if self.running is not None:
            self.running.end()
            self.running = None


@pytest.fixture
def line(world: World) -> Iterator[Line]:
    """Serve the centre of `world` on loopback."""
    config = uvicorn.Config(make_app(world.centre), port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    with socket.socket() as deaf:  # nobody else's while it is bound; who calls is refused
        deaf.bind(("127.0.0.1", 0))
        served, dead = (one.getsockname()[1] for one in (listening, deaf))
        yield Line(world, f"http://127.0.0.1:{served}", f"http://127.0.0.1:{dead}")
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture
def make_cabinet(line: Line, tmp_path: Path) -> Iterator[Callable[[str], SyncedCabinet]]:
    """Make cabinets; those that run are ended."""
    made: list[SyncedCabinet] = []

    def make(short: str = "7") -> SyncedCabinet:
        made.append(line.cabinet(tmp_path / f"cabinet-{short}", short))
        return made[-1]

    yield make
    for cabinet in made:
        with contextlib.suppress(Exception):
            cabinet.end()
