"""What is said in words from anywhere: registered at once, and places that run out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient
from sqlmodel import select

from central.operation import catalogue, need
from central.record.cabinet import Cabinet
from central.record.case import Matter
from central.record.people import Resident
from locker.contract.local_time import local_time
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_dispatch import colleague, press

WORDS = "三号楼前面的下水道又堵了"


def at_home(world: World, cabinet: FakeCabinet, **details: str) -> TestClient:
    """Give a bound resident's phone, away from the cabinet."""
    browser = phone.bound(world, cabinet, **details)
    del browser.cookies["bbg_presence"]
    return browser


def on_duty(world: World, desk: TestClient) -> None:
    today = local_time(world.clock.at).date()
    plan = {
        "staff": "wang", "first": today.isoformat(), "last": (today + timedelta(1)).isoformat(),
        "begins": "00:00", "ends": "00:00", "off_too": "y",
        "weekday": [str(n) for n in range(7)],
    }  # fmt: skip
    assert press(desk, world, "/staff/roster", **plan) == 303


def test_a_complaint_is_made_from_home_and_goes_at_once_to_who_is_on_duty(
    world: World, cabinet: FakeCabinet
) -> None:
    desk, wang = phone.at_the_desk(world), colleague(world, "wang")
    on_duty(world, desk)
    browser = at_home(world, cabinet)
    home = browser.get("/home").text
    assert 'id="choose-complaint"' in home
    url = phone.choose(browser, "complaint")
    assert phone.send(browser, url, f"{url}/submit", words=" ").status_code == 422
    assert phone.send(browser, url, f"{url}/submit", words=WORDS).status_code == 303
    page = phone.scene(browser, url)
    assert (page.steward, page.reached) == ("wang", 2)
    assert WORDS in browser.get(url).text
    assert WORDS in wang.get(f"/staff{url}").text
    step = wang.get(f"/staff{url}").context["story"].steps[-1]  # type: ignore[attr-defined]
    assert (step.trigger, step.by, step.staff) == ("given", "centre", "")
    press(wang, world, f"/staff{url}/take-on")
    mine = wang.get(f"/staff/pocket{url}").text
    assert ('id="accept"' in mine, WORDS in mine, "待受理" in mine) == (True, True, True)
    page = desk.get(f"/staff{url}").text
    assert ("待受理" in page, "待核对" in page, 'id="community"' in page) == (True, False, True)
    assert "居委会门口" not in page, "it was said at no cabinet"
    assert press(desk, world, f"/staff{url}/submit") == 409, "it was begun already"
    assert press(wang, world, f"/staff{url}/check") == 303
    assert 'id="accept"' not in wang.get(f"/staff/pocket{url}").text
    assert press(wang, world, f"/staff{url}/ready") == 409, "nothing is put into a cabinet"
    assert press(wang, world, f"/staff/pocket{url}/done", words="已疏通") == 303
    assert "已疏通" in browser.get(url).text
    assert phone.send(browser, url, f"{url}/rate", rating="satisfied").status_code == 303


