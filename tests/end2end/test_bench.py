"""The bench measures real processes, here a few times only: every figure comes, with its floor."""

from __future__ import annotations

from pathlib import Path

from tests.bench.__main__ import BENCHES, run
from tests.bench.rig import Size

FEW = Size(unlocks=2, typed=1, doors=1, starts=1, warm_ups=1, events=300)
FIGURES = {
    "unlock.median",
    "unlock.p99",
    "unlock.bus_wait",
    "unlock.bus_wait.p99",
    "unlock_typed.median",
    "doors.median",
    "doors.p99",
    "memory.daemon",
    "memory.daemon.pss",
    "memory.kiosk",
    "memory.kiosk.pss",
    "start.daemon",
    "start.kiosk",
    "start.kiosk.home",
}


def test_every_figure_is_measured_on_real_processes_beside_its_floor(tmp_path: Path) -> None:
    found = {f.name: f for f in run(list(BENCHES), directory=tmp_path / "bench", size=FEW)}
    assert found.keys() == FIGURES
    assert all(figure.ratio is not None for figure in found.values())
    waits = {"unlock.bus_wait", "unlock.bus_wait.p99"}
    assert all(figure.value > 0 for name, figure in found.items() if name not in waits)
