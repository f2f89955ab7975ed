"""`pages`: what the server needs for a page, with 200 cabinets and 10,000 matters in its books.

Each page is asked for in turn over one connection of a real server. The value is the processor's
time of the server (the kernel's own count, all threads), which other work on the machine does not
change; the note has the whole exchange, client and loopback included.
"""

from __future__ import annotations

import hashlib
import hmac
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import requests
from itsdangerous import URLSafeSerializer

from central.beginning import make_ready
from central.database import Database
from central.key import KeyRing
from central.operation.audit import REASONS
from central.operation.figure import Plot
from tests.bench.figure import Figure, median, percentile
from tests.bench.served import Served, centre
from tests.bench.town import ADMIN_TOKEN, AUDITOR_TOKEN, STAFF_TOKEN, Town, populate

Pages = dict[str, Callable[[], requests.Response]]
ROUNDS, AIM_MS = 40, 50
PLOTS = (*Plot, "months/satisfaction", "months/overdue")
FLOOR = "healthz"
"""The same server's shortest answer, one query in it, asked for in the same rounds."""


def measure(say: Callable[[str], None]) -> list[Figure]:
    """Fill a town's books and open its pages."""
    with tempfile.TemporaryDirectory(prefix="bbg-bench-") as name:
        folder = Path(name)
        database, keys = Database(f"sqlite:///{folder / 'c.db'}"), KeyRing.open(folder / "keys")
        now = time.time()
        make_ready(database, now=now)
        town = populate(database, keys, now=now)
        database.close()
        say(f"pages: {town.matters} matters")
        with centre(f"sqlite:///{folder / 'c.db'}", folder) as served:
            return _figures(served, keys, town)


def _figures(served: Served, keys: KeyRing, town: Town) -> list[Figure]:
    line, url = requests.Session(), served.url
    bound = URLSafeSerializer(keys.cookie_secret, salt="bangbangui bound").dumps(town.binding)
    line.cookies.update({"bbg_visit": "v" * 22, "bbg_staff": STAFF_TOKEN, "bbg_bound": str(bound)})
    token = hmac.new(keys.cookie_secret, b"form:" + b"v" * 22, hashlib.sha256).hexdigest()
    looks = {"csrf_token": token, "reason": REASONS[0]}
    pages = _daily(line, url, town, looks) | _figures_and_lists(line, url, town, looks)
    took_ms: dict[str, list[float]] = {name: [] for name in pages}
    worked_ms: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(ROUNDS):
        for name, ask in pages.items():
            begun_s, before_ms = time.monotonic(), _worked_ms(served.process.pid)
            answer = ask()
            took_ms[name].append(1000 * (time.monotonic() - begun_s))
            worked_ms[name].append(_worked_ms(served.process.pid) - before_ms)
            if answer.status_code != 200 or answer.history:
                raise RuntimeError(f"{name}: {answer.status_code} {answer.text[:300]}")
    return [
        Figure(
            f"pages.{name}", percentile(values, 95), "ms", percentile(worked_ms[FLOOR], 95),
            note=f"p95 of {ROUNDS}, median {median(values):.1f}; whole exchange "
            f"{percentile(took_ms[name], 95):.0f}; aim: {AIM_MS}",
        )
        for name, values in worked_ms.items()
        if name != FLOOR
    ]  # fmt: skip


def _daily(line: requests.Session, url: str, town: Town, looks: Mapping[str, str]) -> Pages:
    return {
        FLOOR: lambda: line.get(f"{url}/healthz"),
        "today": lambda: line.get(f"{url}/staff"),
        "search": lambda: line.post(f"{url}/staff", data={**looks, "q": town.name}),
        "matter": lambda: line.get(f"{url}/staff/m/{town.matter}"),
        "take_out": lambda: line.get(f"{url}/staff/take-out"),
        "cabinets": lambda: line.get(f"{url}/staff/cabinets"),
        "cabinet": lambda: line.get(f"{url}/staff/cabinets/{town.cabinet}"),
        "unnamed": lambda: line.get(f"{url}/staff/unnamed"),
        "score": lambda: line.get(f"{url}/staff/score"),
        "score_list": lambda: line.get(f"{url}/staff/score/{town.month}/done"),
        "catalogue": lambda: line.get(f"{url}/staff/catalogue"),
        "audit": lambda: line.get(
            f"{url}/staff/audit?number={town.reference}", cookies={"bbg_staff": AUDITOR_TOKEN}
        ),
        "pocket": lambda: line.get(f"{url}/staff/pocket"),
        "roster": lambda: line.get(f"{url}/staff/roster"),
        "phone_home": lambda: line.get(f"{url}/home"),
        "phone_matter": lambda: line.get(f"{url}/m/{town.matter}"),
        "phone_data": lambda: line.get(f"{url}/data"),
        "phone_public": lambda: line.get(f"{url}/c/{town.short}"),
    }


def _figures_and_lists(
    line: requests.Session, url: str, town: Town, looks: Mapping[str, str]
) -> Pages:
    admin = {"bbg_staff": ADMIN_TOKEN}
    return {
        "recall": lambda: line.get(f"{url}/staff/recall"),
        "figures": lambda: line.get(f"{url}/staff/figures"),
        "figure_list": lambda: line.get(f"{url}/staff/figures/hours/09"),
        **{
            f"plot_{name.replace('/', '_')}": partial(line.get, f"{url}/staff/figures/{name}.svg")
            for name in PLOTS
        },
        "teams": lambda: line.get(f"{url}/staff/teams", cookies=admin),
        "team": lambda: line.get(f"{url}/staff/teams/{town.team}", cookies=admin),
        "buildings": lambda: line.get(f"{url}/staff/buildings", cookies=admin),
        "photo": lambda: line.post(
            f"{url}/staff/m/{town.matter}/photos/{town.photo}",
            data=looks,
        ),
        "phone_photo": lambda: line.get(f"{url}/m/{town.matter}/photos/{town.photo}"),
    }


def _worked_ms(pid: int) -> float:
    """Read how long the threads of a process have had the processor."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text("ascii").split()[0]) for task in tasks) / 1e6
