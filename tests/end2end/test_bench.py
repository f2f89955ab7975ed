"""The bench measures real processes, here a few times only: the figures come, with their floors.

The others use the same parts and are left to `./run bench`: a check must stay short.
"""

from __future__ import annotations

from pathlib import Path

from tests.bench.__main__ import run
from tests.bench.rig import Size

FEW = Size(unlocks=2, typed=1, doors=1, full_rate=1, idle_s=0.5, starts=1, warm_ups=1, events=300)
FIGURES = {
    "unlock.median",
    "unlock.p99",
    "unlock.bus_wait",
    "unlock.bus_wait.p99",
    "unlock_typed.median",
    "unlock.full_rate.median",
    "unlock.full_rate.worst",
}


def test_every_figure_is_measured_on_real_processes_beside_its_floor(tmp_path: Path) -> None:
    found = {f.name: f for f in run(["unlock"], directory=tmp_path / "bench", size=FEW)}
    assert found.keys() == FIGURES
    assert all(figure.ratio is not None for figure in found.values())
    waits = {"unlock.bus_wait", "unlock.bus_wait.p99"}
    assert all(figure.value > 0 for name, figure in found.items() if name not in waits)


def test_the_glass_is_measured_and_a_touch_has_its_floor(tmp_path: Path) -> None:
    found = {f.name: f for f in run(["kiosk"], directory=tmp_path / "bench", size=FEW)}
    assert found["kiosk.touch_p99"].ratio is not None
    names = {
        "touch_median",
        "touch_p99",
        "page_change",
        "page_change_p99",
        "qr_lag",
        "memory",
        "idle",
    }
    assert found.keys() == {f"kiosk.{name}" for name in names}
