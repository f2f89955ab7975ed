"""Another cabinet at the same centre, and its residents: how soon does a command reach it?

It speaks the cabinet's API over real HTTP and waits for news in a thread of its own. A resident
scans its glass, is bound, chooses a matter and asks for a door: the command is written by the
centre's own process, as in service.
"""

from __future__ import annotations

import threading
import time
from typing import Self

import httpx2

from central.key import encode
from locker.contract.credential import PRESENCE_STEP_S, presence_message
from locker.contract.event import CommandTaken
from locker.contract.failure import Failure
from locker.identity import Identity
from tests.unit.central import phone
from tests.unit.central.fake_cabinet import FakeCabinet

WAIT_S = 25
PATIENCE_S, ASK_EVERY_S = 30.0, 2.0


class Bystander:
    """A cabinet that is enrolled by code; `waits_s`: from asking for a door to its command."""

    def __init__(self, url: str, cabinet: str, code: str) -> None:
        self._url = url
        self._client = httpx2.Client(base_url=url, timeout=60)
        self._cabinet = FakeCabinet(self._client, time.time())
        self._cabinet.enrol(code)
        assert self._cabinet.id == cabinet
        self._cabinet.log_in()
        self.waits_s: list[float] = []
        self._came: list[tuple[float, str]] = []
        self._residents = 0
        self._stop = threading.Event()
        self._asking = threading.Thread(target=self._ask_again_and_again, daemon=True)
        threading.Thread(target=self._listen, daemon=True).start()

    @classmethod
    def of(cls, url: str, cabinet: str, identity: Identity) -> Self:
        """Speak for a cabinet that is enrolled already; it does not wait for news."""
        made = cls.__new__(cls)
        made._url, made._stop = url, threading.Event()
        made._client = httpx2.Client(base_url=url, timeout=60)
        made._cabinet = FakeCabinet(made._client, time.time())
        made._cabinet.id = cabinet
        made._cabinet.login = identity.keys.login
        made._cabinet.log_in()
        return made

    def post(self, body: str) -> None:
        """Post events as they are."""
        headers = self._cabinet.headers | {"Content-Type": "application/json"}
        self._client.post("/v1/events", content=body, headers=headers).raise_for_status()

    def start_asking(self) -> None:
        """Let residents come, one after the other, until closed."""
        self._asking.start()

    def finish(self) -> None:
        """Wait for the last resident."""
        self._stop.set()
        self._asking.join()

    def _ask_again_and_again(self) -> None:
        while not self._stop.wait(ASK_EVERY_S):
            self._ask()

    def _ask(self) -> None:
        """Let another resident ask for a door, wait for the command, and answer that it is late.

        Without an answer the next resident would have to wait for this one.
        """
        self._residents += 1
        browser = httpx2.Client(base_url=self._url, timeout=60)
        step = int(time.time() // PRESENCE_STEP_S)
        signature = encode(self._cabinet.login.sign(presence_message(self._cabinet.id, step)))
        landed = browser.get(f"/s/{self._cabinet.id}", params={"t": f"{step}.{signature}"})
        browser.get(landed.headers["location"])
        number = f"138 0013 {8000 + self._residents:04}"
        phone.send(browser, "/bind", "/bind", name="王秀兰", phone=number, building="3 号楼")
        phone.send(browser, "/consent", "/consent")
        page = phone.send(browser, "/home", "/matters", item="residence_proof").headers["location"]
        token = phone.token_of(browser.get(page))
        before = len(self._came)
        asked_s = time.monotonic()
        browser.post(f"{page}/ask", data={"csrf_token": token})
        browser.close()
        while len(self._came) == before and time.monotonic() < asked_s + PATIENCE_S:
            time.sleep(0.005)
        if len(self._came) == before:
            self.waits_s.append(PATIENCE_S)
            return
        came_s, command = self._came[-1]
        self.waits_s.append(came_s - asked_s)
        self._cabinet.say(CommandTaken(command, Failure.COMMAND_STALE))

    def close(self) -> None:
        """Hang up."""
        self._stop.set()
        self._client.close()

    def _listen(self) -> None:
        line = httpx2.Client(base_url=self._url, timeout=2 * WAIT_S)
        n = 0
        while not self._stop.is_set():
            told = line.get(
                "/v1/news", params={"after": n, "wait": WAIT_S}, headers=self._cabinet.headers
            ).json()
            now_s, n = time.monotonic(), told["n"]
            items = [numbered["item"] for numbered in told["items"]]
            self._came += [(now_s, i["command"]) for i in items if i["item"] == "open"]
        line.close()
