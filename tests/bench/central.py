"""`central`: events a second that a centre takes, stores, verifies and folds into its books.

Eight cabinets post whole deposits, fifty events a post, to a real server; the floor is a bare route
that inserts the same events with the driver, by the same posts, in the same run.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import requests

from central.beginning import make_ready
from central.database import Database
from central.key import KeyRing
from locker.contract import event as told
from locker.contract.centre import EventsPost, WireEntry
from locker.contract.chain import GENESIS, Entry, Stamp, seal
from locker.contract.vocabulary import CredentialKind, DoorState, Purpose, VisitOutcome
from locker.demo.stage import free_port
from tests.bench.figure import Figure
from tests.bench.served import centre, running, tokens
from tests.support.postgresql import private_server

LINES, BATCH, POSTS = 8, 50, 12
AIM = 150


def measure(say: Callable[[str], None]) -> list[Figure]:
    """Measure on both databases."""
    figures = []
    with tempfile.TemporaryDirectory(prefix="bbg-bench-") as name, private_server() as server:
        for kind in ("sqlite", "postgresql"):
            folder = Path(name) / kind
            folder.mkdir()
            if kind == "sqlite":
                address, bare = f"sqlite:///{folder / 'c.db'}", f"sqlite:///{folder / 'bare.db'}"
            else:
                server.execute("CREATE DATABASE bench")
                address = bare = server.url("bench")
            figures.append(_measure(kind, address, bare, folder))
            say(f"central: {kind}")
    return figures


def _measure(kind: str, address: str, bare: str, folder: Path) -> Figure:
    now = time.time()
    database = Database(address)
    make_ready(database, now=now)
    cabinets = tokens(database, KeyRing.open(folder / "keys"), LINES, now=now)
    database.close()
    posts = {cabinet: _posts(cabinet, now) for cabinet in cabinets}
    with centre(address, folder) as served:
        per_s = _events_a_second(served.url, cabinets, posts)
    port = free_port()
    words = ["-m", "tests.bench.bare_route", bare, str(port)]
    with running(words, f"http://127.0.0.1:{port}", folder / "bare.log") as served:
        floor = _events_a_second(served.url, cabinets, posts)
    note = f"{LINES} cabinets, {BATCH} events a post; aim: at least {AIM}; the floor is faster"
    return Figure(f"central.{kind}", per_s, "1/s", floor, note)


def _events_a_second(url: str, cabinets: dict[str, str], posts: dict[str, list[str]]) -> float:
    failed: list[str] = []

    def run(cabinet: str) -> None:
        line = requests.Session()
        headers = {
            "Authorization": f"Bearer {cabinets[cabinet]}", "Content-Type": "application/json",
        }  # fmt: skip
        for body in posts[cabinet]:
            answer = line.post(f"{url}/v1/events", data=body, headers=headers, timeout=120)
            if answer.status_code != 200:
                failed.append(answer.text)

    threads = [threading.Thread(target=run, args=(cabinet,)) for cabinet in cabinets]
    begun_s = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took_s = time.monotonic() - begun_s
    if failed:
        raise RuntimeError(failed[0][:500])
    return LINES * BATCH * POSTS / took_s


def _posts(cabinet: str, now: float) -> list[str]:
    """Write whole deposits, chained, and cut them into posts."""
    entries: list[Entry] = []
    previous = GENESIS
    for event in _deposits(cabinet):
        number = len(entries) + 1
        stamp = Stamp("boot", 100 * number, now + number / 10, trusted=True)
        entry = seal(
            journal="j1", sequence=number, kind=event.kind, body=told.to_body(event), stamp=stamp,
            previous=previous,
        )  # fmt: skip
        previous = entry.hash
        entries.append(entry)
    return [
        EventsPost(
            journal="j1", head_sequence=0, head="", head_signature="", wall=now,
            events=tuple(WireEntry.of(entry) for entry in entries[begin : begin + BATCH]),
        ).model_dump_json()
        for begin in range(0, BATCH * POSTS, BATCH)
    ]  # fmt: skip


def _deposits(cabinet: str) -> list[told.Event]:
    events: list[told.Event] = []
    for number in range(BATCH * POSTS // 10):
        visit, attempt = f"v{number}", f"a{number}"
        grant, consignment = f"g{cabinet}{number}", f"k{cabinet}{number}"
        door = number % 24 + 1
        events += [
            told.VisitOpened(
                visit, grant, Purpose.DEPOSIT, consignment, door, CredentialKind.SIGNED_QR, None,
                None,
            ),
            told.GrantReserved(grant, visit),
            told.AttemptCommitted(attempt, visit, door, 1, DoorState.CLOSED),
            told.AttemptAcknowledged(attempt),
            told.AttemptOpened(attempt, 80),
            told.GrantUsed(grant, visit),
            told.DoorSeen(door, DoorState.OPEN, visit),
            told.AttemptCompleted(attempt),
            told.ConsignmentMoved(
                consignment=consignment, compartment=door, how="deposited", visit=visit,
                confirmed=True, shut_in_visit=True, staff=None,
            ),
            told.VisitEnded(visit, VisitOutcome.CONFIRMED),
        ]  # fmt: skip
    return events
