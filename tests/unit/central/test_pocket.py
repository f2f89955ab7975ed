"""The steward's phone: one's own day, a call from the kiosk, a door opened, done in a few words."""

from __future__ import annotations

import re

import pytest
from sqlmodel import select

from central.operation.role import Role
from central.record.case import Matter, Task
from central.record.team import Team
from locker.contract import event as told
from tests.unit.central import phone
from tests.unit.central.conftest import PASSWORD, World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_console_pages import papers_received
from tests.unit.central.test_dispatch import colleague, listed, press
from tests.unit.central.test_grant import loaded
from tests.unit.central.test_need import at_home
from tests.unit.central.test_opening import commands, lying
from tests.unit.central.test_photo import picture


def test_a_steward_takes_on_and_hands_over_from_the_phone_in_words_the_resident_may_read(
    world: World, cabinet: FakeCabinet
) -> None:
    desk, wang = phone.at_the_desk(world), colleague(world, "wang")
    url = papers_received(world, cabinet)
    press(desk, world, "/staff/teams", name="甲", member=["wang"])
    press(desk, world, f"/staff{url}/give", to="s:wang")
    today = wang.get("/staff/pocket")
    assert "派给你的" in today.text
    page = f"/staff/pocket{url}"
    token = phone.form_token(world, wang)
    back = wang.post(f"/staff{url}/take-on", data={"csrf_token": token, "from": "pocket"})
    assert back.headers["location"] == page
    assert press(wang, world, f"{page}/done", words="送到家") == 409, "the papers are not ready"
    with world.centre.database.writing() as session:
        session.get_one(Matter, url[3:]).state = "at_desk"
    assert press(wang, world, f"{page}/done", words="") == 422
    assert press(desk, world, f"{page}/done", words="送到家") == 409, "it is not theirs"
    assert press(wang, world, f"{page}/done", words="送到家") == 303
    done = wang.get(page).text
    assert ("送到家" in done, "最迟" in done) == (True, False)
    assert 'id="back" href="/staff/pocket"' in done
    with world.centre.database.reading() as session:
        assert session.get_one(Matter, url[3:]).state == "collected"
    late = wang.post(f"/staff{url}/take-on", data={"csrf_token": token, "from": "pocket"})
    assert (late.status_code, f'id="back" href="{page}"' in late.text) == (409, True)


def test_who_signs_in_on_the_phone_is_back_on_its_pages(world: World) -> None:
    world.staff("wang", role=Role.STEWARD)
    browser = world.browser()
    place = browser.get("/staff/pocket").headers["location"]
    sent = {"login": "wang", "password": PASSWORD, "from": "pocket"}
    assert 'name="from" value="pocket"' in browser.get(place).text
    assert "from=pocket&amp;size=big" in browser.get(place).text
    answer = phone.send(browser, place, "/staff/sign-in", **sent)
    assert answer.headers["location"] == "/staff/pocket"


def test_what_waits_for_its_resident_is_not_offered_to_stewards(
    world: World, cabinet: FakeCabinet
) -> None:
    _, url = loaded(world, cabinet)
    wang, page = colleague(world, "wang"), f"/staff{url}"
    press(phone.at_the_desk(world), world, "/staff/teams", name="甲", member=["wang"])
    with world.centre.database.writing() as session:
        session.get_one(Matter, url[3:]).team = session.exec(select(Team.id)).one()
    for state, is_offered in (("in_cabinet", False), ("ready_to_load", True)):
        with world.centre.database.writing() as session:
            session.get_one(Matter, url[3:]).state = state
        assert (page in wang.get("/staff?whose=nobody").text) is is_offered
        assert (f"pocket{url}" in wang.get("/staff/pocket").text) is is_offered


def test_what_no_team_has_is_on_every_stewards_phone_and_goes_to_the_takers_team(
    world: World, cabinet: FakeCabinet
) -> None:
    desk, url = phone.at_the_desk(world), papers_received(world, cabinet)
    stewards = {name: colleague(world, name) for name in ("wang", "li")}
    for name in stewards:
        press(desk, world, "/staff/teams", name=f"{name}组", member=[name])
    other = papers_received(world, cabinet, phone="13900139000")
    with world.centre.database.writing() as session:
        teams = {row.name: row.id for row in session.exec(select(Team))}
        session.get_one(Matter, other[3:]).team = teams["li组"]

    def seen(name: str) -> tuple[bool, int]:
        page = stewards[name].get("/staff/pocket").text
        return f"pocket{url}" in page, page.count('data-testid="no-team"')

    assert (seen("wang"), seen("li")) == ((True, 1), (True, 1)), "li's own team's is not marked"
    assert press(stewards["wang"], world, f"/staff{url}/take-on") == 303
    assert (seen("wang"), seen("li")) == ((True, 0), (False, 0))
    with world.centre.database.reading() as session:
        assert session.get_one(Matter, url[3:]).team == teams["wang组"]


