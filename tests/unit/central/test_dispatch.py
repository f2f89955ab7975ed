"""The one way of a matter: teams by building unit, who has it, the lists of Today."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from central import building
from central.key import digest
from central.operation.role import Role
from central.record.case import Matter
from central.record.people import Staff, StaffSession
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_console_pages import papers_received


def colleague(world: World, name: str, role: Role = Role.STEWARD) -> TestClient:
    """Give the browser of one more member of staff; the login is the id and the name."""
    with world.centre.database.writing() as session:
        session.add(
            Staff(id=name, login=name, name=name, password="none", role=role.value, created_at=1)
        )
        session.flush()
        now = world.clock.at
        session.add(
            StaffSession(digest=digest(f"token {name}"), staff=name, created_at=now, seen_at=now)
        )
    browser = world.browser_with_cookie()
    browser.cookies.set("bbg_staff", f"token {name}")
    return browser


def press(browser: TestClient, world: World, url: str, **fields: Any) -> int:
    if "bbg_visit" not in browser.cookies:
        browser.get("/staff/sign-in")
    sent = {"csrf_token": phone.form_token(world, browser), **fields}
    return int(browser.post(url, data=sent).status_code)


def listed(browser: TestClient, whose: str) -> list[str]:
    rows = browser.get("/staff", params={"whose": whose}).context["rows"]  # type: ignore[attr-defined]
    return [row.matter.id for row in rows]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("3 号楼 2 单元 501", {"house": "3", "house_unit": "3-2"}),
        ("润园小区12栋", {"house": "12"}),
        ("3-2-501", {"house": "3", "house_unit": "3-2"}),
        ("03号楼02单元", {"house": "3", "house_unit": "3-2"}),
        ("Building 7, Unit 1", {"house": "7", "house_unit": "7-1"}),
        ("润园1号院 3 号楼 2 单元 501", {"house": "3", "house_unit": "3-2"}),
        ("润园 1 号院 5 楼", {"house": "5"}),
        ("3 号", {"house": "3"}),
        ("槐安路", {}),
    ],
)
def test_an_address_names_its_building_and_unit(address: str, found: dict[str, str]) -> None:
    assert building.places(address) == found


def test_a_matter_goes_the_one_way_and_the_record_says_who_and_when(
    world: World, cabinet: FakeCabinet
) -> None:
    desk = phone.at_the_desk(world)
    wang, li = colleague(world, "wang"), colleague(world, "li")
    team = {"name": "三号楼组", "places": "3-2、5", "member": ["wang", "li"]}
    assert press(desk, world, "/staff/teams", **team) == 303
    url = papers_received(world, cabinet)
    page = f"/staff{url}"
    assert listed(wang, "team") == listed(wang, "nobody") == [url[3:]]
    assert listed(desk, "team") == listed(wang, "mine") == []
    assert press(desk, world, f"{page}/give", to="s:wang") == 303
    assert (listed(wang, "mine"), listed(wang, "nobody")) == ([url[3:]], [])
    assert press(li, world, f"{page}/take-on") == 409, "it was given to somebody else"
    assert press(wang, world, f"{page}/take-on") == 303
    assert press(wang, world, f"{page}/hand-on", to="s:li", reason="") == 422
    assert press(li, world, f"{page}/hand-on", to="s:wang", reason="不顺路") == 409
    assert press(wang, world, f"{page}/hand-on", to="s:li", reason="不顺路") == 303
    assert press(li, world, f"{page}/take-on") == 303
    story = desk.get(page).context["story"]  # type: ignore[attr-defined]
    done = {part.part.value: (part.by, part.staff) for part in story.workflow if part.at}
    assert done == {
        "ordered": ("resident", ""), "passed_on": ("cabinet", ""), "given": ("staff", "wang"),
        "taken_on": ("staff", "li"),
    }  # fmt: skip
    assert "不顺路" in desk.get(page).text


def test_the_resident_reads_that_somebody_has_it_and_who(
    world: World, cabinet: FakeCabinet
) -> None:
    colleague(world, "wang")
    desk = phone.at_the_desk(world)
    browser = phone.bound(world, cabinet)
    url = phone.choose(browser)
    phone.ask(browser, url)
    cabinet.visit(cabinet.grants()["deposit"], "deposited")
    assert phone.scene(browser, url).reached == 1
    press(desk, world, f"/staff{url}/give", to="s:wang")
    page = phone.scene(browser, url)
    assert (page.reached, page.steward) == (2, "wang")
    assert "wang" in browser.get(url).text


def test_nobody_is_given_what_is_a_draft_or_over_nor_to_who_may_not(
    world: World, cabinet: FakeCabinet
) -> None:
    colleague(world, "shen", Role.AUDITOR)
    desk = phone.at_the_desk(world)
    url = papers_received(world, cabinet)
    for to in ("s:shen", "s:none", "t:none", "", "x"):
        assert press(desk, world, f"/staff{url}/give", to=to) == 422, to
    for state in ("draft", "closed"):
        with world.centre.database.writing() as session:
            session.get_one(Matter, url[3:]).state = state
        assert press(desk, world, f"/staff{url}/give", to="s:s1") == 409
        assert press(desk, world, f"/staff{url}/take-on") == 409


def test_a_team_is_refused_what_nobody_can_read_and_a_place_has_one_team(world: World) -> None:
    desk = phone.at_the_desk(world)
    for wrong in ({"name": ""}, {"places": "三号楼"}, {"member": "nobody"}):
        assert press(desk, world, "/staff/teams", **({"name": "甲", "places": "3"} | wrong)) == 422
    for name in ("甲", "乙"):
        assert press(desk, world, "/staff/teams", name=name, places="3, 3-2") == 303
    views = {v.team.name: v for v in desk.get("/staff/teams").context["views"]}  # type: ignore[attr-defined]
    assert {name: view.places for name, view in views.items()} == {"甲": (), "乙": ("3", "3-2")}
    assert press(desk, world, f"/staff/teams/{views['乙'].team.id}/end") == 303
    assert press(desk, world, f"/staff/teams/{views['乙'].team.id}/end") == 404
