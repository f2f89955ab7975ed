"""`bangbangui central serve` as real processes, told to stop while a cabinet waits."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from tests.support.port import free_port
from tests.unit.central.fake_cabinet import FakeCabinet

PROGRAM = (sys.executable, "-m", "locker", "central")
HELD_S, SOON_S = 45, 20
"""How long a question for news is held, and by when a word of the database has ended it."""
PLACE = ("--short", "7", "--community", "润园社区", "--site", "门口", "--telephone", "0311")


@dataclass(frozen=True)
class Served:
    """A running server and the words that every command of it takes."""

    process: subprocess.Popen[bytes]
    url: str
    database: str
    data: Path
    log: Path

    def say(self, *words: str) -> dict[str, str]:
        done = subprocess.run(
            [*PROGRAM, *words, "--database", self.database, "--json"],
            check=True,
            capture_output=True,
        )
        answer: dict[str, str] = json.loads(done.stdout)
        return answer

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait()


@contextlib.contextmanager
def serve(database: str, folder: Path, *words: str) -> Iterator[Served]:
    """Start a server and wait until it answers."""
    port = free_port()
    url, log = f"http://127.0.0.1:{port}", folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*PROGRAM, "serve", "--database", database, "--data", str(folder / "keys"),
             "--public-url", url, "--port", str(port), *words],
            stdout=output, stderr=output, env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
    served = Served(process, url, database, folder / "keys", log)
    try:
        while not _answers(url):
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        yield served
    finally:
        if process.poll() is None:
            served.stop()


def _answers(url: str) -> bool:
    try:
        asked = [httpx2.request(how, f"{url}/healthz") for how in ("HEAD", "GET")]
        return [(answer.status_code, answer.text) for answer in asked] == [(200, ""), (200, "ok")]
    except httpx2.TransportError:
        return False


def waiting_cabinet(served: Served) -> tuple[FakeCabinet, threading.Thread, list[str]]:
    """Enrol a cabinet and let it wait for news."""
    made = served.say("create-cabinet", *PLACE)
    cabinet = FakeCabinet(httpx2.Client(base_url=served.url, timeout=60), time.time())
    cabinet.enrol(made["enrolment_code"])
    cabinet.log_in()
    heard: list[str] = []
    start = cabinet.news().n

    def wait() -> None:
        try:
            heard.extend(item.item["item"] for item in cabinet.news(start, wait=HELD_S).items)
        except (httpx2.TransportError, AssertionError):
            heard.append("line lost")

    waiting = threading.Thread(target=wait)
    waiting.start()
    return cabinet, waiting, heard


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Served]:
    """A server on SQLite."""
    with serve(f"sqlite:///{tmp_path / 'c.db'}", tmp_path) as served:
        yield served


@pytest.fixture
def two_workers(postgresql_url: str, tmp_path: Path) -> Iterator[Served]:
    """A server with two workers on PostgreSQL."""
    with serve(postgresql_url, tmp_path, "--workers", "2") as served:
        yield served


@pytest.mark.parametrize("kind", ["sqlite", "two_workers"])
def test_a_badge_made_by_a_command_reaches_a_cabinet_that_waits(
    request: pytest.FixtureRequest, kind: str
) -> None:
    served: Served = request.getfixturevalue(kind)
    cabinet, waiting, heard = waiting_cabinet(served)
    badge = ("--login", "zhiban", "--name", "值班员", "--password", "long enough", "--pin", "2468")
    served.say("create-staff", "--data", str(served.data), *badge)
    waiting.join(timeout=SOON_S)
    assert heard == ["staff"]
    cabinet.client.close()


def test_a_server_that_is_told_to_stop_does_so_while_a_cabinet_waits(sqlite: Served) -> None:
    cabinet, waiting, _ = waiting_cabinet(sqlite)
    assert sqlite.stop() in {0, -signal.SIGTERM}
    waiting.join(timeout=60)
    cabinet.client.close()
    assert "Traceback" not in sqlite.log.read_text()


def test_the_key_files_are_shut_to_others(sqlite: Served) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in sqlite.data.glob("*.key")}
    assert modes == {"master.key": 0o600, "signing.key": 0o600}
    assert sqlite.data.stat().st_mode & 0o777 == 0o700


def test_a_command_given_at_one_server_reaches_a_cabinet_that_waits_at_another(
    postgresql_url: str, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    with serve(postgresql_url, tmp_path) as here:
        shutil.copytree(tmp_path / "keys", tmp_path / "other" / "keys")
        with serve(postgresql_url, tmp_path / "other") as there:
            cabinet, waiting, heard = waiting_cabinet(here)
            token = cabinet.presence()
            scanned = httpx2.get(f"{there.url}/s/{cabinet.id}", params={"t": token}, timeout=60)
            assert scanned.status_code == 303
            waiting.join(timeout=SOON_S)
            assert heard == ["phone"]
    cabinet.client.close()
