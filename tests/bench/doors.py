"""`doors`: how soon an opened door is told, and how the bus is used on every family of boards.

- A door opened by hand, until the kiosk is told, with idle polling. The floor is the wire's own
  time for one query, seen in the same run; half the poll's period (0.4 s) comes on top.
- `doors.FAMILY.cycle`: from one question to the next while a door is in use. The floor is what its
  bytes, the board's stated delay and the profile's gap need: `tests.bench.cycle`.
- `doors.FAMILY.idle`: the part of a core that the daemon takes while nobody is there. The floor is
  a bare thread that puts the same questions as often.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from drivers.boards.registry import FACTS_OF
from drivers.codec import Request
from drivers.profile import load_profile, make_codec
from locker.board_worker import SLOW_POLL_S
from tests.bench.cycle import LineFacts, cycles
from tests.bench.figure import Figure, median, percentile
from tests.bench.history import DOORS
from tests.bench.opening import Opener
from tests.bench.processor import bare_share, share
from tests.bench.rig import PROFILE, Rig
from tests.bench.unlock import MS, SEED

STATED_DELAY_S = 0.020
"""The simulator's own `--reply-delay-ms`."""
IN_USE_S = 3.0


def measure(rig: Rig, say: Callable[[str], None]) -> list[Figure]:
    """Open doors by hand, one after another; then look at the bus of each family."""
    found = _told(rig)
    say(f"doors: {rig.size.doors} of {rig.size.doors}")
    for family in FACTS_OF:
        rig.use_boards(family.value)
        found += _family(rig, family.value)
        say(f"doors: {family.value}")
    rig.use_boards(PROFILE)
    return found


def _told(rig: Rig) -> list[Figure]:
    simulator = rig.start_simulator()
    rig.launch_daemon()
    try:
        told_s, queries_s = [], []
        with rig.connect()[0] as glass:
            opener = Opener(rig.past, simulator, glass, random.Random(SEED), rig.wiring)
            for run in range(rig.size.doors):
                opener.wait_anywhere()
                told_s.append(opener.open_by_hand(run % DOORS + 1))
                queries_s += [query.wire_s for query in opener.queries()]
    finally:
        simulator.close()
        rig.stop_all()
    query_ms = median(queries_s) * MS
    note = "floor: the wire's own time for one query; the doors are read every 400 ms"
    return [
        Figure("doors.median", median(told_s) * MS, "ms", query_ms, note),
        Figure("doors.p99", percentile(told_s, 99) * MS, "ms", query_ms),
    ]


def _family(rig: Rig, family: str) -> list[Figure]:
    simulator = rig.start_simulator()
    daemon, _ = rig.launch_daemon()
    try:
        with rig.connect_rested() as glass:
            idle = share(daemon.pid, rig.size.idle_s)
            opener = Opener(rig.past, simulator, glass, random.Random(SEED), rig.wiring)
            trace = opener.hold_open(1, IN_USE_S)
        rig.stop(daemon)
        bare = bare_share(
            rig.board, _questions(rig), every_s=SLOW_POLL_S, duration_s=rig.size.idle_s
        )
    finally:
        simulator.close()
        rig.stop_all()
    profile = load_profile(rig.wiring.profile_file)
    facts = LineFacts(profile.byte_s, profile.gap_ms / 1000, STATED_DELAY_S)
    seen = cycles(trace, facts)
    took_ms, needed_ms = (
        sum(values) / len(seen) * MS
        for values in ([c.took_s for c in seen], [c.needed_s for c in seen])
    )
    return [
        Figure(
            f"doors.{family}.cycle", took_ms, "ms", needed_ms,
            f"mean of {len(seen)}, one door in use; aim: ratio 1.2",
        ),
        Figure(f"doors.{family}.idle", idle, "%", bare, "of one core, whole daemon; aim: 1 %"),
    ]  # fmt: skip


def _questions(rig: Rig) -> list[bytes]:
    """Give the frames that read every door of the cabinet once."""
    profile = load_profile(rig.wiring.profile_file)
    codec = make_codec(profile)
    reads: list[Request] = [read for board in profile.boards for read in profile.door_reads(board)]
    return [codec.encode(read) for read in reads]
