"""How long a lock's coil was on: its rest between two pulses, and the limit within a window.

A coil burns when it is fed too often. Each pulse is counted in the compartment's record by its
intent, so that a restart forgets none; what was certainly not sent is taken off again.
"""

from __future__ import annotations

from locker.core.docket import Docket
from locker.core.input import Settings
from locker.core.memory import Memory
from locker.core.state import CompartmentRecord


def rested_at_s(memory: Memory, settings: Settings, compartment: int) -> float:
    """Give the monotonic second from which this lock may be pulsed again."""
    pulsed_at_s = memory.pulsed_at_s.get(compartment)
    if pulsed_at_s is None and compartment in memory.pulsed_before_start:
        pulsed_at_s = memory.started_at_s
    rested_s = 0.0 if pulsed_at_s is None else pulsed_at_s + settings.coil_rest_s
    pulses = memory.coil_at_s.get(compartment, ())
    if len(pulses) < settings.coil_pulses:
        return rested_s
    return max(rested_s, pulses[-settings.coil_pulses] + settings.coil_window_s)


def is_rested(docket: Docket, compartment: int) -> bool:
    """Whether this lock may be pulsed again."""
    return docket.now.mono_s >= rested_at_s(docket.memory, docket.settings, compartment)


def is_cooling(docket: Docket, compartment: int) -> bool:
    """Whether more than the short rest between two pulses must pass before the next one."""
    at_s = rested_at_s(docket.memory, docket.settings, compartment)
    return at_s > docket.now.mono_s + docket.settings.coil_rest_s


def begin(docket: Docket, compartment: int) -> None:
    """A pulse is about to be sent: it counts from now."""
    at_s = docket.now.mono_s
    _put(docket, compartment, (*docket.memory.coil_at_s.get(compartment, ()), at_s))
    docket.remember(pulsed_at_s={**docket.memory.pulsed_at_s, compartment: at_s})


def sent(docket: Docket, compartment: int, at_s: float) -> None:
    """The worker told when the pulse's first byte left."""
    *before, _ = docket.memory.coil_at_s.get(compartment, (at_s,))
    _put(docket, compartment, (*before, at_s))
    docket.remember(pulsed_at_s={**docket.memory.pulsed_at_s, compartment: at_s})


def not_sent(docket: Docket, compartment: int) -> None:
    """No byte left: the coil was not fed."""
    _put(docket, compartment, docket.memory.coil_at_s.get(compartment, ())[:-1])


def restart(docket: Docket) -> None:
    """Count what the last runs sent within the window, by the wall clock, believed or not.

    A clock that stands before a pulse counts it as sent just now. More caution would keep every
    well-used lock shut for a minute after each start that has no network yet.
    """
    now, window_s = docket.now, docket.settings.coil_window_s
    found = {}
    for box in docket.draft.all(CompartmentRecord):
        ages_s = [max(0.0, now.wall - at) for at in box.pulsed_at]
        recent = tuple(now.mono_s - age_s for age_s in ages_s if age_s < window_s)
        if recent:
            found[box.number] = recent
    docket.remember(coil_at_s=found)


def _put(docket: Docket, compartment: int, pulses: tuple[float, ...]) -> None:
    held = pulses[-docket.settings.coil_pulses :]
    docket.remember(coil_at_s={**docket.memory.coil_at_s, compartment: held})
