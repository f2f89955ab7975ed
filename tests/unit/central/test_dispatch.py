"""The one way of a matter: teams by building unit, who has it, the lists of Today."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient

from central.key import digest
from central.operation import buildings, team
from central.operation.role import Role
from central.record.case import Matter
from central.record.people import Staff, StaffSession
from central.record.team import Team, TeamMember
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
    rows = browser.get("/staff", params={"whose": whose}).context["part"].rows  # type: ignore[attr-defined]
    return [row.matter.id for row in rows]


def list_buildings(world: World, *houses: str, estate: str = "润园") -> list[str]:
    """List houses of two units each and give the ids, unit by unit."""
    with world.centre.database.writing() as session:
        for house in houses:
            buildings.add(session, buildings.Filled(estate, house, 2))
        return [row.id for row in buildings.listed(session) if row.estate == estate]


def test_a_matter_goes_the_one_way_and_the_record_says_who_and_when(
    world: World, cabinet: FakeCabinet
) -> None:
    desk = phone.at_the_desk(world)
    wang, li = colleague(world, "wang"), colleague(world, "li")
    places = list_buildings(world, "3 号楼", "5 号楼")[1:]
    made = {"name": "三号楼组", "place": places, "member": ["wang", "li"]}
    assert press(desk, world, "/staff/teams", **made) == 303
    url = papers_received(world, cabinet, place=places[0], building="501")
    page = f"/staff{url}"
    assert listed(wang, "team") == listed(wang, "nobody") == [url[3:]]
    assert listed(desk, "team") == listed(wang, "mine") == []
    assert press(desk, world, f"{page}/give", to="s:wang") == 303
    assert (listed(wang, "mine"), listed(wang, "nobody")) == ([url[3:]], [])
    assert press(li, world, f"{page}/take-on") == 409, "it was given to somebody else"
    assert press(wang, world, f"{page}/take-on") == 303
    assert press(wang, world, f"{page}/hand-on", to="s:li", reason="") == 422
    assert press(wang, world, f"{page}/hand-on", to="s:wang", reason="不顺路") == 422
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
    browser, url = phone.dropped_off(world, cabinet)
    assert phone.scene(browser, url).reached == 1
    press(desk, world, f"/staff{url}/give", to="s:wang")
    page = phone.scene(browser, url)
    assert (page.reached, page.steward) == (2, "wang")
    assert "wang" in browser.get(url).text
    for state, reached, steward in (("waiting_for_papers", 0, "wang"), ("closed", 4, "")):
        with world.centre.database.writing() as session:
            session.get_one(Matter, url[3:]).state = state
        page = phone.scene(browser, url)
        assert (page.reached, page.steward) == (reached, steward), state


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


def test_what_a_team_has_stays_its_own_whoever_takes_it_on(
    world: World, cabinet: FakeCabinet
) -> None:
    wang = colleague(world, "wang")
    url = papers_received(world, cabinet)
    with world.centre.database.writing() as session:
        session.add(Team(id="t1", name="甲", created_at=1.0))
        session.flush()
        session.add(TeamMember(team="t1", staff="wang"))
        session.get_one(Matter, url[3:]).team = "t2"
    assert press(wang, world, f"/staff{url}/take-on") == 303
    with world.centre.database.reading() as session:
        assert session.get_one(Matter, url[3:]).team == "t2"


def test_a_team_is_refused_what_is_not_there_and_a_place_has_one_team(world: World) -> None:
    desk = phone.at_the_desk(world)
    first, second = list_buildings(world, "3 号楼")
    for wrong in ({"name": ""}, {"place": "hgone"}, {"member": "nobody"}):
        assert press(desk, world, "/staff/teams", **({"name": "甲", "place": first} | wrong)) == 422
    for name, places in (("甲", [first, second]), ("乙", [second])):
        assert press(desk, world, "/staff/teams", name=name, place=places) == 303
    page = desk.get("/staff/teams")
    views = {v.team.name: v for v in page.context["views"]}  # type: ignore[attr-defined]
    assert {name: view.words for name, view in views.items()} == {
        "甲": ("润园 3 号楼 1 单元",), "乙": ("润园 3 号楼 2 单元",),
    }  # fmt: skip
    one = f"/staff/teams/{views['乙'].team.id}"
    assert desk.get(one).text.count(" checked") == 1
    assert press(desk, world, f"{one}/end") == 303
    assert press(desk, world, f"{one}/end") == desk.get(one).status_code == 404
    assert "润园 3 号楼 2 单元" in desk.get("/staff/teams").text.partition('id="unplaced"')[2]


def test_two_estates_with_the_same_number_have_their_own_teams(
    world: World, cabinet: FakeCabinet
) -> None:
    desk = phone.at_the_desk(world)
    url = papers_received(world, cabinet, building="锦绣 3 号楼 2 单元 501")
    for n, estate in enumerate(("润园", "锦绣")):
        places = list_buildings(world, "3 号楼", estate=estate)
        assert press(desk, world, "/staff/teams", name=f"组{n}", place=places) == 303
    with world.centre.database.reading() as session:
        found = session.get_one(Matter, url[3:]).team
        assert team.names(session)[found] == "组1", "also who was bound before there was a list"


def test_a_building_taken_off_the_list_is_its_teams_no_more(world: World) -> None:
    desk = phone.at_the_desk(world)
    first, second = list_buildings(world, "3 号楼")
    press(desk, world, "/staff/teams", name="甲", place=first)
    assert press(desk, world, "/staff/buildings/remove", place=[first, "gone"]) == 303
    (view,) = desk.get("/staff/teams").context["views"]  # type: ignore[attr-defined]
    assert view.words == ()
    left = desk.get("/staff/buildings").text
    assert (first in left, second in left) == (False, True)
