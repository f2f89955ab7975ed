"""A backup crosses from SQLite to PostgreSQL and back, and numbering goes on after it."""

from __future__ import annotations

from pathlib import Path

from central import backup
from central.database import Database
from central.operation import consent, resident
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_backup import contents, written
from tests.unit.central.test_grant import loaded
from tests.unit.central.test_resident import WANG


def test_a_town_moves_from_sqlite_to_postgresql_and_back(
    sqlite_world: World, postgresql_url: str, tmp_path: Path
) -> None:
    cabinet: FakeCabinet = sqlite_world.enrolled_cabinet()
    loaded(sqlite_world, cabinet)
    centre = sqlite_world.centre
    before = contents(centre.database)

    town = Database(postgresql_url)
    backup.restore(town, centre.ledger, written(sqlite_world, tmp_path / "there"), keys=centre.keys)
    assert contents(town) == before

    made = backup.Backup(tmp_path / "back" / "rows", tmp_path / "back" / "keys")
    backup.write(town, centre.ledger, made, now=sqlite_world.clock.at)
    small = Database(f"sqlite:///{tmp_path / 'small.db'}")
    backup.restore(small, centre.ledger, made, keys=centre.keys)
    assert contents(small) == before

    with town.writing() as session:
        person = resident.admit(
            session,
            WANG,
            consent.present("en"),
            language="en",
            how="phone",
            keys=centre.keys,
            now=sqlite_world.clock.at,
        )
        assert resident.find(session, "王秀兰", keys=centre.keys).count(person) == 1
    town.close()
    small.close()
