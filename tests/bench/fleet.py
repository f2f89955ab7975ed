"""`fleet`: five hundred cabinets wait for news at one centre; one at a time gets something.

The news is the shared word that a scan before the glass sends there: from the phone's request to
the cabinet's answer read. Memory: what the server holds more than before anybody waited.
"""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from central.beginning import make_ready
from central.database import Database
from central.key import KeyRing, encode
from locker.contract.credential import PRESENCE_STEP_S, presence_message
from tests.bench.figure import Figure, median, percentile
from tests.bench.library import memory_of
from tests.bench.served import centre, tokens
from tests.support.postgresql import private_server

CABINETS, SCANS, WAIT_S = 500, 200, 45
AIM_S = 1.0
SEED = 20


@dataclass(slots=True)
class Seat:
    """One cabinet that waits: its number of the last news, and when the next was read."""

    cabinet: str
    token: str
    after: int = 0
    heard: asyncio.Event | None = None
    heard_s: float = 0.0


def measure(say: Callable[[str], None]) -> list[Figure]:
    """Measure on SQLite with one worker, and on PostgreSQL with two."""
    figures = []
    with tempfile.TemporaryDirectory(prefix="bbg-bench-") as name, private_server() as server:
        for kind, workers in (("sqlite", 1), ("postgresql", 2)):
            folder = Path(name) / kind
            folder.mkdir()
            address = f"sqlite:///{folder / 'c.db'}"
            if kind == "postgresql":
                server.execute("CREATE DATABASE bench")
                address = server.url("bench")
            figures += _measure(kind, address, folder, workers)
            say(f"fleet: {kind}")
    return figures


def _measure(kind: str, address: str, folder: Path, workers: int) -> list[Figure]:
    now = time.time()
    database, keys = Database(address), KeyRing.open(folder / "keys")
    make_ready(database, now=now)
    made = tokens(database, keys, CABINETS, now=now)
    database.close()
    seats = [Seat(cabinet, token) for cabinet, token in made.items()]
    with centre(address, folder, workers=workers) as served:
        before_mb = memory_of(served.process.pid).rss_mb
        port = int(served.url.rsplit(":", 1)[1])
        took_s, during_mb = asyncio.run(
            _play(port, seats, keys, held=lambda: memory_of(served.process.pid).rss_mb)
        )
    note = f"{CABINETS} wait, {workers} worker(s), {SCANS} scans"
    found = [
        Figure(f"fleet.{kind}.median", 1000 * median(took_s), "ms", note=note),
        Figure(
            f"fleet.{kind}.p99", 1000 * percentile(took_s, 99), "ms",
            note=f"aim: {1000 * AIM_S:.0f} ms",
        ),
    ]  # fmt: skip
    if workers == 1:
        each_kb = 1000 * (during_mb - before_mb) / CABINETS
        found.append(Figure(f"fleet.{kind}.memory", each_kb, "kB", note="RSS a waiting cabinet"))
    return found


async def _play(
    port: int, seats: list[Seat], keys: KeyRing, *, held: Callable[[], float]
) -> tuple[list[float], float]:
    waiting = [asyncio.create_task(_wait(port, seat)) for seat in seats]
    while any(seat.heard is None for seat in seats):  # noqa: ASYNC110  (500 first answers)
        await asyncio.sleep(0.05)
    await asyncio.sleep(1.0)
    during_mb = held()
    dice = random.Random(SEED)
    took_s = []
    for _ in range(SCANS):
        seat = dice.choice(seats)
        assert seat.heard is not None
        seat.heard.clear()
        begun_s = time.monotonic()
        await _scan(port, seat.cabinet, keys)
        await asyncio.wait_for(seat.heard.wait(), 30)
        took_s.append(seat.heard_s - begun_s)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    return took_s, during_mb


async def _wait(port: int, seat: Seat) -> None:
    """Ask for news over and over on one connection, as a cabinet does."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while True:
            wait = WAIT_S if seat.heard is not None else 0
            path = f"/v1/news?after={seat.after}&wait={wait}"
            head = f"Host: x\r\nAuthorization: Bearer {seat.token}"
            body = await _ask(reader, writer, f"GET {path} HTTP/1.1\r\n{head}\r\n\r\n")
            answer = json.loads(body)
            seat.after = answer["n"]
            seat.heard_s = time.monotonic()
            if seat.heard is None:
                seat.heard = asyncio.Event()
            elif answer["items"]:
                seat.heard.set()
    finally:
        writer.close()


async def _scan(port: int, cabinet: str, keys: KeyRing) -> None:
    step = int(time.time() // PRESENCE_STEP_S)
    token = f"{step}.{encode(keys.signing.sign(presence_message(cabinet, step)))}"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _ask(reader, writer, f"GET /s/{cabinet}?t={token} HTTP/1.1\r\nHost: x\r\n\r\n")
    writer.close()


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: str) -> bytes:
    writer.write(request.encode())
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    status = head.split(" ", 2)[1]
    if status not in {"200", "303"}:
        raise RuntimeError(head)
    length = next(
        int(line.split(":")[1]) for line in head.split("\r\n") if line.startswith("content-length")
    )
    return await reader.readexactly(length)
