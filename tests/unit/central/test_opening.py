"""Opening one door from afar: 30 seconds, a reason from a list, two people where it must be."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from central.operation.role import Role
from central.record.case import Consignment
from central.record.people import Audit, Staff, StaffSession
from locker.contract import event as told
from locker.contract.vocabulary import DoorState, VisitOutcome
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_grant import loaded


@pytest.fixture
def desk(world: World) -> TestClient:
    """The browser of a member of staff."""
    return phone.at_the_desk(world)


def lying(world: World) -> str:
    with world.centre.database.reading() as session:
        return session.exec(select(Consignment.id).where(Consignment.state == "inside")).one()


def press(desk: TestClient, cabinet: FakeCabinet, consignment: str, reason: str) -> Any:
    place = f"/staff/cabinets/{cabinet.id}"
    return phone.send(desk, place, f"{place}/openings", consignment=consignment, reason=reason)


def commands(cabinet: FakeCabinet, after: int) -> list[dict[str, Any]]:
    found = [item.item for item in cabinet.news(after).items]
    return [item for item in found if item["item"] == "open"]


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("reason", "purpose"), [("resident_at_door", "collect"), ("take_out", "recall")]
)
def test_a_door_is_opened_from_afar_for_its_reason(
    world: World, cabinet: FakeCabinet, desk: TestClient, reason: str, purpose: str
) -> None:
    loaded(world, cabinet)
    start = cabinet.news().n
    place = press(desk, cabinet, lying(world), reason).headers["location"]
    (command,) = commands(cabinet, start)
    assert (command["by"], command["reason"], command["life_s"]) == ("staff", reason, 30)
    grants = {i.item["grant"]: i.item for i in cabinet.news().items if i.item["item"] == "grant"}
    assert grants[command["grant"]]["purpose"] == purpose
    assert desk.get(place).context["view"].turn.state == "sent"  # type: ignore[attr-defined]
    visit = cabinet.begin_visit(grants[command["grant"]], compartment=3, command=command["command"])
    page = desk.get(place).text
    assert "3 号门开着" in page
    assert "柜子 7 · 居委会门口 · 3 号门" in page, "which, before it says anything"
    assert f'href="/staff/cabinets/{cabinet.id}"' in page
    with world.centre.database.reading() as session:
        acts = session.exec(select(Audit.act)).all()
    assert 'name="consignment"' in desk.get(f"/staff/cabinets/{cabinet.id}").text
    assert "door_opened" in acts
    cabinet.say(told.DoorSeen(3, DoorState.CLOSED, visit))
    assert "还有一个问题" in desk.get(place).text
    cabinet.say(told.VisitEnded(visit, VisitOutcome.NOTHING))
    page = desk.get(place).text
    assert ("还有一个问题" in page, "这次用完了" in page) == (False, True)


def test_a_refusal_is_shown_with_its_code_and_remedy(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    loaded(world, cabinet)
    start = cabinet.news().n
    place = press(desk, cabinet, lying(world), "take_out").headers["location"]
    (command,) = commands(cabinet, start)
    cabinet.say(told.CommandTaken(command["command"], "BBG-201"))
    page = desk.get(place).text
    assert "BBG-201" in page
    assert "请维修员去看锁控板" in page
    assert "社区电话" not in page, "staff are the community"


def test_where_two_must_ask_the_second_within_a_minute_is_named(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    loaded(world, cabinet)
    start = cabinet.news().n
    press(desk, cabinet, lying(world), "take_out")
    (command,) = commands(cabinet, start)
    cabinet.say(told.CommandTaken(command["command"], "BBG-406"))
    start = cabinet.news().n
    press(desk, cabinet, lying(world), "take_out")
    (again,) = commands(cabinet, start)
    assert again["second"] == "", "the same person is no second one"
    cabinet.say(told.CommandTaken(again["command"], "BBG-406"))
    world.staff("xiaoli")
    other = phone.signed_in(world, "xiaoli")
    start = cabinet.news().n
    press(other, cabinet, lying(world), "take_out")
    (third,) = commands(cabinet, start)
    with world.centre.database.reading() as session:
        first = session.exec(select(Staff.id).where(Staff.login == "zhiban")).one()
        assert session.exec(select(StaffSession.staff)).first() is not None
    assert third["second"] == first
    cabinet.say(told.CommandTaken(third["command"], "BBG-406"))
    world.clock.at += 61
    start = cabinet.news().n
    press(desk, cabinet, lying(world), "take_out")
    (late,) = commands(cabinet, start)
    assert late["second"] == "", "that was more than a minute ago"


def test_what_is_not_inside_and_an_odd_reason_open_nothing(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    loaded(world, cabinet)
    start = cabinet.news().n
    assert press(desk, cabinet, "k404", "take_out").status_code == 404
    other = world.enrolled_cabinet("8")
    assert press(desk, other, lying(world), "take_out").status_code == 404, "it lies elsewhere"
    assert press(desk, cabinet, lying(world), "because").status_code == 422
    inside = lying(world)
    cabinet.visit(cabinet.grants()["collect"], "collected", compartment=3)
    late = press(desk, cabinet, inside, "take_out")
    assert late.status_code == 409
    assert f'id="back" href="/staff/cabinets/{cabinet.id}"' in late.text, "back to its doors"
    assert commands(cabinet, start) == []


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.AUDITOR])
def test_who_may_only_look_opens_nothing(world: World, cabinet: FakeCabinet, role: Role) -> None:
    loaded(world, cabinet)
    with world.centre.database.writing() as session:
        session.exec(select(Staff)).one().role = role.value
    desk = phone.at_the_desk(world)
    page = desk.get(f"/staff/cabinets/{cabinet.id}")
    assert 'name="consignment"' not in page.text
    place = f"/staff/cabinets/{cabinet.id}/openings"
    answer = desk.post(place, data={"csrf_token": phone.token_of(page)})
    assert answer.status_code == 403