def test_who_belongs_to_two_teams_takes_nothing_to_either(
    world: World, cabinet: FakeCabinet
) -> None:
    desk, wang, url = (
        phone.at_the_desk(world), colleague(world, "wang"), papers_received(world, cabinet),
    )  # fmt: skip
    for name in "甲乙":
        press(desk, world, "/staff/teams", name=name, member=["wang"])
    assert listed(desk, "team") == [url[3:]]
    assert press(wang, world, f"/staff{url}/take-on") == 303
    assert listed(desk, "team") == [], "it is wang's now"
    with world.centre.database.reading() as session:
        assert session.get_one(Matter, url[3:]).team == "", "nobody knows which"


def test_the_person_is_shown_only_for_a_reason_and_it_is_written_down(
    world: World, cabinet: FakeCabinet
) -> None:
    url, wang = papers_received(world, cabinet), colleague(world, "wang")
    page = f"/staff/pocket{url}"
    assert "王秀兰" not in wang.get(page).text
    assert press(wang, world, f"{page}/person", reason="curious") == 422
    sent = {"csrf_token": phone.form_token(world, wang), "reason": "handle"}
    assert "王秀兰" in wang.post(f"{page}/person", data=sent).text
    with world.centre.database.reading() as session:
        from central.record.people import Audit

        looks = session.exec(select(Audit.staff, Audit.reason).where(Audit.act == "opened")).all()
    assert looks == [("wang", "handle")]


def test_a_call_is_answered_by_one_and_that_door_opens_from_the_phone(
    world: World, cabinet: FakeCabinet
) -> None:
    loaded(world, cabinet)
    cabinet.say(told.HelpCalled("collect"))
    wang, li = colleague(world, "wang"), colleague(world, "li")
    with world.centre.database.reading() as session:
        task = session.exec(select(Task.id).where(Task.kind == "help_called")).one()
    url = f"/staff/pocket/calls/{task}"
    assert url in wang.get("/staff/pocket").text
    coming = {"from": "pocket", "answer": "coming"}
    assert press(wang, world, f"/staff/tasks/{task}/answer", **coming) == 303
    assert press(li, world, f"/staff/tasks/{task}/answer", **coming) == 409
    assert "wang 去了" in li.get(url).text
    start = cabinet.news().n
    sent = {
        "csrf_token": phone.form_token(world, wang), "from": "pocket",
        "consignment": lying(world), "reason": "resident_at_door",
    }  # fmt: skip
    door = f"/staff/cabinets/{cabinet.id}/openings"
    place = wang.post(door, data=sent).headers["location"]
    assert place.startswith("/staff/pocket/openings/")
    assert [command["reason"] for command in commands(cabinet, start)] == ["resident_at_door"]
    assert "30 秒" in wang.get(place).text
    assert press(wang, world, f"/staff/tasks/{task}/done", **{"from": "pocket"}) == 303
    assert wang.get(url).status_code == 409


def test_a_photo_shows_what_a_steward_did_and_only_of_their_own_matter(
    world: World, cabinet: FakeCabinet
) -> None:
    url, wang, li = (
        papers_received(world, cabinet), colleague(world, "wang"), colleague(world, "li"),
    )  # fmt: skip
    press(wang, world, f"/staff{url}/take-on")
    page = f"/staff/pocket{url}"
    files = {"photo": ("a.jpg", picture(), "image/jpeg")}
    for browser, status in ((li, 409), (wang, 303)):
        data = {"csrf_token": phone.form_token(world, browser)}
        sent = browser.post(f"{page}/photos", data=data, files=files)
        assert sent.status_code == status
    (shown,) = wang.get(page).context["story"].photos  # type: ignore[attr-defined]
    assert (shown.staff, shown.paper) == ("wang", "")
    forged = {"photo": ("a.jpg", b"<svg/>", "image/jpeg")}
    data = {"csrf_token": phone.form_token(world, wang)}
    again = wang.post(f"{page}/photos", data=data, files=forged)
    assert (again.status_code, "请再选一张" in again.text, 'id="photo-go"' in again.text) == (
        422, True, True,
    )  # fmt: skip


