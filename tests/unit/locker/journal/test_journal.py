"""The journal: a turn is whole or absent, the chain holds, state comes from the records."""

from __future__ import annotations

import multiprocessing
import multiprocessing.synchronize
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from locker.contract.chain import Stamp
from locker.contract.event import BooksEntered, GrantPut, GrantRevoked, JournalStarted, KeyPut
from locker.contract.vocabulary import Condition, Purpose
from locker.core.fold import fold
from locker.core.state import Draft, Key, Record, State, Table
from locker.journal.entry import Head
from locker.journal.error import JournalChangedError, JournalError, JournalTakenError
from locker.journal.journal import Journal
from locker.journal.outbox import Outbox

STAMP = Stamp("b-1", 1234, 1_700_000_000.25, trusted=True)
LATER = Stamp("b-1", 2234, 1_700_000_001.25, trusted=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    opened = Journal.open(path, stamp=STAMP)
    yield opened
    opened.close()


def grant(name: str) -> GrantPut:
    return GrantPut(name, Purpose.COLLECT, "c-1", 1.0, 2.5, "news", code_digest="ab" * 32)


def commit(journal: Journal, *events: GrantPut | GrantRevoked | KeyPut | BooksEntered) -> State:
    state = journal.load_state()
    draft = Draft(state)
    for event in events:
        fold(draft, event, STAMP.wall)
    journal.append(events, draft.changes, STAMP)
    state.put(draft.changes)
    return state


def begin_after(journal: Journal, head: Head) -> None:
    """Begin a journal that names the one before it."""
    draft = Draft(journal.load_state())
    started = JournalStarted("j-new", "fork", head.journal, head.hash)
    fold(draft, started, LATER.wall)
    journal.start_new([started], draft.changes, LATER, began=LATER.wall)


def test_new_file_begins_with_its_own_name(journal: Journal) -> None:
    (first,) = journal.entries()
    assert (first.kind, first.sequence, first.journal) == ("journal.started", 1, journal.id)
    assert journal.began == STAMP.wall


def test_second_opener_is_refused_clearly(journal: Journal, path: Path) -> None:
    with pytest.raises(JournalTakenError, match="another process has this journal open"):
        Journal.open(path, stamp=STAMP)


def test_state_after_reopening_is_the_state_before(journal: Journal, path: Path) -> None:
    before = commit(
        journal, grant("g-1"), grant("g-2"), BooksEntered(7, Condition.OCCUPIED, "c-1", "loaded"),
        GrantRevoked("g-2", "withdrawn"), KeyPut("k-1", "x" * 43),
    )  # fmt: skip
    journal.close()
    again = Journal.open(path, stamp=LATER)
    assert again.load_state().records() == before.records()
    assert again.verify().intact
    again.close()
    Journal.open(path, stamp=LATER).close()


def test_dropped_record_is_gone_after_reopening(journal: Journal) -> None:
    commit(journal, grant("g-1"))
    journal.append([GrantRevoked("g-1", "")], {(Table.GRANT, "g-1"): None}, STAMP)
    assert journal.load_state().get(Table.GRANT, "g-1") is None


def test_changed_byte_breaks_the_chain(journal: Journal, path: Path) -> None:
    commit(journal, grant("g-1"), grant("g-2"))
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE event SET body = replace(body, 'g-1', 'g-9') WHERE sequence = 2")
    raw.close()
    assert journal.verify().broken == f"{journal.id} 2"


def test_projection_that_no_event_explains_is_found(journal: Journal, path: Path) -> None:
    commit(journal, grant("g-1"))
    with sqlite3.connect(path) as raw:
        raw.execute("DELETE FROM record WHERE name = 'grant'")
    raw.close()
    assert journal.verify().differing == ((Table.GRANT, "g-1"),)


def with_record(name: str) -> tuple[list[GrantPut], dict[Key, Record | None]]:
    """Give an event and the record that it makes."""
    draft = Draft(State())
    fold(draft, grant(name), STAMP.wall)
    return [grant(name)], draft.changes


def test_turn_that_cannot_be_committed_leaves_nothing(journal: Journal, path: Path) -> None:
    commit(journal, grant("g-1"))
    other = sqlite3.connect(path)
    other.execute("ALTER TABLE record RENAME TO hidden")
    with pytest.raises(JournalError, match="no such table"):
        journal.append(*with_record("g-2"), STAMP)
    other.execute("ALTER TABLE hidden RENAME TO record")
    other.close()
    journal.append(*with_record("g-3"), STAMP)
    assert [e.body.get("grant") for e in journal.entries()] == [None, "g-1", "g-3"]
    assert journal.verify().intact


def test_file_changed_behind_a_failed_commit_asks_for_a_restart(
    journal: Journal, path: Path
) -> None:
    commit(journal, grant("g-1"))
    other = sqlite3.connect(path)
    other.execute("ALTER TABLE record RENAME TO hidden")
    with pytest.raises(JournalError):
        journal.append(*with_record("g-2"), STAMP)
    other.execute("ALTER TABLE hidden RENAME TO record")
    other.execute("DELETE FROM event WHERE sequence = 2")
    other.commit()
    other.close()
    with pytest.raises(JournalChangedError):
        journal.append(*with_record("g-3"), STAMP)


def test_acknowledgement_travels_with_the_next_commit(journal: Journal, path: Path) -> None:
    commit(journal, grant("g-1"))
    journal.acknowledge(2)
    commit(journal, grant("g-2"))
    journal.close()
    again = Journal.open(path, stamp=LATER)
    assert again.acked == 2
    again.close()


def test_acknowledgement_is_stored_at_closing(journal: Journal, path: Path) -> None:
    journal.acknowledge(1)
    journal.close()
    again = Journal.open(path, stamp=LATER)
    assert again.acked == 1
    again.close()


def test_outbox_gives_one_journal_at_a_time_in_order(journal: Journal, path: Path) -> None:
    commit(journal, grant("g-1"))
    old = journal.id
    head = journal.head
    assert head is not None
    begin_after(journal, head)
    outbox = Outbox(path)
    first = outbox.after(0, limit=10)
    assert first is not None
    assert [(e.journal, e.sequence) for e in first.entries] == [(old, 1), (old, 2)]
    second = outbox.after(first.row, limit=10)
    assert second is not None
    (started,) = second.entries
    assert started.body["previous_journal"] == old
    assert started.body["previous_head"] == head.hash
    assert outbox.after(second.row, limit=10) is None
    assert outbox.row_of(old, 1) == 1
    assert outbox.row_of(old, 2) == 2
    outbox.close()
    assert journal.verify().intact


def test_outbox_says_of_an_event_whose_text_was_flipped_that_it_cannot_be_read(
    journal: Journal, path: Path
) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE event SET body = replace(body, '{', ';')")
    raw.close()
    outbox = Outbox(path)
    with pytest.raises(JournalError, match=r"journal\.db: JSONDecodeError"):
        outbox.after(0, limit=10)
    outbox.close()


def test_last_trusted_time_is_kept(journal: Journal, path: Path) -> None:
    journal.append([grant("g-1")], {}, LATER)
    assert journal.last_trusted_wall() == STAMP.wall
    journal.alive(wall=STAMP.wall + 60, trusted=True)
    journal.close()
    again = Journal.open(path, stamp=LATER)
    assert again.last_trusted_wall() == STAMP.wall + 60
    assert again.boot_alive is not None
    again.close()


def test_a_note_that_was_flipped_is_refused(journal: Journal, path: Path) -> None:
    journal.alive(wall=1.0, trusted=True)
    journal.close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE meta SET value = replace(value, 'wall', 'sall') WHERE key = 'alive'")
    raw.close()
    with pytest.raises(JournalError, match="TypeError"):
        Journal.open(path, stamp=LATER)


def test_file_that_is_no_database_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database, " * 1000)
    with pytest.raises(JournalError, match="not a database"):
        Journal.open(path, stamp=STAMP)


def _write_until_killed(path: Path, ready: multiprocessing.synchronize.Event) -> None:
    journal = Journal.open(path, stamp=STAMP)
    number = 0
    while True:
        number += 1
        commit(journal, grant(f"g-{number}"), GrantRevoked(f"g-{number}", ""))
        if number == 20:
            ready.set()


def test_process_killed_while_writing_leaves_whole_turns(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    writer = context.Process(target=_write_until_killed, args=(path, ready))
    writer.start()
    assert ready.wait(60)
    writer.kill()
    writer.join()
    journal = Journal.open(path, stamp=LATER)
    assert journal.verify().intact
    assert journal.head is not None
    assert journal.head.sequence % 2 == 1
    journal.close()


def test_copy_of_file_and_log_at_any_cut_opens_or_says_why(journal: Journal, path: Path) -> None:
    for number in range(5):
        commit(journal, grant(f"g-{number}"))
    log = path.with_name("journal.db-wal")
    size = log.stat().st_size
    for cut in range(0, size, 997):
        copy = path.with_name(f"copy-{cut}") / "journal.db"
        copy.parent.mkdir()
        shutil.copy(path, copy)
        copy.with_name("journal.db-wal").write_bytes(log.read_bytes()[:cut])
        again = Journal.open(copy, stamp=LATER)
        assert again.verify().intact
        again.close()


def test_copy_at_each_commit_has_that_commit_and_nothing_half(journal: Journal, path: Path) -> None:
    log = path.with_name("journal.db-wal")
    for number in range(6):
        state = commit(journal, grant(f"g-{number}"), GrantRevoked(f"g-{number}", ""))
        copy = path.with_name(f"copy-{number}") / "journal.db"
        copy.parent.mkdir()
        shutil.copy(path, copy)
        shutil.copy(log, copy.with_name("journal.db-wal"))
        again = Journal.open(copy, stamp=LATER)
        assert again.load_state().records() == state.records()
        assert again.verify() == journal.verify()
        again.close()


def test_flipped_bytes_are_refused_or_found_and_never_believed(
    journal: Journal, path: Path
) -> None:
    for number in range(60):
        commit(journal, grant(f"g-{number}"))
    entries, records = list(journal.entries()), journal.load_state().records()
    journal.close()
    whole, found = path.read_bytes(), 0
    copy = path.with_name("copy.db")
    for at in range(100, len(whole), 1511):
        changed = bytes(byte ^ 0x5A for byte in whole[at : at + 8])
        copy.write_bytes(whole[:at] + changed + whole[at + 8 :])
        try:
            again = Journal.open(copy, stamp=LATER)
        except JournalError:
            found += 1
            continue
        try:
            if again.verify().intact:
                assert list(again.entries()) == entries
                assert again.load_state().records() == records
            else:
                found += 1
        except JournalError:
            found += 1
        finally:
            again.close()
    assert found > 5


def test_tidying_takes_the_log_into_the_file_and_loses_nothing(
    journal: Journal, path: Path
) -> None:
    state = commit(journal, grant("g-1"), grant("g-2"))
    journal.tidy()
    alone = path.with_name("alone.db")
    shutil.copy(path, alone)  # without its log
    again = Journal.open(alone, stamp=LATER)
    assert again.load_state().records() == state.records()
    assert again.verify().intact
    again.close()
