"""`unlock`: from a code to the first byte of the pulse, real processes, as `wire` defines it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from locker.contract.digest import code_digest
from tests.bench.figure import Figure, median, percentile
from tests.bench.floor import Floor, timed_s
from tests.bench.opening import GAP_S, Opener
from tests.bench.rig import Rig
from tests.bench.wire import Unlock

SEED = 20_210_618
MS = 1000.0


@dataclass(frozen=True, slots=True)
class Samples:
    """Everything that one `unlock` measured; seconds."""

    unlocks: Sequence[Unlock]
    queries: Sequence[float]
    floor: Sequence[float]
    typed: Sequence[float]
    hashing: Sequence[float]
    full_rate: Sequence[Unlock] = ()


def measure(rig: Rig, say: Callable[[str], None]) -> list[Figure]:
    """Run the openings and give the figures."""
    simulator = rig.start_simulator()
    rig.launch_daemon()
    floor = Floor(rig.directory)
    try:
        with rig.connect_rested() as glass:
            opener = Opener(rig.past, simulator, glass, random.Random(SEED), rig.wiring)
            for run in range(rig.size.warm_ups):
                opener.scan(run)
            samples = _samples(rig, opener, floor, say)
    finally:
        floor.close()
        simulator.close()
        rig.stop_all()
    return figures(samples)


def _samples(rig: Rig, opener: Opener, floor: Floor, say: Callable[[str], None]) -> Samples:
    unlocks, queries, typed, hashing = [], [], [], []
    for run in range(rig.size.unlocks):
        opener.wait_anywhere()
        floor.sample()
        seen, exchanges = opener.scan(rig.size.warm_ups + run)
        unlocks.append(seen)
        queries += [e.wire_s for e in exchanges if e.answered and not e.pulse]
        if run % 100 == 99:
            say(f"unlock: {run + 1} of {rig.size.unlocks}")
    for run in range(rig.size.typed):
        opener.wait_anywhere()
        hashing.append(timed_s(lambda: code_digest("12345678", salt=b"0" * 16)))
        typed.append(opener.type_code(run))
    full_rate = [opener.reopen(run) for run in range(rig.size.full_rate)]
    return Samples(unlocks, queries, floor.samples_s, typed, hashing, full_rate)


def figures(samples: Samples) -> list[Figure]:
    """Reduce the samples: medians beside the floor's median, p99 beside the floor's p99."""
    own = [seen.unlock_s for seen in samples.unlocks]
    waits = [seen.bus_wait_s for seen in samples.unlocks if seen.bus_wait_s > 0]
    free = [seen.unlock_s for seen in samples.unlocks if seen.bus_wait_s == 0]
    late = sum(seen.begun_before_pulse > 0 for seen in samples.unlocks)
    found = [
        _beside("unlock.median", median(own), median(samples.floor), aim_ms=2.0),
        _beside("unlock.p99", percentile(own, 99), percentile(samples.floor, 99), aim_ms=8.0),
    ]
    query_s = median(samples.queries)
    note = f"of the {len(waits)} of {len(own)} runs that met a frame on the wire"
    if free:
        note += f"; median of the others: {median(free) * MS:.3f} ms"
    note += f"; a frame was begun before the pulse in {late}"
    found += [
        Figure("unlock.bus_wait", (median(waits) if waits else 0) * MS, "ms", query_s * MS, note),
        Figure(
            "unlock.bus_wait.p99",
            (percentile(waits, 99) if waits else 0) * MS,
            "ms",
            query_s * MS,
            "floor: the wire's own time for one query",
        ),
    ]
    if samples.typed:
        floor_s = median(samples.floor) + median(samples.hashing)
        typed_ms = median(samples.typed) * MS
        note = "from the call to the pulse, waits included; floor: scrypt + commit + terminal"
        found.append(
            Figure("unlock_typed.median", typed_ms, "ms", floor_s * MS, f"{note}; aim: 500 ms")
        )
    if samples.full_rate:
        found += _at_full_rate(samples.full_rate, query_s + GAP_S)
    return found


def _at_full_rate(seen: Sequence[Unlock], frame_s: float) -> list[Figure]:
    """Beside one reading with its gap: the longest that a frame in flight can make a pulse wait."""
    begun = max(one.begun_before_pulse for one in seen)
    waits = [one.raw_s for one in seen]
    note = f"from the call to the pulse, {len(seen)} times, the doors read without a pause"
    return [
        Figure("unlock.full_rate.median", median(waits) * MS, "ms", frame_s * MS, note),
        Figure(
            "unlock.full_rate.worst", max(waits) * MS, "ms", frame_s * MS,
            f"frames begun between the call and the pulse: at most {begun}",
        ),
    ]  # fmt: skip


def _beside(name: str, value_s: float, floor_s: float, *, aim_ms: float) -> Figure:
    added_ms = (value_s - floor_s) * MS
    note = f"{added_ms:.3f} ms over the floor; aim: {aim_ms:.0f} ms"
    return Figure(name, value_s * MS, "ms", floor_s * MS, note)
