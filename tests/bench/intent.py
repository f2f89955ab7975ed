"""Pulses on the wire against intents in the journal: what a power cut may and may not leave. Pure.

The simulator's trace and the journal's stamps tell the same monotonic clock. Each pulse must have
an intent for its lock that was committed before it, no longer ago than a pulse lives, and before
the next death of the daemon; and no intent may have two. A pulse whose intent is of an earlier life
is one that a restart fired.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from drivers.simulator.control import TraceLine
from locker.contract.chain import Entry
from locker.contract.event import AttemptCommitted
from locker.core.input import Settings
from tests.bench.wire import PULSE_HEAD

DELIVERY_S = 0.25
"""The simulator may read what a daemon wrote just before its death, this much after it."""
ROUNDING_S = 0.002
LOCK_BYTE = 2


@dataclass(frozen=True, slots=True)
class Pulse:
    """One pulse frame on the board's line."""

    at: float
    lock: int


@dataclass(frozen=True, slots=True)
class Intent:
    """One committed attempt; `at`: monotonic second of its commit's turn."""

    attempt: str
    at: float
    lock: int


def pulses_of(trace: Sequence[TraceLine]) -> list[Pulse]:
    """Find the pulse frames of family A in a trace."""
    frames = (line for line in trace if line.direction == "in")
    return [
        Pulse(line.first_at, bytes.fromhex(line.hex)[LOCK_BYTE])
        for line in frames
        if line.hex.upper().startswith(PULSE_HEAD)
    ]


def intents_of(entries: Sequence[Entry]) -> list[Intent]:
    """Find the committed attempts in a journal."""
    return [
        Intent(str(e.body["attempt"]), e.stamp.mono_ms / 1000, int(e.body["compartment"]))
        for e in entries
        if e.kind == AttemptCommitted.kind
    ]


def broken_promises(
    pulses: Sequence[Pulse], intents: Sequence[Intent], deaths: Sequence[float]
) -> list[str]:
    """Name each pulse that no intent explains. `deaths`: when the daemon was killed, in order."""
    life_s = Settings().pulse_life_s
    free = sorted(intents, key=lambda intent: intent.at)
    found = []
    for pulse in sorted(pulses, key=lambda one: one.at):
        explains = [
            intent
            for intent in free
            if intent.lock == pulse.lock
            and intent.at <= pulse.at + ROUNDING_S
            and pulse.at - intent.at <= life_s + DELIVERY_S
            and pulse.at <= _death_after(intent.at, deaths) + DELIVERY_S
        ]
        if explains:
            free.remove(explains[-1])
        else:
            found.append(
                f"lock {pulse.lock} pulsed at {pulse.at:.3f} without an intent of that life"
            )
    return found


def _death_after(at: float, deaths: Sequence[float]) -> float:
    place = bisect_left(deaths, at)
    return deaths[place] if place < len(deaths) else float("inf")
