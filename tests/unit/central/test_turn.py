"""One door at a time: the line before a cabinet, and what happens when it does not answer."""

from __future__ import annotations

from typing import Any

from locker.contract import event as told
from locker.contract.failure import Failure
from locker.contract.vocabulary import VisitOutcome
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_grant import loaded


def commands(cabinet: FakeCabinet) -> list[dict[str, Any]]:
    return [item.item for item in cabinet.news().items if item.item["item"] == "open"]


def test_the_second_phone_waits_until_the_first_is_done(world: World, cabinet: FakeCabinet) -> None:
    first, second = (
        phone.bound(world, cabinet),
        phone.bound(world, cabinet, phone="13900139000"),
    )
    cabinet.news()
    one, two = phone.choose(first), phone.choose(second)
    phone.ask(first, one)
    world.clock.at += 0.1
    phone.ask(second, two)
    assert len(commands(cabinet)) == 1
    page = phone.scene(second, two)
    assert (page.scene, page.before) == ("queue", 1)

    (command,) = commands(cabinet)
    grant = {"grant": command["grant"], "purpose": "deposit", "consignment": "k"}
    visit = cabinet.begin_visit(grant, command=command["command"])
    assert phone.scene(second, two).scene == "queue"
    cabinet.say(told.VisitEnded(visit, VisitOutcome.NOTHING))
    assert phone.scene(second, two).scene == "sent"
    assert len(commands(cabinet)) == 2
    page = phone.scene(first, one)
    assert (page.scene, page.again) == ("prepare", True)


def test_a_visit_whose_end_is_never_told_holds_the_line_for_ten_minutes(
    world: World, cabinet: FakeCabinet
) -> None:
    browsers = [phone.bound(world, cabinet), phone.bound(world, cabinet, phone="13900139000")]
    cabinet.news()
    first, second = (phone.choose(browser) for browser in browsers)
    phone.ask(browsers[0], first)
    (command,) = commands(cabinet)
    grant = {"grant": command["grant"], "purpose": "deposit", "consignment": "k"}
    cabinet.begin_visit(grant, command=command["command"])
    for later_s, sent in ((600.0, 1), (1.0, 2)):
        world.clock.at += later_s
        cabinet.news()
        token = phone.form_token(world, browsers[1])
        browsers[1].post(f"{second}/ask", data={"csrf_token": token})
        assert len({found["command"] for found in commands(cabinet)} | {command["command"]}) == sent


def test_who_left_the_line_gives_the_place_up(world: World, cabinet: FakeCabinet) -> None:
    first, second, third = (phone.bound(world, cabinet) for _ in range(3))
    pages = [phone.choose(browser) for browser in (first, second, third)]
    for browser, url in zip((first, second, third), pages, strict=True):
        world.clock.at += 0.1
        phone.ask(browser, url)
    for _ in range(4):
        world.clock.at += 10
        cabinet.news()
        phone.scene(third, pages[2])
    assert [command["grant"] for command in commands(cabinet)][-1:] == [_grant_of(world, pages[2])]


def test_asking_twice_sends_one_command(world: World, cabinet: FakeCabinet) -> None:
    browser = phone.bound(world, cabinet)
    cabinet.news()
    url = phone.choose(browser)
    token = phone.token_of(browser.get(url))
    for _ in range(3):
        assert browser.post(f"{url}/ask", data={"csrf_token": token}).status_code == 303
    assert len(commands(cabinet)) == 1


def test_a_cabinet_cut_off_gets_the_phone_a_qr_at_once(world: World, cabinet: FakeCabinet) -> None:
    browser = phone.bound(world, cabinet)
    cabinet.news()
    world.clock.at += 31
    url = phone.choose(browser)
    phone.ask(browser, url)
    page = phone.scene(browser, url)
    assert page.scene == "qr"
    assert page.refresh_s is not None
    assert 'id="deposit-qr"' in browser.get(url).text


def test_a_command_not_taken_within_four_seconds_gets_the_phone_a_qr(
    world: World, cabinet: FakeCabinet
) -> None:
    browser = phone.bound(world, cabinet)
    cabinet.news()
    url = phone.choose(browser)
    phone.ask(browser, url)
    world.clock.at += 3.9
    assert phone.scene(browser, url).scene == "sent"
    world.clock.at += 0.2
    assert phone.scene(browser, url).scene == "qr"


def test_the_door_opened_by_the_qr_shows_when_the_line_is_back(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = phone.asked(world, cabinet)
    world.clock.at += 60
    assert phone.scene(browser, url).scene == "qr"
    cabinet.visit(cabinet.grants()["deposit"], "deposited")
    assert phone.scene(browser, url).matter.state == "papers_received"


def test_a_refused_command_says_why_and_can_be_tried_again(
    world: World, cabinet: FakeCabinet
) -> None:
    browser = phone.bound(world, cabinet)
    cabinet.news()
    url = phone.choose(browser)
    phone.ask(browser, url)
    cabinet.say(told.CommandTaken(commands(cabinet)[-1]["command"], "BBG-201"))
    page = phone.scene(browser, url)
    assert (page.scene, page.failure) == ("refused", Failure.BOARD_SILENT)
    phone.ask(browser, url)
    assert phone.scene(browser, url).scene == "sent"
    assert len({command["grant"] for command in commands(cabinet)}) == 1


def test_the_door_is_offered_again_where_another_press_may_help(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = loaded(world, cabinet)
    for failure, offered in (("BBG-201", True), ("BBG-103", False)):
        assert phone.send(browser, url, f"{url}/open").status_code == 303
        cabinet.say(told.CommandTaken(commands(cabinet)[-1]["command"], failure))
        text = browser.get(url).text
        assert (f'data-failure="{failure}"' in text, 'id="collect-qr"' in text) == (True, True)
        assert (f'action="{url}/open"' in text) is offered


def test_a_failure_code_of_a_newer_cabinet_is_no_error(world: World, cabinet: FakeCabinet) -> None:
    browser = phone.bound(world, cabinet)
    cabinet.news()
    url = phone.choose(browser)
    phone.ask(browser, url)
    cabinet.say(told.CommandTaken(commands(cabinet)[-1]["command"], "BBG-999"))
    assert phone.scene(browser, url).failure is Failure.OUT_OF_SERVICE


def test_another_cabinet_cannot_take_a_command(world: World, cabinet: FakeCabinet) -> None:
    other = world.enrolled_cabinet("8")
    browser = phone.bound(world, cabinet)
    cabinet.news()
    url = phone.choose(browser)
    phone.ask(browser, url)
    other.say(told.CommandTaken(commands(cabinet)[-1]["command"], "BBG-201"))
    assert phone.scene(browser, url).scene == "sent"


def test_a_door_used_and_nothing_put_in_gets_a_new_grant(
    world: World, cabinet: FakeCabinet
) -> None:
    browser = phone.bound(world, cabinet)
    cabinet.news()
    url = phone.choose(browser)
    phone.ask(browser, url)
    old = cabinet.grants()["deposit"]
    visit = cabinet.begin_visit(old, command=commands(cabinet)[-1]["command"])
    cabinet.say(told.VisitEnded(visit, VisitOutcome.NOTHING))
    phone.ask(browser, url)
    assert cabinet.grants()["deposit"]["grant"] != old["grant"]


def _grant_of(world: World, url: str) -> str:
    from central.operation import grant
    from locker.contract.vocabulary import Purpose

    with world.centre.database.reading() as session:
        found = grant.find(session, matter=url.removeprefix("/m/"), purpose=Purpose.DEPOSIT)
        assert found is not None
        return found.id
