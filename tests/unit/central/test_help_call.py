"""A call for help from the glass: who sees it, what they answer, and the number to call back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from central.operation import alarm, help_call, retention
from central.record.case import Task
from kiosk_ui.page_choice import Page
from locker.contract import event as told
from locker.contract.text import LANGUAGES, Catalogue
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_glass_ask import ask
from tests.unit.central.test_grant import loaded

NUMBER = "13700137009"


def calls(world: World) -> list[dict[str, Any]]:
    with world.centre.database.reading() as session:
        rows = session.exec(select(Task).where(Task.kind == help_call.KIND)).all()
        return [{"id": row.id, **row.details} for row in rows]


def answers(cabinet: FakeCabinet, after: int) -> list[str]:
    return [one.item["answer"] for one in cabinet.news(after).items if one.item["item"] == "help"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_glass_that_calls_has_a_name_on_the_console(language: str) -> None:
    silent = {Page.HELP, Page.CALL_BACK, Page.INVITE}
    assert {page.value for page in Page} - silent == help_call.PAGES
    texts = Catalogue.load("central", "console", language)
    assert all(f"glass_page.{page}" in texts for page in help_call.PAGES)


def test_a_call_says_page_door_and_try(world: World, cabinet: FakeCabinet) -> None:
    loaded(world, cabinet)
    visit = cabinet.begin_visit(cabinet.grants()["collect"], compartment=3)
    cabinet.say(told.HelpCalled("open:not_open", visit), told.HelpCalled("../x", None))
    assert [{key: call[key] for key in call if key != "id"} for call in calls(world)] == [
        {"short": "7", "page": "open", "compartment": 3, "attempt": 1}, {"short": "7"},
    ]  # fmt: skip
    page = phone.at_the_desk(world).get("/staff").text
    assert "门开着" in page
    assert "3 号门，第 1 次" in page


def test_an_answer_goes_to_the_glass_and_a_new_call_begins_anew(
    world: World, cabinet: FakeCabinet
) -> None:
    desk = phone.at_the_desk(world)
    cabinet.say(told.HelpCalled("home"))
    (call,) = calls(world)
    after = cabinet.news().n
    url = f"/staff/tasks/{call['id']}/answer"
    assert phone.send(desk, "/staff", url, answer="gone").status_code == 422
    phone.send(desk, "/staff", url, answer="coming")
    assert answers(cabinet, after) == ["coming"]
    assert calls(world)[0]["answer"] == "coming"
    world.clock.at += 600
    cabinet.say(told.HelpCalled("home"))
    (again,) = calls(world)
    with world.centre.database.reading() as session:
        assert session.get_one(Task, again["id"]).at == world.clock.at, "since when somebody waits"
    assert (again["id"], "answer" in again) == (call["id"], False)


def test_the_number_stands_with_the_call_until_it_is_done_and_is_gone_then(
    world: World, cabinet: FakeCabinet
) -> None:
    desk = phone.at_the_desk(world)
    cabinet.say(told.HelpCalled("home"))
    ask(cabinet, NUMBER, use="call_back")
    (call,) = calls(world)
    assert NUMBER not in str(call)  # sealed in the database
    assert f"+86{NUMBER}" in desk.get("/staff").text
    phone.send(desk, "/staff", f"/staff/tasks/{call['id']}/answer", answer="calling")
    phone.send(desk, "/staff", f"/staff/tasks/{call['id']}/done")
    assert set(calls(world)[0]) == {"id", "short", "page", "answer", "owner"}
    late = phone.send(desk, "/staff", f"/staff/tasks/{call['id']}/answer", answer="coming")
    assert late.status_code == 409
    with world.centre.database.writing() as session:
        session.get_one(Task, call["id"]).kind = "visit"
    other = phone.send(desk, "/staff", f"/staff/tasks/{call['id']}/answer", answer="coming")
    assert other.status_code == 404, "a task of another kind is no call"


def test_a_number_without_a_call_is_a_call(world: World, cabinet: FakeCabinet) -> None:
    ask(cabinet, NUMBER, use="call_back")
    assert f"+86{NUMBER}" in phone.at_the_desk(world).get("/staff").text


def test_a_number_of_a_call_that_nobody_closes_is_gone_after_a_day(
    world: World, cabinet: FakeCabinet
) -> None:
    ask(cabinet, NUMBER, use="call_back")
    centre, day_s = world.centre, retention.KEPT_S["call_back"]
    for later, held in ((day_s - 1, True), (day_s + 1, False)):
        with centre.database.writing() as session:
            now = world.clock.at + later
            retention.run(session, keys=centre.keys, ledger=centre.ledger, now=now)
        assert (alarm.PASSING in calls(world)[0]) is held
