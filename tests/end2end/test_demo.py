"""`./run demo`: every part starts, can be worked from another terminal, and ends with Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import requests

from locker.contract.local_time import local_time
from locker.demo.part import own_command
from tests.end2end.story.cabinet import wait_for
from tests.end2end.story.pictures import read_qr

PARTS = 4
"""Simulator, centre, daemon and kiosk; with a display the cabinet's window too."""


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the demo in a folder of its own, with no display."""
    bare = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    command = own_command(["demo", "--centre-port", "0", "--directory", str(tmp_path / "demo")])
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=bare) as running:
        yield running
        if running.poll() is None:
            running.send_signal(signal.SIGINT)


def say(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `bangbangui demo WORD …` against the demo that runs."""
    command = own_command(["demo", "--directory", str(tmp_path / "demo"), *words])
    return subprocess.run(command, capture_output=True, text=True, check=False)


def children_of(pid: int) -> list[int]:
    """Give the direct children of a process."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def read_welcome(running: subprocess.Popen[str]) -> str:
    """Read what the demo prints until it names its logs, which is the last line."""
    assert running.stdout is not None
    lines = []
    for line in running.stdout:
        lines.append(line)
        if line.strip().startswith("logs"):
            return "".join(lines)
    return "".join(lines)


def test_the_demo_starts_says_how_to_use_it_and_ends_every_part(
    demo: subprocess.Popen[str], tmp_path: Path
) -> None:
    welcome = read_welcome(demo)
    assert "off-screen (no display here)" in welcome
    assert "console sign-in" in welcome
    assert "PIN" in welcome
    parts = children_of(demo.pid)
    assert len(parts) == PARTS
    assert f"./run demo --directory {tmp_path / 'demo'} badge" in welcome

    address = wait_for(lambda: _address(tmp_path), what="a QR on the glass")
    picture = tmp_path / "glass.png"
    assert "home-title" in say(tmp_path, "glass", str(picture)).stdout
    assert read_qr(picture).split("?")[0] == address.split("?")[0]

    assert say(tmp_path, "press", "collect").returncode == 0
    assert "code-title" in say(tmp_path, "glass", str(picture)).stdout
    assert say(tmp_path, "press", "back").returncode == 0
    assert say(tmp_path, "badge").returncode == 0
    wait_for(
        lambda: "pin-title" in say(tmp_path, "glass", str(picture)).stdout, what="the PIN's page"
    )
    _put_forward(tmp_path, address)
    refused = say(tmp_path, "press", "no-such-button")
    assert (refused.returncode, "no-such-button" in refused.stderr) == (1, True)

    demo.send_signal(signal.SIGINT)
    assert demo.wait() == 0
    for pid in parts:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            assert "zombie" in Path(f"/proc/{pid}/status").read_text()


def test_a_part_that_cannot_start_ends_the_demo_with_its_own_words(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        folder = str(tmp_path / "demo")
        command = own_command(["demo", "--centre-port", port, "--directory", folder])
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "centre" in done.stderr
    assert "address already in use" in done.stderr


def _put_forward(tmp_path: Path, address: str) -> None:
    """Put the demo's clock three days forward: glass and phone say so, and nobody was silent."""
    said = say(tmp_path, "clock", "+3d").stdout
    assert any(f"{then:%Y-%m-%d}" in said for then in _three_days_on())
    picture = str(tmp_path / "glass.png")
    wait_for(lambda: "演示时间" in say(tmp_path, "glass", picture).stdout, what="the demo's time")
    renewed = wait_for(lambda: _address(tmp_path), what="a QR")
    page = requests.get(renewed, timeout=60).text
    assert any(f"演示时间 {then.month} 月 {then.day} 日" in page for then in _three_days_on())
    assert renewed != address


def _three_days_on() -> list[datetime]:
    """Give three days from now and, should midnight have passed meanwhile, from ten minutes ago."""
    return [local_time(time.time() + 3 * 86_400 - ago_s) for ago_s in (0, 600)]


def _address(tmp_path: Path) -> str:
    said = say(tmp_path, "phone").stdout.strip()
    return said if said.startswith("http") else ""
