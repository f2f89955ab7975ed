"""`diag health`: each lock's history out of the journal's entries. Knows no file and no screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from locker.contract.chain import Entry
from locker.contract.event import (
    AttemptCommitted,
    AttemptFailed,
    AttemptNotSent,
    AttemptOpened,
    AttemptUnresolved,
    EventBodyError,
    from_body,
)
from locker.diag.lock_health import LockHealth, Try, TryOutcome, judge_lock


@dataclass(frozen=True, slots=True)
class Histories:
    """What a journal tells of its locks: compartment → tries, oldest first.

    `since_s` and `until_s`: wall times of the first and last entry; None in an empty journal.
    """

    tries: dict[int, tuple[Try, ...]]
    entries: int
    since_s: float | None
    until_s: float | None

    def health(self, compartment: int) -> LockHealth:
        """Judge one lock; one that was never tried has not enough data."""
        return judge_lock(self.tries.get(compartment, ()))


@dataclass(slots=True)
class _Reader:
    """Attempts by their order of commitment; an end overwrites an earlier one (a late opening)."""

    compartments: dict[str, int] = field(default_factory=dict)
    ends: dict[str, Try] = field(default_factory=dict)

    def take(self, entry: Entry) -> None:
        try:
            event = from_body(entry.kind, entry.body)
        except EventBodyError:
            return
        wall = entry.stamp.wall
        match event:
            case AttemptCommitted(attempt=attempt, compartment=compartment):
                self.compartments[attempt] = compartment
            case AttemptOpened(attempt=attempt, after_ms=after_ms, late=late):
                outcome = TryOutcome.LATE if late else TryOutcome.OPENED
                # The time of a late opening is a person's patience, not the lock's.
                self.ends[attempt] = Try(outcome, None if late else after_ms, wall)
            case AttemptFailed(attempt=attempt):
                self.ends[attempt] = Try(TryOutcome.FAILED, None, wall)
            case AttemptUnresolved(attempt=attempt):
                self.ends[attempt] = Try(TryOutcome.UNRESOLVED, None, wall)
            case AttemptNotSent(attempt=attempt):
                self.ends[attempt] = Try(TryOutcome.NOT_SENT, None, wall)
            case _:
                pass


def read_histories(entries: Iterable[Entry]) -> Histories:
    """Gather every lock's attempts from a journal's entries, oldest first."""
    reader, count = _Reader(), 0
    since_s: float | None = None
    until_s: float | None = None
    for entry in entries:
        count += 1
        since_s = entry.stamp.wall if since_s is None else since_s
        until_s = entry.stamp.wall
        reader.take(entry)
    tries: dict[int, list[Try]] = {}
    for attempt, compartment in reader.compartments.items():
        if attempt in reader.ends:
            tries.setdefault(compartment, []).append(reader.ends[attempt])
    return Histories({n: tuple(own) for n, own in tries.items()}, count, since_s, until_s)
