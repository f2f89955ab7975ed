"""Letting go of what is long past: only what the centre has, only by rule, and verifiable after."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from locker.contract.chain import Checkpoint, Stamp
from locker.contract.credential import checkpoint_message
from locker.contract.event import Event, GrantPut, GrantRevoked
from locker.contract.vocabulary import Purpose
from locker.core.fold import fold
from locker.core.state import Draft, State
from locker.core_worker import KEPT_S, THIN_AT_ONCE
from locker.identity import Enrolment, Identity, Keys, b64, unb64
from locker.journal.error import JournalError
from locker.journal.journal import Journal
from tests.unit.locker.written_cabinet import WALL, FakeTime, WrittenCabinet

DAY_S = 86_400.0
KEY = Ed25519PrivateKey.generate()


def sign(checkpoint: Checkpoint) -> str:
    return b64(KEY.sign(checkpoint_message("cab-1", checkpoint)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """Forty days of two events a day; the centre has all of them."""
    opened = Journal.open(path, stamp=stamp(0))
    state = opened.load_state()
    for day in range(40):
        write(opened, state, day)
    acknowledge(opened, 81)
    yield opened
    opened.close()


def stamp(day: float, *, trusted: bool = True) -> Stamp:
    return Stamp("b-1", int(day * DAY_S * 1000), WALL + day * DAY_S, trusted)


def write(journal: Journal, state: State, day: float, *, trusted: bool = True) -> None:
    name = f"g-{day}"
    events: list[Event] = [
        GrantPut(name, Purpose.COLLECT, "c-1", 1.0, 2.5, "news"), GrantRevoked(name, "over")
    ]  # fmt: skip
    draft = Draft(state)
    for event in events:
        fold(draft, event, stamp(day).wall)
    journal.append(events, draft.changes, stamp(day, trusted=trusted))
    state.put(draft.changes)


def acknowledge(journal: Journal, row: int) -> None:
    journal.acknowledge(row)
    journal.append([], {}, stamp(40))


def test_old_acknowledged_events_go_and_verify_holds_as_before(journal: Journal) -> None:
    before = journal.load_state().records()
    assert journal.thin(older_than=WALL + 10 * DAY_S, limit=1000, sign=sign) == 21
    assert journal.load_state().records() == before
    verdict = journal.verify()
    assert verdict.intact
    assert verdict.events == 81 - 21
    assert verdict.checkpoint is not None
    assert (verdict.checkpoint.sequence, verdict.checkpoint.removed) == (21, 21)
    assert next(journal.entries()).sequence == 22


def test_checkpoint_is_signed_with_the_key_of_heads(journal: Journal) -> None:
    journal.thin(older_than=WALL + 10 * DAY_S, limit=1000, sign=sign)
    made = journal.checkpoint
    assert made is not None
    KEY.public_key().verify(unb64(made.signature), checkpoint_message("cab-1", made))


def test_thinning_goes_on_from_the_last_checkpoint(journal: Journal, path: Path) -> None:
    assert journal.thin(older_than=WALL + 30 * DAY_S, limit=25, sign=sign) == 25
    assert journal.thin(older_than=WALL + 30 * DAY_S, limit=25, sign=sign) == 25
    assert journal.thin(older_than=WALL + 30 * DAY_S, limit=25, sign=sign) == 11
    assert journal.thin(older_than=WALL + 30 * DAY_S, limit=25, sign=sign) == 0
    journal.close()
    again = Journal.open(path, stamp=stamp(41))
    assert again.verify().intact
    assert again.checkpoint is not None
    assert again.checkpoint.removed == 61
    again.close()


def test_what_the_centre_has_not_acknowledged_stays(journal: Journal) -> None:
    acknowledge(journal, 8)
    assert journal.thin(older_than=WALL + 90 * DAY_S, limit=1000, sign=sign) == 8


def test_the_last_event_never_goes(journal: Journal) -> None:
    assert journal.thin(older_than=WALL + 900 * DAY_S, limit=1000, sign=sign) == 80
    assert journal.head is not None
    assert journal.verify().events == 1


def test_an_untrusted_time_lets_nothing_go_by_itself(path: Path) -> None:
    journal = Journal.open(path, stamp=stamp(0, trusted=False))
    write(journal, journal.load_state(), 1, trusted=False)
    acknowledge(journal, 3)
    assert journal.thin(older_than=WALL + 900 * DAY_S, limit=1000, sign=sign) == 0
    journal.close()


def test_a_changed_event_is_not_swept_away(journal: Journal, path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE event SET body = replace(body, 'g-3', 'g-9') WHERE sequence = 8")
    raw.close()
    with pytest.raises(JournalError, match=r"not thinned: .* 8 does not fit"):
        journal.thin(older_than=WALL + 10 * DAY_S, limit=1000, sign=sign)
    assert journal.verify().broken == f"{journal.id} 8"


@dataclass(frozen=True, slots=True)
class CardCounted:
    """A kind of event that builds before the first release wrote, and that no release knows."""

    kind: ClassVar[str] = "card.counted"
    card: str


def test_an_event_of_a_kind_that_is_not_known_is_named_and_kept(path: Path) -> None:
    journal = Journal.open(path, stamp=stamp(0))
    journal.append([cast(Event, CardCounted("c-1"))], {}, stamp(0))
    write(journal, journal.load_state(), 1)
    acknowledge(journal, 4)
    named = r" 2: unknown event kind 'card\.counted'"
    with pytest.raises(JournalError, match=named):
        journal.thin(older_than=WALL + 10 * DAY_S, limit=1000, sign=sign)
    with pytest.raises(JournalError, match=named):
        journal.verify()
    assert len(list(journal.entries())) == 4
    journal.close()


def test_changed_records_of_a_checkpoint_are_found(journal: Journal, path: Path) -> None:
    journal.thin(older_than=WALL + 10 * DAY_S, limit=1000, sign=sign)
    with sqlite3.connect(path) as raw:
        raw.execute(
            "UPDATE meta SET value = replace(value, 'g-3', 'g-9') WHERE key = 'checkpoint_records'"
        )
    raw.close()
    with pytest.raises(JournalError, match="records of its checkpoint were changed"):
        journal.verify()


def test_a_signature_that_fails_removes_nothing(journal: Journal) -> None:
    def refuse(_checkpoint: Checkpoint) -> str:
        raise OSError("no key")

    with pytest.raises(OSError, match="no key"):
        journal.thin(older_than=WALL + 10 * DAY_S, limit=1000, sign=refuse)
    assert journal.verify().events == 81


# --- when the daemon does it ----------------------------------------------------------------


@pytest.fixture
def cabinet(tmp_path: Path) -> Iterator[WrittenCabinet]:
    """A cabinet whose first events are 200 days old and at the centre."""
    identity = Identity(
        Enrolment(
            cabinet="cab-1", centre="http://127.0.0.1:1", journal="", enrolled_at=0.0,
            public_url="", community="", site="", telephone="", keys=(),
        ),
        Keys.load_or_make(tmp_path / "keys"),
    )  # fmt: skip
    made = WrittenCabinet(tmp_path / "state", FakeTime(), identity=identity)
    made.start()
    nothing = [GrantRevoked("g-none", "")] * (3 * THIN_AT_ONCE)
    made.journal.append(nothing, {}, made.clock.stamp(made.clock.moment()))
    made.time.push(KEPT_S + 20 * DAY_S)
    acknowledge(made.journal, made.outbox.last_row())
    made.end()
    yield made
    made.end()


def first_sequence(cabinet: WrittenCabinet) -> int:
    return next(cabinet.journal.entries()).sequence


def test_daemon_thins_an_hour_after_its_start_a_few_events_at_a_time(
    cabinet: WrittenCabinet,
) -> None:
    cabinet.start()
    cabinet.pass_s(3500)
    assert first_sequence(cabinet) == 1, "nobody watched the clock before the start"
    cabinet.pass_s(700)
    assert first_sequence(cabinet) == 1 + THIN_AT_ONCE
    cabinet.wait(12.0)
    assert first_sequence(cabinet) == 1 + 3 * THIN_AT_ONCE
    assert cabinet.journal.verify().intact
    assert cabinet.identity is not None
    made = cabinet.journal.checkpoint
    assert made is not None
    key = cabinet.identity.keys.head.public_key()
    key.verify(unb64(made.signature), checkpoint_message("cab-1", made))


def test_an_untrusted_clock_thins_nothing(cabinet: WrittenCabinet) -> None:
    cabinet.time.synchronised = False
    cabinet.start()
    for _ in range(5):
        cabinet.pass_s(3600)
    assert first_sequence(cabinet) == 1


def test_a_jump_forward_puts_thinning_off_by_an_hour(cabinet: WrittenCabinet) -> None:
    cabinet.start()
    cabinet.pass_s(3500)
    cabinet.time.wall.push(30 * DAY_S)
    cabinet.pass_s(1.0)
    cabinet.pass_s(3000)
    assert first_sequence(cabinet) == 1
    cabinet.pass_s(1200)
    assert first_sequence(cabinet) == 1 + THIN_AT_ONCE
