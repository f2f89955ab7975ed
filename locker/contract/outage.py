"""Outage-fair time: a deadline moves by as long as the cabinet could not serve since it was set.

One function, used on the cabinet and at the centre, so that both always agree. Being offline
alone is serving; the statutory clock of a matter never pauses. Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from locker.contract.vocabulary import Condition

SERVING_NEEDS = frozenset({"board", "doors", "power", "recording"})
"""Parts whose absence stops all clocks that run against a person.

`doors`: one board of several is silent. It stops everybody's clock, to nobody's harm.
"""
OUT = frozenset({Condition.JAMMED, Condition.OUT_OF_SERVICE})
"""Conditions in which a compartment can be opened for nobody but staff."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which the cabinet could not serve. Unix seconds; `ended` is None while it lasts."""

    began: float
    ended: float | None


def paused_s(outages: Iterable[Outage], *, since: float, now: float) -> float:
    """Give the seconds between `since` and `now` in which at least one outage was on."""
    spans = sorted(
        (outage.began, now if outage.ended is None else outage.ended) for outage in outages
    )
    total, reached = 0.0, since
    for began, ended in spans:
        total += max(0.0, min(ended, now) - max(began, reached))
        reached = max(reached, ended)
    return total


def effective_expiry(
    *, issued_at: float, expires_at: float, outages: Iterable[Outage], now: float
) -> float:
    """Give the Unix second at which a grant really ends: its own, plus the outages since issue."""
    return expires_at + paused_s(outages, since=issued_at, now=now)
