"""A whole cabinet for tests: simulator, daemon process and a client at its sockets."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from drivers.simulator.control import SimulatorClient
from locker.contract.kiosk import KIOSK_PROTOCOL
from tests.integration.drivers.running_simulator import RunningSimulator, running_simulator
from tests.integration.locker.fake_centre import FakeCentre, Server, serving

WAIT_S = 60.0


def wait_for(what: Callable[[], Any], *, timeout_s: float = WAIT_S) -> Any:
    """Wait until `what` gives something true, and give it."""
    until_s = time.monotonic() + timeout_s
    while not (found := what()):
        assert time.monotonic() < until_s, "it did not come about"
        time.sleep(0.02)
    return found


class Glass:
    """A client of kiosk.sock or tech.sock that keeps the newest slices."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(WAIT_S)
        try:
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise
        self._lines = self._socket.makefile("rb")
        self._id = 0
        self.slices: dict[str, Any] = {}
        self.history: list[tuple[int, str, Any]] = []

    def send(self, line: bytes) -> None:
        """Send raw bytes."""
        self._socket.sendall(line)

    def read(self) -> dict[str, Any]:
        """Read one line; a notice goes into the slices. {} when hung up."""
        line = self._lines.readline()
        message: dict[str, Any] = json.loads(line) if line else {}
        if message.get("method") == "slice":
            params = message["params"]
            self.slices[params["name"]] = params["value"]
            self.history.append((params["seq"], params["name"], params["value"]))
        return message

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call and give the whole answer."""
        self._id += 1
        body = {"jsonrpc": "2.0", "id": self._id, "method": method, "params": params}
        self.send(json.dumps(body).encode() + b"\n")
        while (message := self.read()).get("id") != self._id:
            assert message, "hung up"
        return message

    def hello(self) -> dict[str, Any]:
        """Say hello and take all slices."""
        result: dict[str, Any] = self.call("hello", protocol=KIOSK_PROTOCOL, client="test")[
            "result"
        ]
        self.slices.update(result)
        return result

    def until(self, name: str, fits: Callable[[Any], bool]) -> Any:
        """Read until a slice fits, and give it."""
        until_s = time.monotonic() + WAIT_S
        while not fits(self.slices.get(name)):
            assert time.monotonic() < until_s, (name, self.slices.get(name))
            assert self.read(), "hung up"
        return self.slices[name]

    def health(self, part: str, health: str) -> None:
        """Read until a part of the cabinet is in this health."""
        self.until("service", lambda service: service[part] == health)

    def refusal(self, n: int = 1) -> str:
        """Read until the n-th refusal is shown, and give its code."""
        shown = self.until("refusal", lambda refusal: refusal is not None and refusal["n"] == n)
        return str(shown["failure"])

    def phase(self, phase: str) -> dict[str, Any]:
        """Read until the visit is in this phase."""
        visit: dict[str, Any] = self.until("visit", lambda v: bool(v) and v["phase"] == phase)
        return visit

    def close(self) -> None:
        """Hang up."""
        self._lines.close()
        self._socket.close()


class CabinetProcess:
    """Settings, state and sockets of one cabinet in a folder; the daemon may be started often."""

    def __init__(self, folder: Path, simulator: RunningSimulator, server: Server) -> None:
        self.folder = folder
        self.simulator = simulator
        self.server = server
        self.settings = folder / "settings.toml"
        self.settings.write_text(
            'state_dir = "state"\nrun_dir = "run"\nlayout = "runyuan-24"\n'
            f'[[bus]]\nport = "{simulator.link}"\n[scanner]\nport = "{simulator.scanner_link}"\n'
        )
        self.process: subprocess.Popen[str] | None = None
        self.environment: dict[str, str] = {}
        """What the daemon finds in its environment beside this process's."""
        self._clients: list[Glass] = []

    @property
    def board(self) -> SimulatorClient:
        """The simulator's control."""
        return self.simulator.client

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self.folder / "state" / "journal.db"

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a daemon subcommand to its end."""
        return subprocess.run(
            [sys.executable, "-m", "locker", "daemon", *words],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def enrol(self) -> None:
        """Enrol with the fake centre's code."""
        done = self.command(
            "enrol", "--settings", str(self.settings), "--centre", self.server.url,
            "--code", "CODE-1234",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def start(self, *program: str) -> None:
        """Start the daemon, or another program that takes the settings' path, and wait for it."""
        words = program or ("-m", "locker", "daemon", "run", "--settings")
        with (self.folder / "daemon.log").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, *words, str(self.settings)],
                env={**os.environ, **self.environment}, stderr=log, text=True,
            )  # fmt: skip
        wait_for(self._answers)

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log()
        with contextlib.suppress(OSError):
            self.glass().close()
            return True
        return False

    def log(self) -> str:
        """Give what the daemon has logged."""
        return (self.folder / "daemon.log").read_text("utf-8")

    def glass(self) -> Glass:
        """Connect to kiosk.sock."""
        return self.client("kiosk.sock")

    def client(self, name: str) -> Glass:
        """Connect to one of the two sockets; closed with the cabinet."""
        made = Glass(self.folder / "run" / name)
        self._clients.append(made)
        return made

    def ready_glass(self) -> Glass:
        """Connect, say hello, and wait until the boards answer."""
        glass = self.glass()
        glass.hello()
        glass.until("service", lambda s: s["board"] == "ok" and s["scanner"] == "ok")
        return glass

    def end(self) -> None:
        """Hang up and make sure that the daemon is gone."""
        for client in self._clients:
            client.close()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the daemon and give its exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait()


@contextlib.contextmanager
def whole_cabinet(centre: FakeCentre) -> Iterator[CabinetProcess]:
    """Make an enrolled cabinet whose daemon is not started yet."""
    with running_simulator() as simulator, serving(centre) as server:
        # A socket's path may have 107 bytes: it is kept beside the simulator's.
        cabinet = CabinetProcess(simulator.control.parent, simulator, server)
        cabinet.enrol()
        try:
            yield cabinet
        finally:
            cabinet.end()
