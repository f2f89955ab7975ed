"""A real centre for the figures: `bangbangui central serve` as a process, on either database."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import requests

from central.database import Database
from central.key import KeyRing, digest
from central.record.cabinet import Cabinet, CabinetSession, Journal
from locker.contract.chain import GENESIS
from locker.demo.stage import free_port

_READY_S = 60.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running process that answers at `url`."""

    process: subprocess.Popen[bytes]
    url: str


@contextlib.contextmanager
def running(words: list[str], url: str, log: Path) -> Iterator[Served]:
    """Start a server, wait until /healthz answers, and end it."""
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, *words], stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + _READY_S
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text("utf-8", errors="replace")[-2000:])
            time.sleep(0.05)
        yield Served(process, url)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


@contextlib.contextmanager
def centre(database: str, folder: Path, *, workers: int = 1) -> Iterator[Served]:
    """Serve a centre."""
    url = f"http://127.0.0.1:{free_port()}"
    words = [
        "-m", "locker", "central", "serve", "--database", database, "--data", str(folder / "keys"),
        "--public-url", url, "--port", url.rsplit(":", 1)[1], "--workers", str(workers),
    ]  # fmt: skip
    with running(words, url, folder / "centre.log") as served:
        yield served


def tokens(database: Database, keys: KeyRing, count: int, *, now: float) -> dict[str, str]:
    """Put enrolled and logged-in cabinets into a database; give id and token of each."""
    made = {f"c{number:09d}": f"token-{number}" for number in range(count)}
    with database.writing() as session:
        for number, (cabinet, token) in enumerate(made.items()):
            session.add(
                Cabinet(
                    id=cabinet, short=f"B{number}", community="c", site="s", telephone="1",
                    created_at=now, enrolled_at=now, journal="j1", login_key=keys.public.key,
                )
            )  # fmt: skip
            session.flush()
            session.add(
                CabinetSession(digest=digest(token), cabinet=cabinet, expires_at=now + 36000)
            )
            session.add(
                Journal(cabinet=cabinet, journal="j1", number=1, head_hash=GENESIS, first_at=now)
            )
    return made


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=5).status_code == 200
    except requests.RequestException:
        return False
