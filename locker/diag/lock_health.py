"""The verdict on one lock from its past openings. Pure: knows no journal and no screen.

Figures are medians of measured times to open. The limits are ours and stated here; they are not a
maker's.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

WINDOW = 20
"""So many openings make "then", and so many make "now"."""
LEAST = 10
"""Fewer openings than this in a window say nothing."""
SLOWER = 1.5
"""A lock that takes this many times as long as it did then is wearing out…"""
SLOWER_BY_MS = 50
"""…if the difference is also more than the readings' own grain."""
MANY_FAILURES = 3
"""So many failures among the last `WINDOW` attempts are no accident."""
JAM = 3
"""So many failures in a row are a jam."""


class TryOutcome(StrEnum):
    """How one pulse ended, as the journal has it."""

    OPENED = "opened"
    LATE = "late"
    """Opened, after the attempt had been given up."""
    FAILED = "failed"
    UNRESOLVED = "unresolved"
    NOT_SENT = "not_sent"
    """No byte was written: says nothing of the lock."""


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt; `after_ms`: measured time to open, None where it was not measured."""

    outcome: TryOutcome
    after_ms: int | None = None
    wall_s: float = 0.0


class LockVerdict(StrEnum):
    """What a technician should think of a lock."""

    GOOD = "good"
    WATCH = "watch"
    REPLACE_SOON = "replace_soon"
    NOT_ENOUGH_DATA = "not_enough_data"


class Why(StrEnum):
    """The reason of a verdict; its words are in the texts, `health.why.…`."""

    STEADY = "steady"
    SLOWER = "slower"
    FAILURES = "failures"
    JAMMED = "jammed"
    SOME_FAILURES = "some_failures"
    FEW = "few"
    NO_TREND = "no_trend"


@dataclass(frozen=True, slots=True)
class LockHealth:
    """A lock's figures and verdict. `then_ms` and `now_ms` are None where not measured enough."""

    attempts: int
    failures: int
    unresolved: int
    measured: int
    then_ms: float | None
    now_ms: float | None
    verdict: LockVerdict
    why: Why


def judge_lock(tries: Sequence[Try]) -> LockHealth:
    """Judge a lock by its attempts, oldest first.

    A jam or many recent failures are said with little data; a trend, or "good", only with enough.
    """
    sent = [one for one in tries if one.outcome is not TryOutcome.NOT_SENT]
    times = [one.after_ms for one in sent if one.after_ms is not None]
    then_ms, now_ms = _then_and_now(times)
    verdict, why = _verdict(sent, then_ms, now_ms)
    return LockHealth(
        attempts=len(sent),
        failures=_count(sent, TryOutcome.FAILED, TryOutcome.LATE),
        unresolved=_count(sent, TryOutcome.UNRESOLVED),
        measured=len(times),
        then_ms=then_ms,
        now_ms=now_ms,
        verdict=verdict,
        why=why,
    )


def _then_and_now(times: Sequence[int]) -> tuple[float | None, float | None]:
    """Give the medians of the first and the last openings, which must not be the same ones."""
    size = min(WINDOW, len(times) // 2)
    if size >= LEAST:
        return statistics.median(times[:size]), statistics.median(times[-size:])
    if len(times) >= LEAST:
        return None, statistics.median(times[-WINDOW:])
    return None, None


def _verdict(
    sent: Sequence[Try], then_ms: float | None, now_ms: float | None
) -> tuple[LockVerdict, Why]:
    recent = sent[-WINDOW:]
    failures = _count(recent, TryOutcome.FAILED, TryOutcome.LATE)
    if len(sent) >= JAM and all(one.outcome is TryOutcome.FAILED for one in sent[-JAM:]):
        return LockVerdict.REPLACE_SOON, Why.JAMMED
    if failures >= MANY_FAILURES:
        return LockVerdict.REPLACE_SOON, Why.FAILURES
    if then_ms is not None and now_ms is not None and _slower(then_ms, now_ms):
        return LockVerdict.REPLACE_SOON, Why.SLOWER
    if failures:
        return LockVerdict.WATCH, Why.SOME_FAILURES
    if len(sent) < LEAST:
        return LockVerdict.NOT_ENOUGH_DATA, Why.FEW
    if then_ms is None:
        return LockVerdict.NOT_ENOUGH_DATA, Why.NO_TREND
    return LockVerdict.GOOD, Why.STEADY


def _slower(then_ms: float, now_ms: float) -> bool:
    return now_ms >= SLOWER * then_ms and now_ms - then_ms >= SLOWER_BY_MS


def _count(tries: Sequence[Try], *outcomes: TryOutcome) -> int:
    return sum(one.outcome in outcomes for one in tries)
