"""A cabinet, its centre and its glass, as real processes; and what a community does with them.

For who meets the pages only there is one real centre with a small cabinet, for the whole run.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from kiosk_ui.rehearsal_client import RehearsalClient
from locker.contract.credential import BADGE_PREFIX, LABEL_PREFIX
from locker.contract.digest import badge_digest, badge_lookup, code_digest
from locker.demo.stage import offscreen
from locker.identity import unb64
from tests.end2end.people.person import Person
from tests.end2end.people.town import Town
from tests.integration.locker.cabinet_process import CabinetProcess, wait_for, whole_cabinet
from tests.integration.locker.fake_centre import FakeCentre
from tests.support.centre_pictures import a_cabinet
from tests.support.served_centre import serving
from tests.unit.central.conftest import FakeChannel

COIL_S = 0.45
COIL_REST_S = 2.5
"""After this a door may be pulsed again."""
BADGE, PIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "4711"


@dataclass
class World:
    """Everything around a person. Doors are named by their printed numbers."""

    cabinet: CabinetProcess
    centre: FakeCentre
    kiosks: list[subprocess.Popen[bytes]]
    clients: list[RehearsalClient]
    pulsed_at: float = 0.0
    """When a door was certainly pulsed last before a person came."""

    def set(self, lines: str) -> None:
        """Add lines to the cabinet's settings, before it is started."""
        with self.cabinet.settings.open("a", encoding="utf-8") as settings:
            settings.write(lines)

    def start(self) -> None:
        """Start the daemon and wait until its boards answer and its centre is there."""
        self.cabinet.start()
        line = self.cabinet.ready_glass()
        line.health("centre", "ok")
        line.close()

    def kiosk(self) -> RehearsalClient:
        """Start the glass, upright, on a screen that nobody sees."""
        folder = self.cabinet.folder
        rehearsal = folder / "rehearsal.sock"
        words = ["kiosk", "--socket", str(folder / "run" / "kiosk.sock"), "--player", "none"]
        words += ["--rehearsal-socket", str(rehearsal)]
        with (folder / "kiosk.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "locker", *words],
                env={**os.environ, **offscreen(folder)}, stderr=log,
            )  # fmt: skip
        self.kiosks.append(process)
        client = RehearsalClient(rehearsal)
        self.clients.append(client)
        return client

    def person(self, who: str) -> Person:
        """Let somebody come to a cabinet that is home."""
        glass = self.kiosk()
        glass.wait_for_page("home")
        time.sleep(max(0.0, self.pulsed_at + COIL_REST_S - time.monotonic()))
        return Person(who, glass)

    def grant(self, name: str, purpose: str, *, code: str = "") -> None:
        """Let the centre permit something here, perhaps by a typed code."""
        now = time.time()
        item: dict[str, Any] = {
            "item": "grant", "grant": f"g-{name}", "purpose": purpose, "consignment": f"c-{name}",
            "reference": name[:8], "issued_at": now, "expires_at": now + 9_000,
        }  # fmt: skip
        if code:
            salt = unb64(self.centre.enrolment["code_salt"])
            item["code_digest"] = code_digest(code, salt=salt)
        seen = self.centre.kinds().count("grant.put")
        self.centre.tell(item)
        wait_for(lambda: self.centre.kinds().count("grant.put") > seen)

    def staff(self) -> None:
        """Give a member of staff a badge that is good here."""
        key = unb64(self.centre.enrolment["badge_key"])
        self.centre.tell(
            {
                "item": "staff", "staff": "s-1", "lookup": badge_lookup(BADGE, badge_key=key),
                "digest": badge_digest(BADGE, PIN, badge_key=key),
                "capabilities": ["take_out", "load", "recall", "maintain"],
                "expires_at": time.time() + 9_000,
            }
        )  # fmt: skip
        wait_for(lambda: "staff.put" in self.centre.kinds())

    def scan(self, text: str) -> None:
        """Hold a code to the scanner."""
        self.cabinet.board.scan(text.encode() + b"\r")

    def scan_badge(self) -> None:
        """Hold the badge to the scanner."""
        self.scan(BADGE_PREFIX + BADGE)

    def scan_label(self, name: str) -> None:
        """Hold an envelope to the scanner."""
        self.scan(f"{LABEL_PREFIX}c-{name}")

    def open_door(self) -> int:
        """Wait for a door to spring open, and give its number."""

        def found() -> int:
            doors = self.cabinet.board.state().doors
            return next((door.lock for door in doors if door.open), 0)

        return int(wait_for(found))

    def shut(self, door: int) -> None:
        """Push a door shut, once its coil has let go."""
        time.sleep(COIL_S)
        self.cabinet.board.shut(1, door)

    def fill(self, name: str, code: str) -> int:
        """Let somebody else have put papers into a box, which are collected by this code."""
        line = self.cabinet.ready_glass()
        self.grant(f"{name}-in", "deposit")
        self.centre.tell(
            {"item": "open", "command": f"o-{name}", "grant": f"g-{name}-in",
             "issued_at": time.time(), "life_s": 30}
        )  # fmt: skip
        door = int(line.phase("open")["compartment"])
        self.shut(door)
        visit = line.phase("ask")
        line.call("visit.choose", visit=visit["visit"], choice="confirm")
        done = line.phase("done")
        line.call("visit.choose", visit=done["visit"], choice="leave")
        line.until("visit", lambda visit: visit is None)
        line.close()
        now = time.time()
        salt = unb64(self.centre.enrolment["code_salt"])
        seen = self.centre.kinds().count("grant.put")
        self.centre.tell(
            {"item": "grant", "grant": f"g-{name}", "purpose": "collect",
             "consignment": f"c-{name}-in", "reference": name[:8], "issued_at": now,
             "expires_at": now + 9_000, "code_digest": code_digest(code, salt=salt)}
        )  # fmt: skip
        wait_for(lambda: self.centre.kinds().count("grant.put") > seen)
        self.pulsed_at = time.monotonic()
        return door

    def log(self) -> str:
        """Give what the glass has logged."""
        return (self.cabinet.folder / "kiosk.log").read_text("utf-8")

    def close(self) -> None:
        """End the glasses."""
        for client in self.clients:
            client.close()
        for process in self.kiosks:
            process.terminate()
            process.wait()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An enrolled cabinet whose daemon is not started yet."""
    centre = FakeCentre()
    with whole_cabinet(centre) as cabinet:
        made = World(cabinet, centre, [], [])
        with contextlib.closing(made):
            yield made


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A served centre with a cabinet, for everybody who meets its pages."""
    with (
        serving(tmp_path_factory.mktemp("town"), FakeChannel()) as centre,
        httpx2.Client(base_url=centre.settings.public_url, timeout=60) as client,
    ):
        yield Town(centre, a_cabinet(centre, client))
