"""The walk as a process, a person at its terminal: stopped, gone on with, without a network."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

import pytest

from tests.integration.drivers.running_simulator import RunningSimulator, running_simulator

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

WITHOUT_NETWORK = """
import socket, sys
class Cut(socket.socket):
    def __init__(self, family=socket.AF_INET, *rest, **named):
        if family in (socket.AF_INET, socket.AF_INET6):
            raise OSError("there is no network")
        super().__init__(family, *rest, **named)
socket.socket = Cut
from locker.command import main
main()
"""
LAYOUT = """
name = "two"
width = 500
height = 2000
console = { x = 0, y = 0, width = 100, height = 100 }
[[cells]]
number = 11
size = "S"
x = 200
y = 10
width = 10
height = 10
handle_mm = 10
board = 1
channel = 1
[[cells]]
number = 12
size = "S"
x = 200
y = 30
width = 10
height = 10
handle_mm = 30
board = 1
channel = 2
"""


class Person:
    """Reads what the command asks and types an answer; shuts a door when asked to."""

    def __init__(self, simulator: RunningSimulator, folder: Path) -> None:
        self._simulator = simulator
        self._folder = folder
        self._words = [
            sys.executable, "-c", WITHOUT_NETWORK, "diag", "--json", "--port", str(simulator.link),
            "--board", "shuoming", "--set", "channels=2", "commission", "--layout",
            str(folder / "two.toml"), "--to", str(folder / "walk"),
        ]  # fmt: skip
        (folder / "two.toml").write_text(LAYOUT)

    def walk(self, *doors: str) -> tuple[int, Any]:
        """Answer "which door" with these in turn; give exit code and report."""
        left = list(doors)
        with subprocess.Popen(
            self._words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, cwd=self._folder, env={"LANG": "en_US.UTF-8"},
        ) as process:  # fmt: skip
            assert process.stderr is not None
            assert process.stdin is not None
            while question := _question(process.stderr):
                if question.startswith("Shut door"):
                    self.shut()
                answer = left.pop(0) if question.startswith("Which door") else ""
                process.stdin.write(answer + "\n")
                process.stdin.flush()
            assert process.stdout is not None
            report = process.stdout.read()
        return process.returncode, json.loads(report)

    def shut(self) -> None:
        """Push both doors shut."""
        time.sleep(0.4)  # a coil that is still pulled lets no door be pushed shut
        for lock in (1, 2):
            self._simulator.client.shut(1, lock)


def _question(stream: IO[str]) -> str:
    """Read until a question waits for its answer; empty when the command has ended."""
    text = ""
    while letter := stream.read(1):
        text += letter
        if text.endswith(("press Enter: ", "q): ")):
            return text.splitlines()[-1]
    return ""


def test_a_walk_is_stopped_gone_on_with_and_complete_without_a_network(tmp_path: Path) -> None:
    with running_simulator("--channels", "2") as simulator:
        person = Person(simulator, tmp_path)
        code, begun = person.walk("11", "q")
        assert (code, begun["ended"], begun["missing"]) == (1, "stopped", [12])
        person.shut()
        code, done = person.walk("12")
        assert (code, done["ended"], done["complete"]) == (0, "done", True)
        pulses = [simulator.client.state().door(1, lock).pulses for lock in (1, 2)]
    assert [door["channel"] for door in done["doors"]] == ["1:1", "1:2"]
    assert pulses == [1, 2], "the first lock was not tried again; the second was where it stopped"
    assert {Path(name).name for name in done["files"]} == {"board-1.toml", "layout.toml"}
