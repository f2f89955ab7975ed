"""A glass that stands still is started anew, and no door waits for it.

The service manager's part is played here with the figures of the unit: systemd itself is not
running where tests run.
"""

from __future__ import annotations

import configparser
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk_ui.samples import ADDRESS, snapshot
from locker.contract.kiosk import Invitation
from tests.integration.kiosk_ui.fake_daemon import FakeDaemon
from tests.support.notify_socket import NotifySocket

UNIT = Path(__file__).parents[3] / "systemd" / "bangbangui-kiosk.service"
KIOSK = ("-m", "locker", "kiosk")
STUCK_KIOSK = ("-m", "tests.integration.kiosk_ui.stuck_loop")


class Manager:
    """Starts the kiosk, and again when it is silent for WatchdogSec, as systemd does."""

    def __init__(self, folder: Path) -> None:
        unit = configparser.RawConfigParser(strict=False)
        unit.optionxform = str  # type: ignore[method-assign, assignment] # keys as written
        unit.read(UNIT)
        self.watchdog_s = unit.getfloat("Service", "WatchdogSec")
        self.restart_s = unit.getfloat("Service", "RestartSec")
        self._how = signal.Signals[unit["Service"]["WatchdogSignal"]]
        self._folder = folder
        self.told = NotifySocket(folder / "notify")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *program: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *program, "--windowed", "--socket", str(self._folder / "kiosk.sock")],
            env={**os.environ, **self.told.environment}, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.told.wait_for("READY=1")

    def await_silence(self) -> None:
        """Wait until the unit's time has passed without a sign of life."""
        while self.told.next(timeout_s=self.watchdog_s) is not None:
            pass

    def restart(self) -> None:
        assert self.process is not None
        self.process.send_signal(self._how)
        self.process.wait()
        time.sleep(self.restart_s)
        self.start(*KIOSK)

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.told.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="kiosk") as name:
        yield Path(name)


@pytest.fixture
def daemon(folder: Path) -> Iterator[FakeDaemon]:
    made = FakeDaemon(folder / "kiosk.sock", snapshot())
    yield made
    made.close()


@pytest.fixture
def manager(folder: Path, daemon: FakeDaemon) -> Iterator[Manager]:
    with contextlib.closing(Manager(folder)) as made:
        yield made


def test_a_kiosk_tells_that_it_lives_and_that_its_end_is_meant(manager: Manager) -> None:
    manager.start(*KIOSK)
    assert manager.told.next(timeout_s=30) == "WATCHDOG=1"
    assert manager.process is not None
    manager.process.send_signal(signal.SIGTERM)
    manager.told.wait_for("STOPPING=1")
    assert manager.process.wait(10) == 0


def test_a_kiosk_that_was_stopped_is_killed_and_started_anew(
    manager: Manager, daemon: FakeDaemon
) -> None:
    manager.start(*KIOSK)
    assert manager.process is not None
    manager.process.send_signal(signal.SIGSTOP)
    manager.await_silence()
    manager.restart()
    assert manager.told.next(timeout_s=30) == "WATCHDOG=1"


def test_a_blocked_event_loop_stops_the_signs_of_life(manager: Manager, daemon: FakeDaemon) -> None:
    manager.start(*STUCK_KIOSK)
    manager.told.wait_for("WATCHDOG=1")
    daemon.push("invitation", Invitation(qr=ADDRESS, word="shiliu"))
    manager.told.wait_for("STUCK=1")
    assert manager.told.next(timeout_s=3) is None
