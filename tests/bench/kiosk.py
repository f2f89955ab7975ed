"""`kiosk`: the glass alone: touch to paint, page changes, a QR being made, memory, idling.

Measured inside a process of its own (`glass_probe`), off-screen at 1080x1920. The floor of a touch
is the same press on a window of plain buttons.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from tests.bench.figure import Figure, median, percentile
from tests.bench.rig import Rig


def measure(rig: Rig, say: Callable[[str], None]) -> list[Figure]:
    """Run the probe, and its floor, and give the figures."""
    count = rig.size.unlocks
    bare = _probe(rig, str(count), "bare")["touch_ms"]
    found = _probe(rig, str(count))
    touch, change = found["touch_ms"], found["change_ms"]
    say(f"kiosk: {len(touch)} touches, {len(change)} page changes")
    grown_mb = found["memory_mb"] - found["warm_mb"]
    return [
        Figure("kiosk.touch_median", median(touch), "ms", median(bare)),
        Figure(
            "kiosk.touch_p99", percentile(touch, 99), "ms", percentile(bare, 99), "aim: 33 ms"
        ),
        Figure("kiosk.page_change", median(change), "ms", note="aim: 50 ms"),
        Figure("kiosk.page_change_p99", percentile(change, 99), "ms"),
        Figure("kiosk.qr_lag", found["qr_lag_ms"], "ms", note="the event loop, while a QR is made"),
        Figure(
            "kiosk.memory", found["memory_mb"], "MB", found["warm_mb"],
            f"after {len(change)} page changes, {grown_mb:+.1f} MB since a tenth; aim: 100 MB",
        ),
        Figure("kiosk.idle", found["idle_percent"], "%", note="of a core; aim: 2 %"),
    ]  # fmt: skip


def _probe(rig: Rig, *words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.glass_probe", *words],
        env={**os.environ, **rig.offscreen()}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
