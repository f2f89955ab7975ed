"""The fourth box that may hold something needs a second person, however a technician asks."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from locker.contract.failure import Failure
from locker.diag.bench import Channel, Outcome
from locker.diag.daemon_bench import DaemonBench
from locker.diag.tech_client import TechClient
from locker.diag.wiring_map import MapFile, SavedDoor, WiringMap
from tests.integration.locker.cabinet_process import CabinetProcess, whole_cabinet
from tests.integration.locker.fake_centre import FakeCentre

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]
BOXES = (1, 2, 3, 4)
COIL_S = 0.4


@pytest.fixture(scope="module")
def cabinet() -> Iterator[CabinetProcess]:
    """A cabinet with four boxes of which nobody knows what is in them."""
    with whole_cabinet(FakeCentre()) as made:
        made.start()
        made.ready_glass()
        withhold(made)
        yield made


def withhold(cabinet: CabinetProcess) -> None:
    """Open four free boxes, which is not counted, and say of none that it is empty."""
    bench = DaemonBench(TechClient(cabinet.folder / "run" / "tech.sock"))
    try:
        for box in BOXES:
            done = bench.open(Channel(1, 1, box), reason="to look", by="")
            assert done.outcome is Outcome.OPENED
            time.sleep(COIL_S)
            cabinet.board.shut(1, box)
    finally:
        bench.close()
    time.sleep(2.0)  # every coil has rested: what is refused now is refused for the rule


def walk_begun(folder: Path) -> None:
    """Leave a walk that has tried the first three locks."""
    wiring = WiringMap(template="runyuan-24")
    for lock in BOXES[:3]:
        wiring = wiring.with_door(SavedDoor(bus=1, board=1, channel=lock, number=None))
    MapFile(folder / "commission.json").save(wiring)


def run(cabinet: CabinetProcess, *words: str, cwd: Path, typed: str = "") -> Any:
    """Run the command as a person would, the doors being pushed shut afterwards."""
    command = [sys.executable, "-m", "locker", "diag", "--settings", str(cabinet.settings)]
    done = subprocess.run(
        [*command, "--json", *words], capture_output=True, text=True, timeout=120, check=False,
        cwd=cwd, input=typed,
    )  # fmt: skip
    time.sleep(COIL_S)
    shut_all(cabinet)
    return done


def shut_all(cabinet: CabinetProcess) -> None:
    for door in cabinet.board.state().doors:
        cabinet.board.shut(door.board, door.lock)


def error_of(done: Any) -> dict[str, str]:
    told: dict[str, str] = json.loads(done.stderr.splitlines()[-1])["error"]
    return told


def test_a_loop_a_soak_and_a_stopped_daemon_all_need_a_second_person_for_the_fourth(
    cabinet: CabinetProcess, tmp_path: Path
) -> None:
    pulses = cabinet.board.state().door(1, 4).pulses
    for box in BOXES[:3]:
        done = run(cabinet, "open", f"1:{box}", "--reason", "a loop", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    fourth = ("open", "1:4", "--reason", "a loop")

    refused = run(cabinet, *fourth, cwd=tmp_path)
    assert refused.returncode == 1
    assert Failure.NEEDS_SECOND_PERSON in error_of(refused)["seen"]
    assert "badge and PIN" in error_of(refused)["remedy"]

    time.sleep(2.0)
    soak = ("soak", "--reason", "a soak", "--rounds", "1", "--channel", "1:4", "--empty")
    refused = run(cabinet, *soak, cwd=tmp_path)
    assert refused.returncode == 1
    assert Failure.NEEDS_SECOND_PERSON in refused.stdout

    assert cabinet.stop() == 0
    direct = ("--port", str(cabinet.simulator.link), "--board", "shuoming")
    refused = run(cabinet, *direct, *fourth, cwd=tmp_path)
    assert refused.returncode == 1
    assert Failure.NEEDS_SECOND_PERSON in error_of(refused)["seen"]
    assert "start bangbangui-daemon" in error_of(refused)["remedy"]

    walk_begun(tmp_path / "walk")
    commission = ("commission", "--layout", "runyuan-24", "--to", "walk")
    refused = run(cabinet, *direct, *commission, cwd=tmp_path, typed="\n")
    assert refused.returncode == 1
    assert Failure.NEEDS_SECOND_PERSON in error_of(refused)["seen"]
    assert cabinet.board.state().door(1, 4).pulses == pulses
