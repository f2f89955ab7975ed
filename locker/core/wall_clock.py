"""The wall clock's troubles: it jumps, or is believed only some time after the start.

Durations are monotonic and need none of this. A jump forward is journaled, and hurries nothing for
an hour. The time without power is measured from the
last sign of life, as soon as the clock is believed.
"""

from __future__ import annotations

from locker.contract import event as e
from locker.core.docket import Docket

JUMP_S = 60.0
"""More than any clock drifts between two turns."""


def start(docket: Docket, last_alive: float | None) -> None:
    """Begin a boot; `last_alive`: the last sign of life before it, if one was believed."""
    docket.remember(last_alive=last_alive)
    measure_power(docket)


def follow(docket: Docket) -> None:
    """Compare the clocks with those of the last turn; a jump counts, believed or not."""
    now, seen = docket.now, docket.memory.clock_seen
    if seen is not None:
        mono_s, wall = seen
        forward_s = (now.wall - wall) - (now.mono_s - mono_s)
        if forward_s > JUMP_S:
            docket.emit(e.ClockJumped(round(forward_s, 3)))
    docket.remember(clock_seen=(now.mono_s, now.wall))


def measure_power(docket: Docket) -> None:
    """Say how long the power was off, once the clock is believed."""
    now, memory = docket.now, docket.memory
    if memory.last_alive is None or memory.started_at_s is None or not now.trusted:
        return
    came_back = now.wall - (now.mono_s - memory.started_at_s)
    off_s = round(came_back - memory.last_alive, 3)
    docket.remember(last_alive=None)
    if off_s > 0:
        at = came_back if came_back < now.wall else None
        docket.emit(e.ServiceChanged("power", ok=True, off_s=off_s, at=at))
