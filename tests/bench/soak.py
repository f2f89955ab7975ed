"""`soak`: a busy hour in a few minutes: openings, cables pulled and put back, glasses that go.

Memory (RSS) and open descriptors of the daemon after the first tenth and at the end: they must be
flat. The floor of each is its value after that first tenth, in which caches fill.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

from drivers.simulator.control import SimulatorClient
from locker.contract.vocabulary import Health
from tests.bench.figure import Figure
from tests.bench.glass_line import GlassLine
from tests.bench.library import memory_of
from tests.bench.opening import Opener
from tests.bench.rig import Rig
from tests.bench.unlock import SEED

PULL_EVERY, GLASS_EVERY = 5, 3
PULLED_S, BACK_S, LOOK_S = 0.3, 30.0, 0.1


def measure(rig: Rig, say: Callable[[str], None]) -> list[Figure]:
    """Live through the hour, and give how much more is held after it."""
    simulator = rig.start_simulator()
    daemon, _ = rig.launch_daemon()
    held: list[tuple[float, int]] = []
    pulls, seen, begun_s = 0, 0, time.monotonic()
    try:
        with rig.connect_rested() as glass:
            opener = Opener(rig.past, simulator, glass, random.Random(SEED), rig.wiring)
            for run in range(rig.size.soak):
                opener.scan(run)
                if run % PULL_EVERY == 0:
                    seen = _pull_both(simulator, glass, seen)
                    pulls += 2
                if run % GLASS_EVERY == 0:
                    rig.connect()[0].close()
                if run in {rig.size.soak // 10, rig.size.soak - 1}:
                    held.append((memory_of(daemon.pid).rss_mb, _descriptors(daemon.pid)))
                    say(f"soak: {run + 1} openings, {held[-1][0]:.1f} MB, {held[-1][1]} open files")
    finally:
        simulator.close()
        rig.stop_all()
    (first_mb, first_files), (last_mb, last_files) = held[0], held[-1]
    took = f"{rig.size.soak} openings, {pulls} cables pulled, {time.monotonic() - begun_s:.0f} s"
    return [
        Figure("soak.memory", last_mb, "MB", first_mb, took),
        Figure("soak.descriptors", last_files, "", first_files, "the same"),
    ]


def _pull_both(simulator: SimulatorClient, glass: GlassLine, seen: int) -> int:
    """Pull the board's and the scanner's cable, put them back, and wait until both work.

    `seen`: up to which entry the trace was looked at; gives how far it is now.
    """
    for which in ("board", "scanner"):
        simulator.unplug(which)
    time.sleep(PULLED_S)
    trace = simulator.trace(seen)
    before = trace[-1].n + 1 if trace else seen
    for which in ("board", "scanner"):
        simulator.replug(which)
    until_s = time.monotonic() + BACK_S
    while not any(line.direction == "out" for line in simulator.trace(before)):
        if time.monotonic() > until_s:
            raise TimeoutError(f"the board was not asked again within {BACK_S:.0f} s")
        time.sleep(LOOK_S)

    def well(told: dict[str, object]) -> bool:
        service = told["service"]
        return isinstance(service, dict) and {service["board"], service["scanner"]} == {
            Health.OK.value
        }

    glass.wait_for(well, what="board and scanner", timeout_s=30.0)
    return before


def _descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
