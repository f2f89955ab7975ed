"""Accounts: each lock that shuts somebody out holds by itself."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from central.operation import enrolment, staff
from central.record.cabinet import CabinetNews
from central.record.people import Staff, StaffSession
from locker.contract.failure import Failure
from tests.unit.central.conftest import NOON, PASSWORD, World


def sign_in(session: Session, password: str = PASSWORD) -> str:
    return staff.sign_in(session, login="zhiban", password=password, peer="", now=NOON)


def test_who_has_left_is_shut_out_by_each_lock_alone(world: World) -> None:
    person_id = world.staff()
    with world.centre.database.writing() as session:
        person = session.get_one(Staff, person_id)
        token = sign_in(session)
        assert staff.leave(session, person, by=person.id, now=NOON) is None
        assert session.exec(select(StaffSession)).all() == [], "whoever was signed in is signed out"
        assert sign_in(session) is Failure.SIGN_IN_WRONG
        assert staff.leave(session, person, by=person.id, now=NOON) is Failure.NOT_YOUR_DUTY
        person.left_at = None
        token = sign_in(session)
        assert staff.signed_in(session, token, now=NOON) is not None
        person.left_at = NOON
        assert staff.signed_in(session, token, now=NOON) is None


def test_the_right_password_forgives_the_wrong_ones_before_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff, "_TRIES_LIMIT", 2)
    world.staff()
    with world.centre.database.writing() as session:
        for _ in range(3):
            assert sign_in(session, "wrong") is Failure.SIGN_IN_WRONG
            assert not isinstance(sign_in(session), Failure)
        for said in (Failure.SIGN_IN_WRONG, Failure.SIGN_IN_WRONG, Failure.TOO_MANY_TRIES):
            assert sign_in(session, "wrong") is said


def test_a_cabinet_that_was_shut_out_hears_of_no_badge(world: World) -> None:
    person_id = world.staff()
    out, at_work = world.enrolled_cabinet("7"), world.enrolled_cabinet("8")
    with world.centre.database.writing() as session:
        enrolment.revoke(session, out.id, now=NOON)
        person = session.get_one(Staff, person_id)
        staff.issue_badge(session, person, pin="2468", keys=world.centre.keys, now=NOON)
        told = [row.cabinet for row in session.exec(select(CabinetNews)) if "staff" in row.item]
    assert told == [at_work.id]
