"""`memory`: what daemon and kiosk hold after some openings, with the long journal and idle polling.

Resident memory (RSS) counts; the proportional share (PSS) is given beside it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from kiosk_ui.rehearsal_client import RehearsalClient
from tests.bench.figure import Figure
from tests.bench.library import (
    DAEMON_MODULES,
    KIOSK_MODULES,
    Memory,
    bare,
    libraries_of,
    memory_of,
)
from tests.bench.opening import Opener
from tests.bench.rig import Rig
from tests.bench.unlock import SEED

SETTLE_S = 2.0


def measure(rig: Rig, say: Callable[[str], None]) -> list[Figure]:
    """Warm both up, look at them, and give the figures."""
    simulator = rig.start_simulator()
    daemon, _ = rig.launch_daemon()
    try:
        kiosk, _ = rig.launch_kiosk()
        touch = RehearsalClient(rig.rehearsal, timeout_s=30)
        with rig.connect_rested() as glass, touch:
            touch.wait_for_page("home", timeout_s=30)
            opener = Opener(rig.past, simulator, glass, random.Random(SEED), rig.wiring)
            for run in range(rig.size.warm_ups):
                opener.scan(run)
            time.sleep(SETTLE_S)
            held = {"daemon": memory_of(daemon.pid), "kiosk": memory_of(kiosk.pid)}
        say(f"memory: after {rig.size.warm_ups} openings")
    finally:
        simulator.close()
        rig.stop_all()
    screen = rig.offscreen()
    floors = {
        "daemon": bare(libraries_of(DAEMON_MODULES, {}), {}).memory,
        "kiosk": bare(libraries_of(KIOSK_MODULES, screen), screen).memory,
    }
    aims = {"daemon": 90, "kiosk": 100}
    return [f for who in held for f in _figures(who, held[who], floors[who], aims[who])]


def _figures(who: str, held: Memory, floor: Memory, aim_mb: int) -> list[Figure]:
    found = [Figure(f"memory.{who}", held.rss_mb, "MB", floor.rss_mb, f"RSS; aim: {aim_mb} MB")]
    if held.pss_mb is not None:
        found.append(Figure(f"memory.{who}.pss", held.pss_mb, "MB", floor.pss_mb, "PSS"))
    return found
