"""Each lock's history out of the journal."""

from __future__ import annotations

from locker.contract.chain import GENESIS, Entry, Stamp, seal
from locker.contract.event import (
    AttemptCommitted,
    AttemptFailed,
    AttemptNotSent,
    AttemptOpened,
    AttemptUnresolved,
    Event,
    to_body,
)
from locker.contract.vocabulary import DoorState
from locker.diag.health import read_histories
from locker.diag.lock_health import LockVerdict, Try, TryOutcome, Why


def _entries(*events: Event) -> list[Entry]:
    return [
        seal(
            journal="j", sequence=n, kind=event.kind, body=to_body(event), previous=GENESIS,
            stamp=Stamp("b", n, 1000.0 + n, trusted=True),
        )
        for n, event in enumerate(events, 1)
    ]  # fmt: skip


def _committed(attempt: str, compartment: int) -> AttemptCommitted:
    return AttemptCommitted(attempt, "v", compartment, 1, DoorState.CLOSED)


def test_attempts_are_told_apart_by_their_compartment() -> None:
    found = read_histories(
        _entries(
            _committed("a", 1), AttemptOpened("a", 90),
            _committed("b", 2), AttemptFailed("b"),
            _committed("c", 1), AttemptUnresolved("c", "gap"),
            _committed("d", 1), AttemptNotSent("d", "port lost"),
            _committed("e", 1),
        )
    )  # fmt: skip
    assert [t.outcome for t in found.tries[1]] == [
        TryOutcome.OPENED, TryOutcome.UNRESOLVED, TryOutcome.NOT_SENT,
    ]  # fmt: skip
    assert found.tries[2] == (Try(TryOutcome.FAILED, None, 1004.0),)
    assert (found.entries, found.since_s, found.until_s) == (9, 1001.0, 1009.0)


def test_a_late_opening_takes_the_place_of_its_failure_and_has_no_time() -> None:
    entries = _entries(_committed("a", 1), AttemptFailed("a"), AttemptOpened("a", 9000, late=True))
    assert read_histories(entries).tries[1] == (Try(TryOutcome.LATE, None, 1003.0),)


def test_a_lock_that_was_never_tried_has_not_enough_data() -> None:
    health = read_histories([]).health(5)
    assert (health.verdict, health.why) == (LockVerdict.NOT_ENOUGH_DATA, Why.FEW)


def test_an_entry_of_a_newer_cabinet_is_passed_over() -> None:
    (entry,) = _entries(_committed("a", 1))
    strange = Entry("j", 2, "future.kind", {}, entry.stamp, GENESIS, GENESIS)
    assert read_histories([entry, strange]).entries == 2
