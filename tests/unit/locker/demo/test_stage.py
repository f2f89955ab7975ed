"""The parts of a demo, watched as a service manager watches them."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from locker.demo.part import Part, PartError, wait_until
from locker.demo.stage import KIOSK, Plan, Stage


def ended(stage: Stage, name: str, *words: str) -> Part:
    """Put a part on stage that has ended by itself."""
    part = stage.parts[name] = Part(name, words, log=stage.logs / "log")
    part.start(ready=lambda: True)
    assert wait_until(lambda: not part.is_running, timeout_s=20)
    return part


def test_a_glass_that_ended_in_order_is_started_anew_and_nothing_else_is(tmp_path: Path) -> None:
    stage = Stage(Plan(directory=tmp_path / "demo", port=1, public_url="http://127.0.0.1:1"))
    glass = ended(stage, KIOSK, "--help")
    first = glass.pid
    stage.check()
    assert glass.pid != first
    glass.stop()
    ended(stage, KIOSK, "no-such-word")
    with pytest.raises(PartError, match="exit code 2"):
        stage.check()
    del stage.parts[KIOSK]
    ended(stage, "centre", "--help")
    with pytest.raises(PartError, match="exit code 0"):
        stage.check()


def test_a_demo_leaves_the_folder_of_one_that_runs_alone(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as simulator:
        simulator.bind(str(folder / "simulator.sock"))
        simulator.listen()
        with pytest.raises(PartError, match="already: end it with Ctrl-C"):
            Stage(Plan(directory=folder, port=1, public_url="http://127.0.0.1:1"))
        assert (folder / "simulator.sock").exists()
    assert Stage(Plan(directory=folder, port=1, public_url="http://127.0.0.1:1")).logs.exists()


def test_another_centre_that_answers_at_the_port_is_not_taken_for_our_own(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        stage = Stage(Plan(directory=tmp_path / "demo", port=port, public_url="http://here"))
        with pytest.raises(PartError, match="address already in use"):
            stage.start_centre()
    assert stage.parts == {}
