"""`soak`: an hour of a cabinet without its waiting: readings, openings, cables, glasses that go.

An idle hour has 9,000 readings of the doors, one every 0.4 s. While a door is open they are read
without a pause, ten times as often: so each opening's door is left open a while, and when 9,000
readings went over the wire and 200 doors were opened, the hour is over. What goes by the clock
(the minute's sign of life, the posts every 30 s) comes only as often as the real minutes have it.

Memory (RSS), open descriptors and threads of the daemon are read twenty times. The floor of each is
its value after the first tenth, in which caches fill; the slope is the straight line through the
values of the second half, as MB an hour.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from drivers.simulator.control import SimulatorClient
from locker.board_worker import SLOW_POLL_S
from locker.contract.vocabulary import Health
from tests.bench.figure import Figure
from tests.bench.glass_line import GlassLine
from tests.bench.history import OCCUPIED
from tests.bench.library import memory_of
from tests.bench.opening import GAP_S, Opener
from tests.bench.rig import Rig
from tests.bench.unlock import SEED
from tests.bench.wire import exchanges

HOUR_READINGS = round(3600 / SLOW_POLL_S)
HELD_OPEN_S = 1.8
"""At 39 ms a reading about 45 readings: 200 openings make the hour."""
PULL_EVERY, GLASS_EVERY, SAMPLES = 5, 3, 20
PULLED_S, BACK_S, LOOK_S = 0.3, 30.0, 0.1


@dataclass(frozen=True, slots=True)
class Held:
    """What the daemon holds after so many readings of the doors."""

    readings: int
    memory_mb: float
    files: int
    threads: int

    @classmethod
    def now(cls, pid: int, readings: int) -> Held:
        """Look at the process."""
        files, threads = (len(list(Path(f"/proc/{pid}/{it}").iterdir())) for it in ("fd", "task"))
        return cls(readings, memory_of(pid).rss_mb, files, threads)


def measure(rig: Rig, say: Callable[[str], None]) -> list[Figure]:
    """Live through the hour, and give how much more is held after it."""
    simulator = rig.start_simulator()
    daemon, _ = rig.launch_daemon()
    held: list[Held] = []
    run, readings, seen, begun_s = 0, 0, 0, time.monotonic()
    try:
        with rig.connect_rested() as glass:
            opener = Opener(rig.past, simulator, glass, random.Random(SEED), rig.wiring)
            while readings < HOUR_READINGS or run < rig.size.soak:
                trace = opener.hold_open(run % OCCUPIED + 1, HELD_OPEN_S)
                readings += sum(one.answered for one in exchanges(trace, gap_s=GAP_S))
                if run % PULL_EVERY == 0:
                    seen = _pull_both(simulator, glass, seen)
                if run % GLASS_EVERY == 0:
                    rig.connect()[0].close()
                if readings * SAMPLES >= HOUR_READINGS * (len(held) + 1):
                    held.append(Held.now(daemon.pid, readings))
                    say(f"soak: {run + 1} openings, {held[-1]}")
                run += 1
    finally:
        simulator.close()
        rig.stop_all()
    minutes = (time.monotonic() - begun_s) / 60
    pulls = 2 * -(-run // PULL_EVERY)
    took = f"{readings:,} readings, {run} openings, {pulls} cables pulled in {minutes:.0f} min"
    return figures(held, f"{took}; {rig.size.events:,} events before")


def figures(held: Sequence[Held], note: str) -> list[Figure]:
    """Set the last values beside those after the first tenth, and give the line's slope."""
    first, last = held[SAMPLES // 10 - 1], held[-1]
    half = held[len(held) // 2 :]
    hours = [one.readings / HOUR_READINGS for one in half]
    slope = statistics.linear_regression(hours, [one.memory_mb for one in half]).slope
    return [
        Figure("soak.memory", last.memory_mb, "MB", first.memory_mb, note),
        Figure("soak.memory.slope", slope, "MB/h", None, f"of the last {len(half)} values"),
        Figure("soak.descriptors", last.files, "", first.files, "the same"),
        Figure("soak.threads", last.threads, "", first.threads, "the same"),
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
