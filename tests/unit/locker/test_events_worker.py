"""Events on their way up: nothing is given up, nothing is passed over, whatever the line does."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest

from locker.centre_client import CentreClient, CentreUnreachableError
from locker.contract import event as e
from locker.contract.centre import EventsAck, EventsPost
from locker.contract.chain import GENESIS, Entry, Stamp, seal
from locker.contract.event import to_body
from locker.events_worker import EventsSource, EventsWorker
from locker.identity import Identity
from locker.inbox import Acknowledged, Forked, Message
from locker.journal.entry import Head
from locker.journal.error import JournalError
from locker.journal.outbox import Batch, Outbox


@dataclass
class FakeOutbox:
    """Five events of one journal."""

    entries: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        previous = GENESIS
        for n in range(1, 6):
            event = e.HelpCalled(f"page{n}", None)
            entry = seal(
                journal="j1", sequence=n, kind=event.kind, body=to_body(event),
                stamp=Stamp("b", n, 1.8e9, trusted=True), previous=previous,
            )  # fmt: skip
            previous = entry.hash
            self.entries.append(entry)

    def after(self, row: int, *, limit: int) -> Batch | None:
        found = self.entries[row : row + limit]
        return Batch("j1", tuple(found), row + len(found)) if found else None

    def head(self) -> Head:
        return Head("j1", 5, self.entries[-1].hash)

    def row_of(self, journal: str, sequence: int) -> int:
        return sequence

    def last_of(self, journal: str) -> int:
        return 5


@dataclass
class FakeCentre:
    """Keeps what arrives. `away`: posts that do not get there; `deaf`: answers that get lost."""

    away: int = 0
    deaf: int = 0
    takes: int = 200
    got: list[int] = field(default_factory=list)
    more: list[bool] = field(default_factory=list)

    def post_events(self, post: EventsPost) -> EventsAck:
        if self.away:
            self.away -= 1
            raise CentreUnreachableError("partition")
        self.more.append(post.more)
        self.got += [wire.sequence for wire in post.events[: self.takes]]
        if self.deaf:
            self.deaf -= 1
            raise CentreUnreachableError("no answer")
        return EventsAck(journal="j1", sequence=max(self.got, default=0), centre_time=1.8e9)


@dataclass
class FakeIdentity:
    """Signs nothing."""

    def sign_head(self, journal: str, sequence: int, digest: str) -> str:
        return ""


@dataclass
class Bench:
    """The worker, its outbox and the centre."""

    centre: FakeCentre
    outbox: FakeOutbox
    worker: EventsWorker
    told: list[Message]

    def turn(self) -> float:
        return self.worker.turn(cast(Outbox, self.outbox))

    def acked(self) -> list[int]:
        return [message.row for message in self.told if isinstance(message, Acknowledged)]


@pytest.fixture
def bench() -> Bench:
    centre, told = FakeCentre(), list[Message]()
    worker = EventsWorker(
        EventsSource(Path("unused"), 0, cast(Identity, FakeIdentity())),
        cast(CentreClient, centre),
        doors=tuple,
        clock=lambda: 0.0,
        tell=told.append,
    )
    return Bench(centre, FakeOutbox(), worker, told)


@pytest.mark.logs_may_warn("events wait")
def test_after_a_hundred_failed_posts_nothing_is_given_up(bench: Bench) -> None:
    bench.centre.away = 100
    for _ in range(100):
        assert bench.turn() > 0
    assert bench.acked() == []
    bench.turn()
    assert (bench.centre.got, bench.acked()) == ([1, 2, 3, 4, 5], [5])


@pytest.mark.logs_may_warn("events wait")
def test_events_whose_answer_was_lost_are_sent_again(bench: Bench) -> None:
    bench.centre.deaf = 1
    bench.turn()
    assert bench.acked() == []
    bench.turn()
    assert (bench.centre.got, bench.acked()) == ([1, 2, 3, 4, 5] * 2, [5])


@pytest.mark.logs_may_warn("events wait")
def test_an_event_that_a_flipped_bit_made_unfit_waits_and_ends_nothing(bench: Bench) -> None:
    whole = bench.outbox.entries[2]
    bench.outbox.entries[2] = replace(whole, hash=f"w{whole.hash[1:]}")
    assert bench.turn() > 0
    assert (bench.centre.got, bench.acked()) == ([], [])


def test_a_post_says_whether_others_wait_behind_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("locker.events_worker.EVENTS_PER_POST", 3)
    for _ in range(3):
        bench.turn()
    assert bench.centre.more == [True, False, False]


def test_only_what_the_centre_acknowledged_counts_as_arrived(bench: Bench) -> None:
    bench.centre.takes = 2
    bench.turn()
    assert bench.acked() == [2]
    bench.turn()
    assert (bench.centre.got, bench.acked()) == ([1, 2, 3, 4], [2, 4])


@pytest.mark.logs_may_warn("events wait")
def test_a_centre_that_takes_nothing_is_not_asked_again_at_once(bench: Bench) -> None:
    bench.centre.takes = 0
    assert bench.turn() > 0
    assert (bench.centre.more, bench.acked()) == ([False], [])


@pytest.mark.logs_may_warn("another history")
def test_a_centre_that_knows_more_of_the_journal_than_the_disk_has_another_history(
    bench: Bench,
) -> None:
    bench.centre.got.append(9)
    bench.turn()
    assert Forked("j1") in bench.told
    assert bench.acked() == [5], "what was posted has arrived there"


@pytest.mark.logs_may_warn("events wait")
def test_a_file_that_cannot_be_read_is_tried_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(row: int, *, limit: int) -> Batch | None:
        raise JournalError(Path("journal"), f"nothing after {row} of {limit}")

    with monkeypatch.context() as broken:
        broken.setattr(bench.outbox, "after", unreadable)
        assert bench.turn() > 0
    bench.turn()
    assert bench.acked() == [5]
