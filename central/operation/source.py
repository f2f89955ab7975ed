"""Where an event of a cabinet is from, for whatever folds it."""

from __future__ import annotations

from dataclasses import dataclass

from central.key import KeyRing


@dataclass(frozen=True, slots=True)
class Source:
    """Where an event is from: its row is the evidence of what it changes."""

    cabinet: str
    event: int
    wall: float
    now: float
    keys: KeyRing
