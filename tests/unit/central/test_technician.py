"""A technician's pass: who gets one, what its picture says, and that it is written down."""

from __future__ import annotations

import json

import pytest
from sqlmodel import select

from central.key import decode
from central.operation.role import Role
from central.record.people import Audit, Staff
from locker.contract.credential import PASS_LIFE_S, GrantClaims
from locker.contract.vocabulary import Purpose
from tests.support.qr_picture import read_svg_qr
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet


def test_the_picture_on_the_page_is_a_pass_for_this_person_and_cabinet_for_five_minutes(
    world: World, cabinet: FakeCabinet
) -> None:
    desk = phone.at_the_desk(world, role=Role.TECHNICIAN)
    place = f"/staff/cabinets/{cabinet.id}"
    page = phone.send(desk, place, f"{place}/pass")
    assert page.status_code == 200
    token = read_svg_qr(page.text)
    claims = GrantClaims.from_json(json.loads(decode(token.split(".")[1])))
    assert (claims.purpose, claims.cabinet) == (Purpose.MAINTAIN, cabinet.id)
    assert claims.exp - claims.iat == PASS_LIFE_S
    with world.centre.database.reading() as session:
        (person,) = session.exec(select(Staff).where(Staff.login == "zhiban")).all()
        made = session.exec(select(Audit).where(Audit.act == "pass_made")).one()
    assert claims.staff == person.id == made.staff
    assert read_svg_qr(phone.send(desk, place, f"{place}/pass").text) != token


@pytest.mark.parametrize("role", [Role.STEWARD, Role.STAFF, Role.AUDITOR])
def test_who_is_no_technician_is_offered_no_pass(
    world: World, cabinet: FakeCabinet, role: Role
) -> None:
    with world.centre.database.writing() as session:
        for person in session.exec(select(Staff)).all():
            person.role = role.value
    desk = phone.at_the_desk(world, role=role)
    page = desk.get(f"/staff/cabinets/{cabinet.id}")
    assert f"{cabinet.id}/pass" not in page.text


def test_a_cabinet_that_is_not_there_has_no_pass(world: World, cabinet: FakeCabinet) -> None:
    desk = phone.at_the_desk(world)
    assert (
        phone.send(desk, f"/staff/cabinets/{cabinet.id}", "/staff/cabinets/c0/pass").status_code
        == 404
    )