def test_what_a_steward_wrote_stays_where_a_form_is_refused_and_the_photo_too(
    world: World, cabinet: FakeCabinet
) -> None:
    phone.at_the_desk(world)
    browser, wang = at_home(world, cabinet), colleague(world, "wang")
    url = phone.choose(browser, "complaint")
    phone.send(browser, url, f"{url}/submit", words="路灯坏了")
    press(wang, world, f"/staff{url}/take-on")
    press(wang, world, f"/staff{url}/check")
    page = f"/staff/pocket{url}"
    for before in ("/staff", "/staff/pocket"):
        sent = {"csrf_token": phone.form_token(world, wang), "from": before[7:]}
        for to, reason, focus in (
            ("s:s1", " ", 'id="hand-on-reason"'),
            ("t:9", "不归我", 'name="to"'),
        ):
            again = wang.post(f"/staff{url}/hand-on", data=sent | {"to": to, "reason": reason})
            assert (again.status_code, 'id="problem"' in again.text) == (422, True)
            assert ("pocket.css" in again.text) is (before == "/staff/pocket")
            (marked,) = re.findall(r"<[^>]*aria-invalid=true autofocus[^>]*>", again.text)
            assert focus in marked, again.text
            assert ('value="s:s1" selected' in again.text, 'value="不归我"' in again.text) == (
                to == "s:s1", to == "t:9",
            )  # fmt: skip
    data = {"csrf_token": phone.form_token(world, wang)}
    jpeg = {"photo": ("a.jpg", picture(), "image/jpeg")}
    forged = {"photo": ("a.jpg", b"<svg/>", "image/jpeg")}
    again = wang.post(f"{page}/done", data=data | {"words": " "}, files=jpeg)
    assert (again.status_code, "请写几个字" in again.text, "已交 1 张" in again.text) == (
        422, True, True,
    )  # fmt: skip
    for address, files, status, count in (
        ("done", forged, 422, 1), ("photos", forged, 422, 1), ("photos", jpeg, 200, 2),
    ):  # fmt: skip
        again = wang.post(f"{page}/{address}", data=data | {"words": "换了灯泡"}, files=files)
        assert again.status_code == status
        assert (">换了灯泡</textarea>" in again.text, f"已交 {count} 张" in again.text) == (
            True,
            True,
        )
    none = {"photo": ("", b"", "application/octet-stream")}
    assert (
        wang.post(f"{page}/done", data=data | {"words": "换了灯泡"}, files=none).status_code == 303
    )
    assert "换了灯泡" in browser.get(url).text


def test_a_steward_on_a_visit_opens_a_matter_and_writes_down_what_is_said(
    world: World, cabinet: FakeCabinet
) -> None:
    wang = colleague(world, "wang")
    wang.get("/")
    assert "/staff/open?from=pocket" in wang.get("/staff/pocket").text
    opens = "/staff/open?from=pocket"
    page = wang.get(opens).text
    assert 'value="door" checked' in page
    assert 'href="/static/pocket.css"' in page
    asked = {"cabinet": cabinet.id, "person": "本人", "way": "door"}
    again = phone.send(wang, opens, "/staff/open", **asked)
    assert (again.status_code, 'href="/static/pocket.css"' in again.text) == (422, True)
    asked |= phone.DETAILS
    said, papers = (
        phone.send(wang, opens, "/staff/open", **asked, item=item, known="new").headers["location"]
        for item in ("complaint", "residence_proof")
    )
    assert said.startswith("/staff/pocket/m/")
    send = said.replace("/pocket", "") + "/submit"
    again = phone.send(wang, said, send, words=" ")
    assert (again.status_code, "写下居民说的" in again.text) == (422, True)
    assert phone.send(wang, said, send, words="楼道灯坏了").headers["location"] == said
    assert "楼道灯坏了" in wang.get(said).text
    assert 'id="papers"' in wang.get(papers).text
    send = papers.replace("/pocket", "") + "/submit"
    assert phone.send(wang, papers, send).headers["location"] == papers
    assert "待核对" in wang.get(papers).text


@pytest.mark.parametrize("size", ["big", "normal"])
def test_the_size_of_the_type_is_kept(world: World, size: str) -> None:
    wang = colleague(world, "wang")
    wang.get("/staff/pocket", params={"size": size})
    assert ('class="elder"' in wang.get("/staff/pocket").text) is (size == "big")
