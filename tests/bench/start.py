"""`start`: from the start of a process until it serves, or until its window was painted.

The daemon serves when kiosk.sock answers hello with a board and a scanner that are well. The kiosk
is painted when its window was painted the first time; the daemon runs then. Files are in the
page cache; the journal is the long one. The floor is the start of an interpreter that imports the
same libraries, done in turn with the starts.
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk_ui.rehearsal_client import RehearsalClient
from tests.bench.figure import Figure, median
from tests.bench.library import DAEMON_MODULES, KIOSK_MODULES, bare, libraries_of
from tests.bench.rig import Rig


def measure(rig: Rig, say: Callable[[str], None]) -> list[Figure]:
    """Start both several times, and give the figures."""
    simulator = rig.start_simulator()
    try:
        daemon = _daemon_figure(rig)
        rig.launch_daemon()
        with rig.connect()[0]:
            kiosk = _kiosk_figures(rig)
    finally:
        simulator.close()
        rig.stop_all()
    say(f"start: {rig.size.starts} starts each")
    return [daemon, *kiosk]


def _daemon_figure(rig: Rig) -> Figure:
    libraries = libraries_of(DAEMON_MODULES, {})
    took_s, floor_s = [], []
    for _ in range(rig.size.starts):
        floor_s.append(bare(libraries, {}).ready_s)
        part, begun_s = rig.launch_daemon()
        glass, serving_s = rig.connect()
        with glass:
            took_s.append(serving_s - begun_s)
        rig.stop(part)
    note = f"until board and scanner are well; slowest {max(took_s):.3f} s; aim: 1 s"
    return Figure("start.daemon", median(took_s), "s", median(floor_s), note)


def _kiosk_figures(rig: Rig) -> list[Figure]:
    screen = rig.offscreen()
    libraries = libraries_of(KIOSK_MODULES, screen)
    painted_s, home_s, floor_s = [], [], []
    for _ in range(rig.size.starts):
        floor_s.append(bare(libraries, screen).ready_s)
        part, begun_s = rig.launch_kiosk()
        with RehearsalClient(rig.rehearsal, timeout_s=30) as touch:
            touch.wait_until(lambda: touch.painted().count > 0, timeout_s=30, what="a paint")
            painted_s.append(touch.painted().at - begun_s)
            touch.wait_for_page("home", timeout_s=30)
            home_s.append(touch.painted().now - begun_s)
        rig.stop(part)
    floor = median(floor_s)
    slowest = f"slowest {max(painted_s):.3f} s; aim: 0.5 s"
    return [
        Figure("start.kiosk", median(painted_s), "s", floor, f"first paint; {slowest}"),
        Figure("start.kiosk.home", median(home_s), "s", floor, "the home page is there"),
    ]
