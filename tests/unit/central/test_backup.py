"""Backed up into two folders, restored whole, and nobody who was erased comes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, func, select
from typer.testing import CliRunner

from central import backup
from central.backup import Backup, BackupError
from central.command import app
from central.database import Database
from central.ledger import Ledger
from central.operation import consent, resident
from central.operation.erasure import Reason, erase
from central.record.case import Grant
from central.record.people import Resident
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_grant import loaded
from tests.unit.central.test_resident import WANG, admitted


@pytest.fixture
def empty(tmp_path: Path) -> str:
    """The address of a database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'restored.db'}"


def written(world: World, folder: Path) -> Backup:
    made = Backup(folder / "rows", folder / "keys-apart")
    backup.write(world.centre.database, world.centre.ledger, made, now=world.clock.at)
    return made


def restored(world: World, made: Backup, url: str) -> Database:
    database = Database(url)
    backup.restore(database, world.centre.ledger, made, keys=world.centre.keys)
    return database


def contents(database: Database) -> dict[str, Any]:
    """Give every row of every table, in an order of its own."""
    with database.engine.connect() as connection:
        metadata = MetaData()
        metadata.reflect(connection)
        return {
            table.name: sorted(
                json.dumps(dict(row), sort_keys=True)
                for row in connection.execute(select(table)).mappings()
            )
            for table in metadata.sorted_tables
        }


def erase_now(world: World, person: str) -> None:
    with world.centre.database.writing() as session:
        erase(
            session, person, reason=Reason.ASKED, keys=world.centre.keys,
            ledger=world.centre.ledger, now=world.clock.at,
        )  # fmt: skip


def test_every_row_comes_back_as_it_was(
    world: World, cabinet: FakeCabinet, tmp_path: Path, empty: str
) -> None:
    loaded(world, cabinet)
    before = contents(world.centre.database)
    database = restored(world, written(world, tmp_path), empty)
    assert contents(database) == before
    assert len(before["cabinet_event"]) > 20
    database.close()


def test_what_is_written_after_a_restore_gets_numbers_of_its_own(
    world: World, cabinet: FakeCabinet, tmp_path: Path, empty: str
) -> None:
    loaded(world, cabinet)
    database = restored(world, written(world, tmp_path), empty)
    with database.writing() as session:
        person = resident.admit(
            session,
            WANG,
            consent.present("en"),
            language="en",
            how="phone",
            keys=world.centre.keys,
            now=world.clock.at,
        )
        resident.correct(
            session, person, resident.Details("Li", WANG.phone, WANG.building), by="",
            keys=world.centre.keys, now=world.clock.at,
        )  # fmt: skip
    database.close()


def test_the_rows_alone_hold_no_key_and_both_folders_are_shut_to_others(
    world: World, tmp_path: Path
) -> None:
    admitted(world)
    made = written(world, tmp_path)
    tables = {table for table, _ in backup._read(made.rows_file)}
    assert "personal_value" in tables
    assert "person_key" not in tables
    assert {table for table, _ in backup._read(made.keys_file)} == {"person_key"}
    for path in (made.rows, made.keys, *made.rows.iterdir(), *made.keys.iterdir()):
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.sweep
@pytest.mark.parametrize("when", ["before the backup", "after the backup"])
def test_who_was_erased_stays_erased_whenever_that_was(
    world: World, cabinet: FakeCabinet, tmp_path: Path, empty: str, when: str
) -> None:
    loaded(world, cabinet)
    other = admitted(world)
    with world.centre.database.reading() as session:
        person = session.scalars(select(Resident.id).where(Resident.id != other)).one()  # type: ignore[call-overload]
    if when == "before the backup":
        erase_now(world, person)
    made = written(world, tmp_path)
    if when == "after the backup":
        erase_now(world, person)
    database = restored(world, made, empty)
    with database.reading() as session:
        assert resident.of(session, person, keys=world.centre.keys) is None
        assert resident.of(session, other, keys=world.centre.keys) == WANG
        assert session.get_one(Resident, person).erased_at == world.clock.at
        assert session.scalar(select(func.count()).where(Grant.code != "")) == 0  # type: ignore[arg-type]
    database.close()


def test_the_ledger_of_the_backup_counts_where_the_own_one_was_lost(
    world: World, tmp_path: Path, empty: str
) -> None:
    person = admitted(world)
    before = written(world, tmp_path / "before")
    erase_now(world, person)
    later = written(world, tmp_path / "later")
    world.centre.ledger.path.unlink()
    database = Database(empty)
    mixed = Backup(before.rows, before.keys)
    (mixed.keys / "erasures.jws").write_bytes((later.keys / "erasures.jws").read_bytes())
    backup.restore(database, Ledger(tmp_path / "new.jws"), mixed, keys=world.centre.keys)
    with database.reading() as session:
        assert resident.of(session, person, keys=world.centre.keys) is None
    database.close()


def test_a_damaged_or_foreign_file_is_refused(world: World, tmp_path: Path, empty: str) -> None:
    admitted(world)
    made = written(world, tmp_path)
    database = Database(empty)
    with made.keys_file.open("ab") as file:
        file.write(b"\n")
    with pytest.raises(BackupError, match=r"keys\.jsonl is damaged"):
        backup.restore(database, world.centre.ledger, made, keys=world.centre.keys)
    with pytest.raises(BackupError, match="no backup"):
        backup.restore(
            database, world.centre.ledger, Backup(tmp_path, tmp_path), keys=world.centre.keys
        )
    database.close()


def test_the_commands_refuse_what_would_lose_something(world: World, tmp_path: Path) -> None:
    admitted(world)
    ask = ["--database", world.centre.settings.database_url, "--data"]
    ask.append(str(world.centre.settings.data))
    run = CliRunner()
    to = ["--to", str(tmp_path / "b")]
    same = run.invoke(app, ["backup", *ask, *to, "--keys-to", str(tmp_path / "b")])
    assert (same.exit_code, "folder of their own" in same.output) == (2, True)
    elsewhere = run.invoke(
        app, ["backup", *ask, *to, "--keys-to", str(tmp_path / "k"), "--data", str(tmp_path / "no")]
    )
    assert (elsewhere.exit_code, "erasures would be missed" in elsewhere.output) == (2, True)
    good = run.invoke(app, ["backup", *ask, *to, "--keys-to", str(tmp_path / "k"), "--json"])
    assert (good.exit_code, json.loads(good.output)["rows"] > 5) == (0, True)
    again = run.invoke(app, ["backup", *ask, *to, "--keys-to", str(tmp_path / "k2")])
    assert (again.exit_code, "not empty" in again.output) == (2, True)
    back = ["--from", str(tmp_path / "b"), "--keys-from", str(tmp_path / "k")]
    full = run.invoke(app, ["restore", *ask, *back])
    assert (full.exit_code, "not empty" in full.output) == (2, True)
    ask[1] = f"sqlite:///{tmp_path / 'new.db'}"
    done = run.invoke(app, ["restore", *ask, *back, "--json"])
    assert (done.exit_code, json.loads(done.output)["stay_erased"]) == (0, 0)