def test_without_anybody_on_duty_it_waits_for_nobody_in_particular(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, desk = at_home(world, cabinet), phone.at_the_desk(world)
    url = phone.choose(browser, "suggestion")
    phone.send(browser, url, f"{url}/submit", words=WORDS)
    rows = desk.get("/staff?whose=nobody").context["part"].rows  # type: ignore[attr-defined]
    assert [row.matter.id for row in rows] == [url[3:]]


def test_no_matter_is_begun_for_a_cabinet_that_is_gone(world: World, cabinet: FakeCabinet) -> None:
    browser, other = at_home(world, cabinet), world.enrolled_cabinet("8")
    phone.choose(browser, "complaint")
    with world.centre.database.writing() as session:
        session.get_one(Cabinet, cabinet.id).revoked_at = world.clock.at
    url = phone.choose(browser, "residence_proof")
    with world.centre.database.reading() as session:
        assert session.get_one(Matter, url[3:]).cabinet == other.id


def test_a_matter_is_begun_where_the_code_was_seen_or_the_resident_was_last_or_at_the_first(
    world: World, cabinet: FakeCabinet
) -> None:
    last, seen = (world.enrolled_cabinet(short) for short in ("8", "9"))
    browser = at_home(world, cabinet)
    with world.centre.database.writing() as session:
        (resident,) = session.exec(select(Resident.id))
        assert need.place_of(session, resident, seen="") == cabinet.id
    url = phone.choose(browser, "complaint")
    with world.centre.database.writing() as session:
        session.get_one(Matter, url[3:]).cabinet = last.id
        assert need.place_of(session, resident, seen="") == last.id
        assert need.place_of(session, resident, seen=seen.id) == seen.id


def activity(world: World, **change: Any) -> None:
    with world.centre.database.writing() as session:
        item = catalogue.find(session, "home_help")
        assert item is not None
        made = item.model_copy(update={"key": "outing", "places": 2} | change)
        catalogue.save(session, made, staff="", now=world.clock.at)


def test_what_was_only_said_holds_no_erasing(world: World, cabinet: FakeCabinet) -> None:
    browser = at_home(world, cabinet)
    url = phone.choose(browser, "complaint")
    phone.send(browser, url, f"{url}/submit", words=WORDS)
    phone.send(browser, "/data", "/data/withdraw")
    world.clock.at += 31 * 86400
    world.centre.let_go()
    assert WORDS in browser.get(url).text, "what is under way is not ended by the time"
    assert 'id="holds"' not in browser.get("/data/erase").text
    assert 'id="proof"' in phone.send(browser, "/data/erase", "/data/erase").text
    with world.centre.database.reading() as session:
        assert session.get_one(Matter, url[3:]).state == "closed"


def test_what_is_only_collected_waits_for_staff_to_find_it_and_for_no_check(
    world: World, cabinet: FakeCabinet
) -> None:
    browser = at_home(world, cabinet)
    url = phone.choose(browser, "card_collection")
    assert phone.send(browser, url, f"{url}/submit").status_code == 303
    page, home = browser.get(url).text, browser.get("/home").text
    assert ("找到您的东西" in page, "逐样核对" in page, "正在核对材料" in home) == (
        True,
        False,
        False,
    )


def test_places_run_out_and_one_who_withdraws_frees_theirs(
    world: World, cabinet: FakeCabinet
) -> None:
    activity(world)
    people = [
        at_home(world, cabinet, name=name, phone=f"1380013800{n}")
        for n, name in enumerate(("王秀兰", "赵强", "陈静"))
    ]
    urls = [phone.choose(browser, "outing") for browser in people]
    assert phone.scene(people[0], urls[0]).places_left == 2, "a draft takes no place"
    for browser, url in zip(people[:2], urls[:2], strict=True):
        assert phone.send(browser, url, f"{url}/submit").status_code == 303
    last = people[2]
    page = last.get(urls[2]).text
    assert ('id="submit"' in page, 'id="delegates"' in page, "报满了" in page) == (
        False,
        False,
        True,
    )
    assert "没有要退的材料" in people[0].get(f"{urls[0]}/withdraw").text
    full = last.post(f"{urls[2]}/submit", data={"csrf_token": phone.form_token(world, last)})
    assert (full.status_code, "BBG-524" in full.text) == (409, True)
    phone.send(people[0], f"{urls[0]}/withdraw", f"{urls[0]}/withdraw")
    assert phone.send(last, urls[2], f"{urls[2]}/submit").status_code == 303
    with world.centre.database.writing() as session:
        outing = catalogue.find(session, "outing")
        assert outing is not None
        assert need.left(session, outing) == 0
        session.get_one(Matter, urls[2][3:]).outcome = "refused"
        assert need.left(session, outing) == 1
