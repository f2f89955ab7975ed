"""Residents: sealed field by field, found by keyed hashes, corrected, looked at with a reason."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest
from cryptography.exceptions import InvalidTag
from sqlmodel import col, select

from central.operation import audit, consent, resident
from central.record.people import Audit
from central.record.privacy import BlindIndex, PersonalValue, PersonKey
from tests.unit.central.conftest import World

WANG = resident.Details(
    name="王秀兰",
    phone="+8613800138000",
    building="3 号楼 501",
    id_number="11010519491231002X",
    id_kind="resident_id",
    tie="tenant",
    family="女儿 王小兰 13900139000",
)


def admitted(world: World, details: resident.Details = WANG) -> str:
    with world.centre.database.writing() as session:
        return resident.admit(
            session, details, consent.present("zh_CN"), language="zh_CN", how="phone",
            keys=world.centre.keys, now=world.clock.at,
        )  # fmt: skip


def opened(world: World, person: str) -> resident.Details | None:
    with world.centre.database.reading() as session:
        return resident.of(session, person, keys=world.centre.keys)


def found(world: World, typed: str) -> list[str]:
    with world.centre.database.reading() as session:
        return resident.find(session, typed, keys=world.centre.keys)


def test_what_is_personal_is_stored_sealed_and_read_back(world: World) -> None:
    person = admitted(world)
    assert opened(world, person) == WANG
    with world.centre.database.reading() as session:
        rows = session.exec(select(PersonalValue)).all()
        kept = " ".join(row.sealed for row in rows)
        kept += " ".join(row.digest for row in session.exec(select(BlindIndex)))
    assert {row.field for row in rows} == set(asdict(WANG))
    assert not any(value in kept for value in asdict(WANG).values())


def test_two_people_have_two_keys_and_one_opens_nothing_of_the_other(world: World) -> None:
    one, other = admitted(world), admitted(world)
    with world.centre.database.writing() as session:
        first, second = session.get_one(PersonKey, one), session.get_one(PersonKey, other)
        assert first.wrapped != second.wrapped
        first.wrapped = second.wrapped
    with pytest.raises(InvalidTag):
        opened(world, one)


@pytest.mark.parametrize(
    "typed", ["王秀兰", "王 秀兰", "138 0013 8000", "+8613800138000", "8000", "11010519491231002x"]
)
def test_a_person_is_found_by_the_exact_value_in_any_spelling(world: World, typed: str) -> None:
    person = admitted(world)
    admitted(world, resident.Details("李四", "+8613900139001", "1 号楼"))
    assert found(world, typed) == [person]


@pytest.mark.parametrize("typed", ["王秀", "秀兰", "001", "3 号楼", "1101051949", "", "*"])
def test_a_part_of_a_value_finds_nobody(world: World, typed: str) -> None:
    admitted(world)
    assert found(world, typed) == []


def test_a_correction_is_found_anew_and_no_more_by_the_old(world: World) -> None:
    person = admitted(world)
    after = replace(WANG, phone="+8613700137111", building="5 号楼 102")
    with world.centre.database.writing() as session:
        changed = resident.correct(
            session, person, after, by="", keys=world.centre.keys, now=world.clock.at
        )
    assert changed == ("phone", "building")
    assert opened(world, person) == after
    assert (found(world, "7111"), found(world, "8000")) == ([person], [])
    with world.centre.database.reading() as session:
        (row,) = session.exec(select(Audit)).all()
    assert (row.act, row.fields, row.staff) == ("corrected", ["phone", "building"], "")


def test_a_look_is_told_with_its_reason_and_never_with_a_value(world: World) -> None:
    person, staff = admitted(world), world.staff()
    with world.centre.database.writing() as session:
        resident.open_for_staff(
            session, person, staff=staff, reason="call_back", keys=world.centre.keys,
            now=world.clock.at,
        )  # fmt: skip
    with world.centre.database.reading() as session:
        (look,) = audit.looks(session, person)
        kept = repr(session.exec(select(Audit)).all())
    assert (look.staff, look.reason, look.act) == ("值班员", "call_back", "opened")
    assert look.fields == ("name", "phone", "building", "id_number", "id_kind", "tie", "family")
    assert not any(value in kept for value in asdict(WANG).values())


def test_the_ledger_of_consent_only_grows(world: World) -> None:
    person = admitted(world)
    with world.centre.database.writing() as session:
        assert consent.in_force(session, person)
        assert consent.withdraw(session, person, now=world.clock.at)
        assert not consent.withdraw(session, person, now=world.clock.at)
        assert not consent.in_force(session, person)
        consent.give(session, person, consent.present("zh_CN"), how="phone", now=world.clock.at)
        assert consent.in_force(session, person)
        rows = consent.history(session, person)
    assert [row.act for row in rows] == ["given", "withdrawn", "given"]
    assert {row.text for row in rows if row.act == "given"} == {consent.text_digest("zh_CN")}


def test_another_version_of_the_text_asks_again(world: World) -> None:
    person = admitted(world)
    with world.centre.database.writing() as session:
        last = consent.latest(session, person)
        assert last is not None
        last.version = "2020-01"
    with world.centre.database.reading() as session:
        assert not consent.in_force(session, person)


def test_one_field_is_forgotten_by_itself(world: World) -> None:
    person = admitted(world)
    with world.centre.database.writing() as session:
        assert resident.forget(session, person, "id_number")
        assert not resident.forget(session, person, "id_number")
    assert opened(world, person) == replace(WANG, id_number="")
    assert found(world, "11010519491231002X") == []
    with world.centre.database.reading() as session:
        fields = session.exec(
            select(BlindIndex.field).where(col(BlindIndex.resident) == person)
        ).all()
    assert sorted(fields) == ["name", "phone", "phone_last4"]
