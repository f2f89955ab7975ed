"""How much the glass can make the journal hold: so many of a kind in a minute, the rest is counted.

Whoever has the glass's account can send calls as fast as its socket takes them. People cannot: what
is over the limits of people is answered on the glass as before, or dropped, and one event in a
minute says how many there were. A restart forgets the count of its last minute. Knows no docket.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from locker.core.memory import Memory, Surplus

WINDOW_S = 60.0


class Stream(StrEnum):
    """What is counted apart; the word is in the journal."""

    REFUSALS = "refusals"
    """Wrong codes, badges and scans. Those that slow a keypad down slow themselves down."""
    HELP = "help"
    """Calls for help: the first ones fetch somebody as well as all of them."""
    TOUCHES = "touches"
    """What people press."""


LIMITS: Mapping[Stream, int] = MappingProxyType(
    {Stream.REFUSALS: 30, Stream.HELP: 6, Stream.TOUCHES: 240}
)
"""So many in any 60 seconds."""


def admit(memory: Memory, stream: Stream, now_s: float) -> tuple[Memory, bool]:
    """Count one; whether it may be written."""
    admitted = memory.admitted_at_s.get(stream, ())
    recent = tuple(at_s for at_s in admitted if at_s > now_s - WINDOW_S)
    if len(recent) < LIMITS[stream]:
        counted = {**memory.admitted_at_s, stream: (*recent, now_s)}
        return dataclasses.replace(memory, admitted_at_s=counted), True
    before = memory.left_out.get(stream, Surplus(0, now_s))
    left_out = {**memory.left_out, stream: Surplus(before.count + 1, before.since_s)}
    return dataclasses.replace(memory, left_out=left_out), False


def overdue(memory: Memory, now_s: float) -> tuple[Memory, dict[Stream, int]]:
    """Give the counts whose minute is over, and forget them."""
    due = {
        Stream(stream): found.count
        for stream, found in memory.left_out.items()
        if now_s >= found.since_s + WINDOW_S
    }
    if not due:
        return memory, {}
    rest = {stream: found for stream, found in memory.left_out.items() if stream not in due}
    return dataclasses.replace(memory, left_out=rest), due
