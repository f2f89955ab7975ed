"""Makes a failing life short: leaves out what it fails without."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from tests.simulation.course import Outcome
from tests.simulation.plan import Happening

Play = Callable[[Sequence[Happening]], Outcome]


def shrink(
    play: Play, drawn: Sequence[Happening], failed: Outcome, *, within_s: float
) -> tuple[tuple[Happening, ...], Outcome]:
    """Give the fewest happenings found in this time that break the same promise, and their life.

    First what comes after the failure goes; then ever smaller stretches, then one by one.
    """
    ends = time.monotonic() + within_s
    kept = tuple(h for h in drawn if h.at_s <= failed.lived_s)
    outcome = play(kept)
    if outcome.broken != failed.broken:
        kept, outcome = tuple(drawn), failed
    size = max(1, len(kept) // 2)
    while size >= 1 and time.monotonic() < ends:
        at, shorter = 0, False
        while at < len(kept) and time.monotonic() < ends:
            fewer = kept[:at] + kept[at + size :]
            tried = play(fewer)
            if tried.broken == failed.broken:
                kept, outcome, shorter = fewer, tried, True
            else:
                at += size
        if not shorter or size > len(kept):
            size //= 2
    return kept, outcome
