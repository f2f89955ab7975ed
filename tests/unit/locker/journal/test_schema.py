"""Journals of every released schema are opened, brought up to date, and believed."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from locker.contract.chain import Stamp
from locker.contract.event import RECALLED, Event, GrantPut, GrantRevoked
from locker.contract.vocabulary import Condition, GrantState
from locker.core.fold import fold
from locker.core.state import CompartmentRecord, Draft, GrantRecord, State, Table
from locker.journal.database import connect
from locker.journal.error import JournalError
from locker.journal.journal import Journal
from locker.journal.schema import STEPS, bring_up_to_date

DATA = Path(__file__).parents[3] / "data"
STAMP = Stamp("b-2", 1, 1_800_100_000.0, trusted=True)
KEPT = sorted(DATA.glob("journal-schema-*.db"))


@pytest.fixture
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"
    shutil.copy(getattr(request, "param", KEPT[-1]), path)
    return path


def version(path: Path) -> int:
    with sqlite3.connect(path) as raw:
        found: int = raw.execute("PRAGMA user_version").fetchone()[0]
    raw.close()
    return found


def grant(state: State, key: str) -> GrantRecord:
    found = state.get(Table.GRANT, key)
    assert isinstance(found, GrantRecord)
    return found


def test_there_is_a_kept_journal_of_each_released_schema() -> None:
    assert [path.stem for path in KEPT] == [f"journal-schema-{n + 1}" for n in range(len(STEPS))]


@pytest.mark.parametrize("kept", KEPT, indirect=True, ids=lambda path: path.stem)
def test_a_kept_journal_is_intact_and_goes_on(kept: Path) -> None:
    journal = Journal.open(kept, stamp=STAMP)
    assert version(kept) == len(STEPS)
    assert journal.verify().intact
    assert journal.acked == 20
    state = journal.load_state()
    assert grant(state, "g-1").state is GrantState.USED
    assert grant(state, "g-3").state is GrantState.LIVE
    boxes = [state.get(Table.COMPARTMENT, str(n)) for n in range(1, 25)]
    held = {b.consignment for b in boxes if isinstance(b, CompartmentRecord) and b.consignment}
    assert held == {"c-g-1", "c-g-2"}
    assert {b.condition for b in boxes if isinstance(b, CompartmentRecord)} == {
        Condition.FREE,
        Condition.OCCUPIED,
    }
    assert any(isinstance(box, CompartmentRecord) and box.pulses for box in boxes)
    journal.append([GrantRevoked("g-none", "")], {}, STAMP)
    assert journal.verify().intact
    journal.close()


def test_what_a_build_of_before_forgot_of_a_withdrawal_is_known_again(kept: Path) -> None:
    journal = Journal.open(kept, stamp=STAMP)
    draft = Draft(journal.load_state())
    live = draft.must(GrantRecord, "g-3")
    late = GrantPut(
        live.grant, live.purpose, live.consignment, live.issued_at, live.expires_at + 60.0,
        live.source,
    )  # fmt: skip
    events: list[Event] = [GrantRevoked("g-3", RECALLED), late]
    for event in events:
        fold(draft, event, STAMP.wall)
    draft.put(replace(draft.must(GrantRecord, "g-3"), revoked_for=""))  # as it was folded then
    journal.append(events, draft.changes, STAMP)
    assert journal.verify().differing == ((Table.GRANT, "g-3"),)
    journal.close()
    with closing(sqlite3.connect(kept)) as raw:
        raw.execute("PRAGMA user_version=3")
    journal = Journal.open(kept, stamp=STAMP)
    assert journal.verify().intact
    assert grant(journal.load_state(), "g-3").revoked_for == RECALLED
    journal.close()


def test_a_file_of_a_newer_release_is_refused_and_left_as_it_was(kept: Path) -> None:
    with sqlite3.connect(kept) as raw:
        raw.execute(f"PRAGMA user_version={len(STEPS) + 1}")
    raw.close()
    before = kept.read_bytes()
    with pytest.raises(JournalError, match=r"written by a newer release .*install that release"):
        Journal.open(kept, stamp=STAMP)
    assert kept.read_bytes() == before
    assert not kept.with_name("journal.db-shm").exists(), "SQLite's own file goes at the closing"


def test_a_file_from_before_the_first_release_is_stamped(kept: Path) -> None:
    with sqlite3.connect(kept) as raw:
        raw.execute("PRAGMA user_version=0")
    raw.close()
    journal = Journal.open(kept, stamp=STAMP)
    assert journal.verify().intact
    journal.close()
    assert version(kept) == len(STEPS)


def _add_column(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE meta ADD COLUMN noted_at REAL")


def _break_off(connection: sqlite3.Connection) -> None:
    _add_column(connection)
    raise RuntimeError("the power went")


def test_the_next_step_is_taken_once_and_keeps_every_row(kept: Path) -> None:
    with closing(connect(kept)) as connection:
        count = "SELECT count(*) FROM event"
        before = connection.execute(count).fetchone()
        bring_up_to_date(connection, (*STEPS, _add_column))
        bring_up_to_date(connection, (*STEPS, _add_column))
        assert connection.execute(count).fetchone() == before
        columns = connection.execute("PRAGMA table_info(meta)").fetchall()
    assert [column[1] for column in columns][-1] == "noted_at"
    assert version(kept) == len(STEPS) + 1


def _fill(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA max_page_count=1")
    connection.execute("INSERT INTO meta VALUES ('much', hex(zeroblob(9000)))")


def test_a_step_that_finds_the_disk_full_says_so(kept: Path) -> None:
    with (
        closing(connect(kept)) as connection,
        pytest.raises(sqlite3.OperationalError, match="disk is full"),
    ):
        bring_up_to_date(connection, (*STEPS, _fill))
    assert version(kept) == len(STEPS)


def test_a_step_that_breaks_off_leaves_the_file_of_before(kept: Path) -> None:
    with closing(connect(kept)) as connection:
        with pytest.raises(RuntimeError, match="the power went"):
            bring_up_to_date(connection, (*STEPS, _break_off))
        columns = connection.execute("PRAGMA table_info(meta)").fetchall()
    assert "noted_at" not in [column[1] for column in columns]
    assert version(kept) == len(STEPS)
    Journal.open(kept, stamp=STAMP).close()
