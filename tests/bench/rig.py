"""The real processes that are measured: simulator, daemon and kiosk, on one prepared cabinet.

Sockets and terminals lie in a short folder of their own (a socket's path may have 107 bytes), the
journal on the disk that is asked for.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from drivers.profile import load_profile
from drivers.simulator.control import SimulatorClient
from locker.contract.vocabulary import Health
from locker.demo.part import Part
from locker.demo.stage import offscreen
from locker.demo.wiring import Wiring, wire
from tests.bench.glass_line import GlassLine, Slices
from tests.bench.history import Past, prepare
from tests.support.port import free_port

LAYOUT, PROFILE = "runyuan-24", "shuoming"
SCANNER_BAUD = 115_200
"""The code's own time on the line is in no figure; at 9600 baud each run would wait 0.4 s more."""


COOL_S = 2
"""Simulated coils do not get hot: what was pulsed before a start is forgiven as soon as may be."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: runs of each kind, events in the journal before the first."""

    unlocks: int = 500
    typed: int = 100
    doors: int = 100
    full_rate: int = 20
    idle_s: float = 10.0
    starts: int = 7
    warm_ups: int = 20
    events: int = 100_000
    soak: int = 200


class Rig:
    """A prepared cabinet and the processes around it; `close` ends them and removes all."""

    def __init__(self, directory: Path, size: Size) -> None:
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        self.directory = directory
        self.size = size
        self._run = Path(tempfile.mkdtemp(prefix="bench-"))
        # A port of loopback on which nobody listens: the centre is refused at once.
        self._centre = f"http://127.0.0.1:{free_port()}"
        self.past: Past = prepare(
            directory / "state", centre_url=self._centre, events=size.events, codes=size.typed
        )
        self.wiring: Wiring = self.use_boards(PROFILE)
        self._parts: list[Part] = []

    @property
    def control(self) -> Path:
        """The simulator's control socket."""
        return self._run / "control"

    @property
    def board(self) -> Path:
        """The port of the lock boards."""
        return self._run / "board"

    @property
    def kiosk_socket(self) -> Path:
        """The daemon's socket for the glass."""
        return self._run / "kiosk.sock"

    @property
    def rehearsal(self) -> Path:
        """The kiosk's rehearsal socket."""
        return self._run / "rehearsal"

    def use_boards(self, family: str) -> Wiring:
        """Hang the cabinet's doors on boards of this family, from the next start on."""
        folder = self.directory / family
        folder.mkdir(exist_ok=True)
        self.wiring = wire(family, layout=LAYOUT, folder=folder)
        profile = self.wiring.profile_file
        text = re.sub(r"(?m)^coil_window_s = .*$", f"coil_window_s = {COOL_S}", profile.read_text())
        profile.write_text(text)
        self._write_settings()
        return self.wiring

    def start_simulator(self) -> SimulatorClient:
        """Start the boards and the scanner, and connect to their control."""
        addresses = [word for n in self.wiring.boards for word in ("--address", str(n))]
        words = [
            "simulate", "--board", self.wiring.family, *addresses,
            "--channels", str(self.wiring.channels), "--link", str(self.board),
            "--scanner-link", str(self._run / "scanner"),
            "--scanner-baud", str(SCANNER_BAUD), "--control", str(self.control),
        ]  # fmt: skip
        self._started("simulator", words).start(ready=self.control.exists)
        return SimulatorClient(self.control)

    def launch_daemon(self) -> tuple[Part, float]:
        """Start the daemon without waiting; give it and the moment before the start."""
        words = ["daemon", "run", "--settings", str(self.settings)]
        return _launch(self._started("daemon", words))

    def launch_kiosk(self) -> tuple[Part, float]:
        """Start the glass off-screen without waiting; give it and the moment before the start."""
        self.rehearsal.unlink(missing_ok=True)
        words = ["kiosk", "--socket", str(self.kiosk_socket)]
        words += ["--rehearsal-socket", str(self.rehearsal)]
        return _launch(self._started("kiosk", words, environment=self.offscreen()))

    def offscreen(self) -> dict[str, str]:
        """Give the environment of a kiosk that nobody sees."""
        return offscreen(self.directory)

    def connect_rested(self) -> GlassLine:
        """Say hello, and wait until each lock may be pulsed: after a start all coils rest."""
        glass, _ = self.connect()
        time.sleep(max(load_profile(PROFILE).coil_rest_ms / 1000, COOL_S) + 0.1)
        return glass

    def connect(self) -> tuple[GlassLine, float]:
        """Say hello to the daemon; give when it said that the board is well."""
        glass = GlassLine(self.kiosk_socket)
        return glass, glass.wait_for(_serves, what="a board that answers", timeout_s=30.0)

    @property
    def settings(self) -> Path:
        """The daemon's settings."""
        return self.directory / "settings.toml"

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self.directory / "state" / "journal.db"

    def use_centre(self, url: str) -> None:
        """Let the daemon's next start look for its centre there."""
        text = self.settings.read_text("utf-8")
        self.settings.write_text(f"{text}[centre]\nurl = {json.dumps(url)}\n", "utf-8")

    def stop(self, part: Part, *, signal_number: int = signal.SIGTERM) -> None:
        """End one part, by default as systemd does."""
        part.stop(signal_number=signal_number)
        self._parts.remove(part)

    def stop_all(self) -> None:
        """End every part, the last started first."""
        for part in reversed(list(self._parts)):
            self.stop(part)

    def close(self) -> None:
        """End every part and remove the folder of sockets; the journal stays to be looked at."""
        self.stop_all()
        shutil.rmtree(self._run, ignore_errors=True)

    def _started(
        self, name: str, words: list[str], *, environment: dict[str, str] | None = None
    ) -> Part:
        part = Part(name, words, log=self.directory / f"{name}.log", environment=environment)
        self._parts.append(part)
        return part

    def _write_settings(self) -> None:
        lines = [
            f"state_dir = {json.dumps(str(self.directory / 'state'))}",
            f"run_dir = {json.dumps(str(self._run))}",
            f"layout = {json.dumps(str(self.wiring.layout_file))}",
            "[[bus]]",
            f"port = {json.dumps(str(self.board))}",
            f"profile = {json.dumps(str(self.wiring.profile_file))}",
            "[scanner]",
            f"port = {json.dumps(str(self._run / 'scanner'))}",
            f"baud = {SCANNER_BAUD}",
        ]
        self.settings.write_text("\n".join(lines) + "\n", "utf-8")


def _launch(part: Part) -> tuple[Part, float]:
    begun_s = time.monotonic()
    part.start(ready=lambda: True)
    return part, begun_s


def _serves(told: Slices) -> bool:
    service = told["service"]
    return {service["board"], service["scanner"]} == {Health.OK.value}
