"""A simulator process for tests, started and ended for real."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from drivers.bus import Bus
from drivers.profile import BoardProfile, load_profile, make_codec
from drivers.serial_port import SerialPort, open_serial_port
from drivers.simulator.control import SimulatorClient

PROFILE = load_profile("shuoming")


@dataclass(frozen=True, slots=True)
class RunningSimulator:
    """The paths and the client of a simulator process."""

    process: subprocess.Popen[str]
    link: Path
    scanner_link: Path
    control: Path
    client: SimulatorClient
    profile: BoardProfile = PROFILE

    @contextlib.contextmanager
    def port(self) -> Iterator[SerialPort]:
        """Open the board's port as the daemon does."""
        port = open_serial_port(str(self.link), baud=self.profile.baud, clock=time.monotonic)
        try:
            yield port
        finally:
            port.close()

    @contextlib.contextmanager
    def bus(self) -> Iterator[Bus]:
        """Open a bus on the board's port."""
        with self.port() as port:
            yield Bus(port, make_codec(self.profile), self.profile, time.monotonic)

    def terminate(self) -> int:
        """End it as systemd does; return its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=20)


@contextlib.contextmanager
def running_simulator(*options: str, board: str = "shuoming") -> Iterator[RunningSimulator]:
    """Start a simulator of a family, wait until it is ready, end it."""
    # A socket's path may have 107 bytes: pytest's own folders can be longer.
    folder = Path(tempfile.mkdtemp(prefix="sim"))
    link, scanner_link, control = folder / "board", folder / "scanner", folder / "control"
    command = [sys.executable, "-m", "drivers.simulator.command", "--board", board]
    command += ["--link", str(link), "--scanner-link", str(scanner_link), "--codes-at-once"]
    command += ["--control", str(control), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()
            assert ready.startswith("simulator ready"), ready
            with SimulatorClient(control) as client:
                profile = load_profile(board)
                yield RunningSimulator(process, link, scanner_link, control, client, profile)
        finally:
            process.terminate()
            process.wait(timeout=20)
            shutil.rmtree(folder)
