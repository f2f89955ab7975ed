"""`recover`: from SIGKILL until it serves again, with the long journal and a visit under way.

The daemon is killed while a door that it opened stands open, and started anew at once (systemd
waits a second more). It serves when kiosk.sock says that board and scanner are well: all doors were
read, what was left is reconciled. Floor: the start of an interpreter that imports the same
libraries.
"""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable

from locker.contract.vocabulary import VisitPhase
from tests.bench.figure import Figure, median
from tests.bench.library import DAEMON_MODULES, bare, libraries_of
from tests.bench.opening import Opener
from tests.bench.rig import Rig
from tests.bench.unlock import SEED


def measure(rig: Rig, say: Callable[[str], None]) -> list[Figure]:
    """Kill and recover several times, and give the figure."""
    simulator = rig.start_simulator()
    libraries = libraries_of(DAEMON_MODULES, {})
    took_s, floor_s = [], []
    try:
        part, _ = rig.launch_daemon()
        with rig.connect_rested() as glass:
            Opener(rig.past, simulator, glass, random.Random(SEED), rig.wiring).leave_open(0)
        for _ in range(rig.size.starts):
            floor_s.append(bare(libraries, {}).ready_s)
            killed_s = time.monotonic()
            rig.stop(part, signal_number=signal.SIGKILL)
            part, _ = rig.launch_daemon()
            glass, serving_s = rig.connect()
            with glass:
                assert glass.slices["visit"]["phase"] == VisitPhase.OPEN, "the visit goes on"
            took_s.append(serving_s - killed_s)
    finally:
        simulator.close()
        rig.stop_all()
    say(f"recover: {rig.size.starts} times")
    note = f"{rig.size.events:,} events, a door open; slowest {max(took_s):.3f} s; aim: 1.5 s"
    return [Figure("recover", median(took_s), "s", median(floor_s), note)]
