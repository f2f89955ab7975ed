"""`doors`: a door opened by hand, until the kiosk is told, with idle polling.

The floor is the wire's own time for one query, seen in the same run: the request's bytes, the
board's delay, the reply's bytes. The poll's period (0.4 s) and the silence that ends a reply
(5 ms) come on top: half a period at the median.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.bench.figure import Figure, median, percentile
from tests.bench.history import DOORS
from tests.bench.opening import Opener
from tests.bench.rig import Rig
from tests.bench.unlock import MS, SEED


def measure(rig: Rig, say: Callable[[str], None]) -> list[Figure]:
    """Open doors by hand, one after another, and give the figures."""
    simulator = rig.start_simulator()
    rig.launch_daemon()
    try:
        told_s, queries_s = [], []
        with rig.connect()[0] as glass:
            opener = Opener(rig.past, simulator, glass, random.Random(SEED))
            for run in range(rig.size.doors):
                opener.wait_anywhere()
                told_s.append(opener.open_by_hand(run % DOORS + 1))
                queries_s += [query.wire_s for query in opener.queries()]
        say(f"doors: {rig.size.doors} of {rig.size.doors}")
    finally:
        simulator.close()
        rig.stop_all()
    query_ms = median(queries_s) * MS
    note = "floor: the wire's own time for one query; the doors are read every 400 ms"
    return [
        Figure("doors.median", median(told_s) * MS, "ms", query_ms, note),
        Figure("doors.p99", percentile(told_s, 99) * MS, "ms", query_ms),
    ]
