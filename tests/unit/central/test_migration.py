"""The migrations make exactly the tables that the code knows, on SQLite."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table
from sqlmodel import SQLModel, col, select

from central import migration, record
from central.database import Database
from central.key import KeyRing
from central.operation import chore, consent, resident
from central.record.cabinet import Cabinet, CabinetEvent
from central.record.people import Staff

assert record is not None

OLD = {"name": "王秀兰", "phone": "+8613800138000", "building": "3 号楼"}


_TEAMS_OF_BEFORE = """
INSERT INTO team (id, name, created_at) VALUES ('t1', '甲', 1), ('t2', '乙', 1);
INSERT INTO team_place (place, team, field, digest)
VALUES ('3', 't1', '', ''), ('3-2', 't2', '', ''), ('5', 't1', '', '');
INSERT INTO resident (id, language, created_at) VALUES ('p1', 'zh_CN', 1);
INSERT INTO blind_index (resident, field, digest)
VALUES ('p1', 'house', 'a'), ('p1', 'house_unit', 'b'), ('p1', 'phone', 'c');
INSERT INTO building (id, estate, house, unit)
VALUES ('a1', '东', '3 号楼', '1 单元'), ('a2', '东', '3 号楼', '2 单元'),
       ('b', '西', '3 号楼', ''), ('c', '西', '9 栋', '')
"""


def differences(database: Database) -> list[object]:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, SQLModel.metadata))


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Database]:
    """A database with nothing in it."""
    database = Database(f"sqlite:///{tmp_path / 'c.db'}")
    yield database
    database.close()


def test_the_schema_is_the_models(fresh: Database) -> None:
    migration.upgrade(fresh)
    assert differences(fresh) == []


def test_residents_of_before_keep_their_values_and_are_found_by_phone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'c.db'}")
    keys = KeyRing.open(tmp_path / "keys")
    migration.upgrade(database, revision="0002_staff_role")
    wrapped, person = keys.new_person("p1")
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO resident (id, wrapped_key, name, phone, building, phone_index, language,"
            " consent_version, consent_at, created_at)"
            " VALUES ('p1', ?, ?, ?, ?, ?, 'zh_CN', '1', 5, 5)",
            (
                wrapped,
                *(person.seal(text, place=place) for place, text in OLD.items()),
                keys.index("phone", OLD["phone"]),
            ),
        )
    migration.upgrade(database)
    with database.reading() as session:
        known = resident.of(session, "p1", keys=keys)
        assert resident.find(session, OLD["phone"], keys=keys) == ["p1"]
        assert [row.version for row in consent.history(session, "p1")] == ["1"]
    assert known == resident.Details(**OLD)
    database.close()


def test_teams_of_before_keep_their_places_and_what_no_list_names_is_listed(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'c.db'}")
    migration.upgrade(database, revision="0032_room_wish")
    with database.engine.begin() as connection:
        for statement in _TEAMS_OF_BEFORE.split(";"):
            connection.exec_driver_sql(statement)
    migration.upgrade(database)
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT estate, house, unit, team FROM building LEFT JOIN team_place"
            " ON team_place.building = building.id ORDER BY estate, house, unit"
        ).all()
        found_by = connection.exec_driver_sql("SELECT field FROM blind_index").scalars().all()
    database.close()
    assert [tuple(row) for row in rows] == [
        ("东", "3 号楼", "1 单元", "t1"), ("东", "3 号楼", "2 单元", "t2"),
        ("本社区", "5 号楼", "", "t1"), ("西", "3 号楼", "", "t1"), ("西", "9 栋", "", None),
    ]  # fmt: skip
    assert found_by == ["phone"], "no hash says where somebody lives"


def test_digests_in_events_of_before_go_and_the_rest_stays(fresh: Database) -> None:
    migration.upgrade(fresh, revision="0039_shift_off_too")
    names = "code_digest last_four_digest card_digest card_lookup digest lookup card"
    digests = dict.fromkeys(names.split(), "a")
    carried = "grant.put", "staff.put", "card.counted"
    cabinet = Cabinet(id="c", short="1", community="", site="", telephone="", created_at=0.0)
    with fresh.engine.begin() as connection:
        _insert(connection, "cabinet", cabinet.model_dump(exclude={"sealed_salt"}))
        for n, kind in enumerate((*carried, "help.called"), start=1):
            event = CabinetEvent(
                cabinet="c", journal="j", journal_number=1, sequence=n, kind=kind, boot="b",
                body={"grant": "g", **digests}, mono_ms=0, wall=0.0, trusted=True,
                previous="", hash=str(n), arrived_at=0.0,
            )  # fmt: skip
            _insert(connection, "cabinet_event", event.model_dump(exclude={"id"}))
    migration.upgrade(fresh)
    with fresh.reading() as session:
        bodies = session.exec(select(CabinetEvent.body).order_by(col(CabinetEvent.id))).all()
        salt = session.get_one(Cabinet, "c").sealed_salt
    assert bodies == [{"grant": "g"}] * 3 + [{"grant": "g", **digests}]
    assert salt == ""


def test_who_has_a_given_password_has_three_days_from_the_upgrade_on_and_nothing_is_late(
    fresh: Database,
) -> None:
    migration.upgrade(fresh, revision="0042_way_rests")
    with fresh.engine.begin() as connection:
        for login, given in (("wang", True), ("li", False)):
            row = Staff(id=login, login=login, name=login, password="", created_at=0.0)
            known = row.model_dump(exclude={"password_given_at"})
            _insert(connection, "staff", known | {"password_given": given})
        _insert(connection, "chore", {"name": "retention", "due_at": 3600.0})
    began = time.time()
    migration.upgrade(fresh)
    with fresh.reading() as session:
        wang, li = (session.get_one(Staff, login).password_given_at for login in ("wang", "li"))
    assert wang is not None
    assert (wang >= began, li) == (True, None)
    with fresh.reading() as session:
        late = [chore.late(session, ["retention"], since=0.0, now=now) for now in (3660.0, 3661.0)]
    assert late == [[], ["retention"]], "it was done before the upgrade"


def _insert(connection: Connection, table: str, row: dict[str, object]) -> None:
    """Write a row as the schema of now has it, whatever the code's tables have."""
    connection.execute(Table(table, MetaData(), autoload_with=connection).insert(), row)
