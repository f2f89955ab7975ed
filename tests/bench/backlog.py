"""`backlog`: a long outbox drains to a local centre while its cabinet, and another, serve.

Real processes: the centre on SQLite, the daemon on the simulated board. The other cabinet waits for
news; every few seconds a resident of its own asks for a door by phone, and the time until the
command is there is taken. Floor of the rate: posts of the same events, made before, sent one after
the other to a fresh centre by one connection, with no journal and no daemon.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx2

from drivers.simulator.control import SimulatorClient
from locker.contract.centre import EVENTS_PER_POST, EventsPost, WireEntry
from locker.demo.part import Part, run_once
from locker.demo.stage import free_port
from locker.enrolment import enrol_cabinet
from locker.identity import Identity
from locker.journal.outbox import Outbox
from locker.settings import load_settings
from tests.bench.bystander import Bystander
from tests.bench.figure import Figure, percentile
from tests.bench.glass_line import GlassLine
from tests.bench.history import DOORS
from tests.bench.library import memory_of
from tests.bench.rig import Rig, Size

FLOOR_POSTS = 25
LOOK_S = 0.5
OPEN_S = 2.0
"""A contact that blips more shortly is doubted."""
SERVE_EVERY = 6
PLACE = ("--community", "润园社区", "--site", "门口", "--telephone", "0311-00000000")


@dataclass(slots=True)
class Centre:
    """A centre process on a fresh SQLite file."""

    folder: Path
    part: Part
    url: str

    @classmethod
    def start(cls, folder: Path) -> Centre:
        """Start one and wait until it answers."""
        folder.mkdir(parents=True)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        words = ["central", "serve", "--database", f"sqlite:///{folder / 'c.db'}"]
        words += ["--data", str(folder / "keys"), "--public-url", url, "--port", str(port)]
        made = cls(folder, Part("centre", words, log=folder / "centre.log"), url)
        made.part.start(ready=made.answers, timeout_s=60)
        return made

    def answers(self) -> bool:
        try:
            return bool(httpx2.get(f"{self.url}/healthz", timeout=5).status_code == 200)
        except httpx2.HTTPError:
            return False

    def new_cabinet(self, short: str) -> tuple[str, str]:
        """Make a cabinet; give its id and its enrolment code."""
        place = ["--database", f"sqlite:///{self.folder / 'c.db'}", "--short", short, *PLACE]
        lines = run_once(["central", "create-cabinet", *place], timeout_s=60).splitlines()
        told = dict(line.split(": ", 1) for line in lines)
        return told["cabinet"], told["enrolment_code"]

    def has(self, cabinet: str) -> int:
        """Give how many events of a cabinet are durable there."""
        with sqlite3.connect(f"file:{self.folder / 'c.db'}?mode=ro", uri=True) as reading:
            count = "SELECT coalesce(sum(head_sequence), 0) FROM journal WHERE cabinet = ?"
            found: int = reading.execute(count, (cabinet,)).fetchone()[0]
        reading.close()
        return found


def measure(directory: Path, say: Callable[[str], None]) -> list[Figure]:
    """Let a backlog of 100,000 events drain, and give the figures."""
    return drain(directory, Size().events, say)


def drain(directory: Path, events: int, say: Callable[[str], None]) -> list[Figure]:
    """Let a backlog of so many events drain, and give the figures."""
    shutil.rmtree(directory, ignore_errors=True)
    say(f"backlog: a journal of {events:,} events is being written")
    rig = Rig(directory / "cabinet", Size(events=events, typed=1))
    centre = Centre.start(directory / "centre")
    try:
        floor = _floor(Centre.start(directory / "floor"), rig)
        say(f"backlog: the floor is {floor:.0f} events a second")
        return _drain(rig, centre, floor, say)
    finally:
        centre.part.stop()
        rig.close()


def _drain(rig: Rig, centre: Centre, floor: float, say: Callable[[str], None]) -> list[Figure]:
    cabinet, code = centre.new_cabinet("7")
    enrol_cabinet(load_settings(rig.settings), centre=centre.url, code=code, version="bench")
    rig.use_centre(centre.url)
    bystander = Bystander(centre.url, *centre.new_cabinet("8"))
    simulator = rig.start_simulator()
    daemon, _ = rig.launch_daemon()
    opened, first, looked = 0, (0.0, 0.0), 0
    bystander.start_asking()
    begun_s = time.monotonic()
    try:
        with rig.connect()[0] as glass:
            while centre.has(cabinet) < rig.size.events:
                time.sleep(LOOK_S)
                looked += 1
                if looked % SERVE_EVERY == 0:
                    opened += 1
                    _serve(rig, simulator, glass, door=opened % DOORS + 1)
                if looked == 2 * SERVE_EVERY:
                    first = _held(daemon, centre)
                if looked % 60 == 0:
                    say(f"backlog: {centre.has(cabinet):,} events are there")
        took_s = time.monotonic() - begun_s
        last = _held(daemon, centre)
        bystander.finish()
    finally:
        bystander.close()
        simulator.close()
        rig.stop_all()
    rate, waits = rig.size.events / took_s, bystander.waits_s
    beside = f"{rig.size.events:,} events in {took_s:.0f} s; {opened} doors opened meanwhile"
    return [
        Figure("backlog.rate", rate, "1/s", floor, beside),
        Figure("backlog.100000", 100_000 / rate / 60, "min", None, "aim: 15 min"),
        Figure(
            "backlog.command", percentile(waits, 100), "s", None,
            f"slowest of {len(waits)} commands for the other cabinet; aim: 1 s",
        ),
        Figure("backlog.daemon", last[0], "MB", first[0] or None, "RSS at the end, and early on"),
        Figure("backlog.centre", last[1], "MB", first[1] or None, "RSS at the end, and early on"),
    ]  # fmt: skip


def _serve(rig: Rig, simulator: SimulatorClient, glass: GlassLine, *, door: int) -> None:
    """Let a door be opened by hand and see that the glass is told: the cabinet serves."""
    place = rig.wiring.doors[door]
    simulator.open_by_hand(*place)
    glass.wait_for(lambda told: door in told["open_doors"], what="a door opened", timeout_s=20)
    time.sleep(OPEN_S)
    simulator.shut(*place)
    glass.wait_for(lambda told: door not in told["open_doors"], what="it shut", timeout_s=20)


def _held(daemon: Part, centre: Centre) -> tuple[float, float]:
    return memory_of(daemon.pid).rss_mb, memory_of(centre.part.pid).rss_mb


def _floor(centre: Centre, rig: Rig) -> float:
    """Give the events a second that one connection gets rid of, with nothing else to do."""
    cabinet, code = centre.new_cabinet("7")
    settings = load_settings(rig.settings)
    enrol_cabinet(settings, centre=centre.url, code=code, version="bench")
    bystander = Bystander.of(centre.url, cabinet, Identity.load(settings.state_dir))
    outbox, row, count = Outbox(rig.journal), 0, 0
    bodies: list[str] = []
    while len(bodies) < FLOOR_POSTS and (batch := outbox.after(row, limit=EVENTS_PER_POST)):
        wire = tuple(WireEntry.of(entry) for entry in batch.entries)
        bodies.append(EventsPost(journal=batch.journal, events=wire).model_dump_json())
        row, count = batch.row, count + len(wire)
    outbox.close()
    begun_s = time.monotonic()
    for body in bodies:
        bystander.post(body)
    took_s = time.monotonic() - begun_s
    bystander.close()
    centre.part.stop()
    return count / took_s
