"""The staff's console: who may not, what is written down, what is shown once."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from central.app import make_app
from central.database import Database
from central.operation import desk as matter_lists
from central.operation import staff as staff_members
from central.operation.role import DUTIES, Duty, Role
from central.record.case import Matter
from central.record.people import Audit, Badge, Staff, StaffSession
from locker.contract import event as told
from locker.contract.vocabulary import Condition, Found
from tests.support import pdf_page
from tests.unit.central import phone
from tests.unit.central.conftest import PUBLIC_URL, World
from tests.unit.central.fake_cabinet import FakeCabinet


@pytest.fixture
def desk(world: World) -> TestClient:
    """The browser of a member of staff."""
    return phone.at_the_desk(world)


def papers_received(world: World, cabinet: FakeCabinet, **details: str) -> str:
    return phone.dropped_off(world, cabinet, **details)[1]


@pytest.mark.sweep
@pytest.mark.parametrize("role", list(Role))
def test_a_role_sees_its_own_pages_and_no_others(world: World, role: Role) -> None:
    duty_of = {
        "/staff": None, "/staff/take-out": Duty.MATTERS, "/staff/unnamed": Duty.MATTERS,
        "/staff/cabinets": Duty.CABINETS, "/staff/people": Duty.PEOPLE,
        "/staff/catalogue": Duty.CATALOGUE, "/staff/score": Duty.FIGURES,
        "/staff/audit": Duty.AUDIT,
    }  # fmt: skip
    browser = phone.at_the_desk(world, role=role)
    menu = browser.get("/staff/cabinets").text
    for path, duty in duty_of.items():
        page = browser.get(path)
        if duty is None:
            assert page.status_code == (200 if Duty.MATTERS in DUTIES[role] else 303)
        elif duty in DUTIES[role]:
            assert page.status_code == 200
            assert f'href="{path}"' in menu
        else:
            assert (page.status_code, "BBG-512" in page.text) == (403, True)
            assert f'href="{path}"' not in menu


def test_a_wrong_password_and_an_unknown_login_look_alike(world: World) -> None:
    world.staff()
    pages = [
        phone.send(world.browser(), "/staff/sign-in", "/staff/sign-in", login=login, password="no")
        for login in ("zhiban", "nobody")
    ]
    assert [page.status_code for page in pages] == [401, 401]
    assert all("BBG-508" in page.text for page in pages)
    with world.centre.database.reading() as session:
        assert session.exec(select(Staff.password)).one().startswith("$argon2id$")


def test_guessing_passwords_is_slowed_and_time_forgives(
    world: World,
) -> None:
    world.staff()
    browser = world.browser()
    wrong = {"login": "zhiban", "password": "no"}
    pages = [
        phone.send(browser, "/staff/sign-in", "/staff/sign-in", **wrong).text for _ in range(9)
    ]
    assert ["BBG-509" in page for page in pages] == [False] * 8 + [True]
    good = {"login": "zhiban", "password": "long enough"}
    assert "BBG-509" in phone.send(browser, "/staff/sign-in", "/staff/sign-in", **good).text
    world.clock.at += 301
    answer = phone.send(browser, "/staff/sign-in", "/staff/sign-in", **good)
    assert answer.headers["location"] == "/staff"


@pytest.mark.sweep
@pytest.mark.parametrize(
    "login", ["", "' OR 1=1 --", "<script>", "\u202e", "x" * 5000, "zhiban\x00"]
)
def test_hostile_logins_are_refused(world: World, login: str) -> None:
    world.staff()
    page = phone.send(
        world.browser(), "/staff/sign-in", "/staff/sign-in", login=login, password="x"
    )
    assert page.status_code == 401
    assert "<script>" not in page.text


def test_a_session_ends_when_idle_and_at_sign_out(world: World, desk: TestClient) -> None:
    assert desk.get("/staff").status_code == 200
    phone.send(desk, "/staff", "/staff/sign-out")
    assert desk.get("/staff").status_code == 303
    again = phone.at_the_desk(world)
    world.clock.at += staff_members.IDLE_S + 1
    assert again.get("/staff").status_code == 303


def test_working_puts_the_end_of_the_session_off(world: World, desk: TestClient) -> None:
    for _ in range(4):
        world.clock.at += staff_members.IDLE_S * 0.7
        assert desk.get("/staff").status_code == 200
    world.clock.at += staff_members.IDLE_S * 0.7
    assert desk.get("/staff").status_code == 303, "no session lasts for ever"


def test_the_list_shows_what_waits_and_finds_by_number_and_phone(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    url = papers_received(world, cabinet)
    rows = desk.get("/staff").context["part"].rows  # type: ignore[attr-defined]
    assert [(row.matter.id, row.compartment) for row in rows] == [(url[3:], 2)]
    label = f"BBG:L:{cabinet.grants()['take_out']['consignment']}"
    for words in (rows[0].matter.reference.lower(), label):
        found = phone.send(desk, "/staff", "/staff", q=words)
        assert found.headers["location"] == f"/staff{url}", "a number names one: no list"
    for words in ("138 0013 8000", "王秀兰", " 王 秀兰", "8000"):
        assert found_by(desk, words) == [url[3:]], words
    for words in (
        "13700000000",
        "王秀",
        "王",
        "800",
        "80001",
        "X-1",
        "BBG:L:x",
        "%",
        "' OR 1=1 --",
    ):
        assert found_by(desk, words) == [], words


def found_by(desk: TestClient, words: str) -> list[str]:
    page = phone.send(desk, "/staff", "/staff", q=words, reason="handle")
    return [row.matter.id for row in page.context["part"].rows]  # type: ignore[attr-defined]


def test_who_looks_for_a_person_says_why_and_the_person_may_read_it(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    url = papers_received(world, cabinet)
    for reason in ("", "curious"):
        page = phone.send(desk, "/staff", "/staff", q="王秀兰", reason=reason)
        assert (page.status_code, url in page.text) == (422, False)
    with world.centre.database.reading() as session:
        number = session.get_one(Matter, url[3:]).reference
        assert session.exec(select(Audit.act).where(Audit.act == "searched")).all() == []
    assert url in phone.send(desk, "/staff", "/staff", q=number).headers["location"], "names nobody"
    phone.send(desk, "/staff", "/staff", q="王秀兰", reason="call_back")
    with world.centre.database.reading() as session:
        row = session.exec(select(Audit).where(Audit.act == "searched")).one()
    assert (row.staff, row.reason, row.fields) == ("s1", "call_back", [])


def test_a_persons_details_stay_shut_without_a_reason_from_the_list(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    url = papers_received(world, cabinet)
    for reason in ("", "curious", "王秀兰"):
        page = phone.send(desk, f"/staff{url}", f"/staff{url}/person", reason=reason)
        assert (page.status_code, "王秀兰" in page.text) == (422, False)


def test_opening_a_persons_details_is_written_down(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    url = papers_received(world, cabinet)
    page = desk.get(f"/staff{url}")
    assert "王秀兰" not in page.text
    page = phone.send(desk, f"/staff{url}", f"/staff{url}/person", reason="handle")
    assert "王秀兰" in page.text
    with world.centre.database.reading() as session:
        (row,) = session.exec(select(Audit)).all()
    assert (row.act, row.fields) == ("opened", ["name", "phone", "building"])


def test_ready_is_marked_only_after_the_papers_were_taken_out(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    url = papers_received(world, cabinet)
    early = phone.send(desk, f"/staff{url}", f"/staff{url}/ready")
    assert (early.status_code, "BBG-511" in early.text) == (409, True)
    assert f'id="back" href="/staff{url}"' in early.text, "back to where the button was"
    assert 'id="nav-today"' in early.text, "with the menu of who is signed in"
    assert desk.get(f"/staff{url}/label").status_code == 404
    cabinet.visit(cabinet.grants()["take_out"], "taken_out", staff="s1")
    assert phone.check_papers(desk, url).status_code == 303
    assert phone.send(desk, f"/staff{url}", f"/staff{url}/ready").status_code == 303
    again = phone.send(desk, f"/staff{url}", f"/staff{url}/ready")
    assert again.status_code == 409
    assert 'data-label="BBG:L:k' in desk.get(f"/staff{url}/label").text


def test_what_waits_to_be_loaded_is_listed_and_all_its_labels_are_printed_at_once(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    assert "没有待放的证件" in desk.get("/staff/loading").text
    url = papers_received(world, cabinet)
    cabinet.visit(cabinet.grants()["take_out"], "taken_out", staff="s1")
    phone.check_papers(desk, url)
    phone.send(desk, f"/staff{url}", f"/staff{url}/ready")
    page = desk.get("/staff/loading").text
    assert f'href="/staff{url}"' in page
    for paper, millimetres in (("roll", (60, 40)), ("sheet", (210, 297))):
        assert f'href="/staff/loading/{paper}.pdf?page=1"' in page
        pdf = desk.get(f"/staff/loading/{paper}.pdf?page=1")
        assert pdf.headers["content-type"] == "application/pdf"
        box = re.search(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", pdf.content)
        assert box is not None
        found = tuple(round(float(points) / 72 * 25.4) for points in box.groups())
        assert found == millimetres
        label = re.search(r'data-label="([^"]+)"', desk.get(f"/staff{url}/label").text)
        assert label is not None
        assert pdf_page.codes(pdf.content) == [label[1]]
        assert "办好的证件" in pdf_page.words(pdf.content)
    assert desk.get("/staff/loading/wall.pdf").status_code == 404
    cabinet.visit(cabinet.grants()["load"], "loaded", compartment=3, staff="s1")
    assert f'href="/staff{url}"' not in desk.get("/staff/loading").text


def test_a_cabinets_page_shows_its_doors_what_lies_where_and_a_visit_as_it_happens(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    url = papers_received(world, cabinet)
    page, grants = f"/staff/cabinets/{cabinet.id}", cabinet.grants()
    number = desk.get(f"/staff{url}").context["story"].matter.reference  # type: ignore[attr-defined]
    doors = [{"compartment": 1, "state": "closed", "condition": "withheld"},
             {"compartment": 2, "state": "open", "condition": "occupied"}]  # fmt: skip
    cabinet.post([], doors=doors)
    shown = desk.get(page).text
    for state in ("closed withheld", "open occupied", "unknown "):
        assert f'<g class="{state}"' in shown
    (inside,) = re.findall('data-testid="inside".*?class="whole">.*?</td>', shown, re.DOTALL)
    for told_there in ("<strong>2</strong>", number, "今天\xa016:00"):
        assert told_there in inside
    world.clock.at = cabinet.now = world.clock.at + 60
    visit = cabinet.begin_visit(grants["take_out"], staff="s1")
    row = r'data-testid="visit" data-door="(\w+)">.*?<strong>(\d+)</strong>.*?值班员'
    seen = re.compile(row, re.DOTALL)
    assert seen.findall(desk.get(page).text)[:1] == [("open", "2")]
    cabinet.end_visit(visit, grants["take_out"], "taken_out", staff="s1")
    after = desk.get(page).text
    assert seen.findall(after)[:1] == [("closed", "2")]
    assert 'data-testid="inside"' not in after


def test_the_take_out_list_is_in_walking_order(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    for number, compartment in (("W-1", 4), ("W-2", 1), ("W-3", 3)):
        cabinet.say(
            told.WalkInAccepted(f"k{number}", f"g{number}", number),
            told.ConsignmentMoved(
                f"k{number}", compartment, "deposited", f"v{number}", confirmed=True,
                shut_in_visit=True,
            ),
        )  # fmt: skip
    rows = desk.get("/staff/take-out").context["part"].rows  # type: ignore[attr-defined]
    assert [row[0].compartment for row in rows] == [1, 3, 4]


def test_unnamed_papers_join_a_matter_that_is_open_already(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = phone.asked(world, cabinet)
    cabinet.say(
        told.WalkInAccepted("kw", "gw", "W-0031"),
        told.ConsignmentMoved("kw", 3, "deposited", "vw", confirmed=True, shut_in_visit=True),
    )
    desk = phone.at_the_desk(world)
    page, join = "/staff/unnamed/kw", "/staff/unnamed/kw/join"
    for bad in ("R-00000x", "W-0031"):
        wrong = phone.send(desk, page, join, reference=bad)
        assert (wrong.status_code, 'id="join-wrong"' in wrong.text) == (422, True)
    number = phone.scene(browser, url).matter.reference
    joined = phone.send(desk, page, join, reference=number.lower())
    assert joined.headers["location"] == f"/staff{url}"
    now = phone.scene(browser, url)
    assert (now.matter.state, now.matter.reference) == ("papers_received", number)
    assert cabinet.grants().get("deposit") is None, "the unused door is withdrawn"
    assert "登记了柜子里的材料" in browser.get("/data/looks").text
    again = phone.send(desk, "/staff", join, reference=number)
    assert again.status_code == 422


def test_unnamed_papers_are_claimed_for_a_person(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    cabinet.say(
        told.WalkInAccepted("kw", "gw", "W-0031"),
        told.ConsignmentMoved("kw", 3, "deposited", "vw", confirmed=True, shut_in_visit=True),
    )
    assert "take_out" in cabinet.grants()
    assert "W-0031" in desk.get("/staff/unnamed").text
    assert desk.get("/staff/unnamed/nothing").status_code == 404
    by_slip = phone.send(desk, "/staff", "/staff", q="w-0031")
    assert by_slip.headers["location"] == "/staff/unnamed/kw"
    shown = desk.get("/staff/unnamed/kw").text
    for told_there in ("W-0031", "还在 3 号门里", '<option value="">'):
        assert told_there in shown, "nothing is chosen for who did not say what they want"
    form = {**phone.DETAILS, "item": "residence_proof"}
    bad = phone.send(desk, "/staff/unnamed/kw", "/staff/unnamed/kw", **form | {"name": "<b>"})
    assert bad.status_code == 422
    (focused,) = re.findall(r"<[^>]* autofocus[^>]*>", bad.text)
    assert 'id="name"' in focused, "the keyboard begins where something is wrong"
    answer = phone.send(desk, "/staff/unnamed/kw", "/staff/unnamed/kw", **form)
    page = desk.get(answer.headers["location"])
    assert page.context["story"].matter.state == "papers_received"  # type: ignore[attr-defined]
    assert "W-0031" in page.text
    again = phone.send(desk, "/staff", "/staff/unnamed/kw", **form, known="new")
    assert again.status_code == 409
    claimed = desk.get("/staff/unnamed/kw").headers["location"]
    assert claimed == answer.headers["location"], "an address that somebody kept is no form again"
    assert "kw" not in desk.get("/staff/unnamed").text
    cabinet.visit(
        {"grant": "gt", "purpose": "take_out", "consignment": "kw"}, "taken_out", staff="s1"
    )
    page = desk.get(answer.headers["location"])
    assert page.context["story"].matter.state == "to_be_checked"  # type: ignore[attr-defined]
    assert page.context["story"].matter.reference == "W-0031"  # type: ignore[attr-defined]


def test_papers_taken_back_by_who_brought_them_are_not_asked_of_staff(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    def moved(how: str) -> told.ConsignmentMoved:
        return told.ConsignmentMoved("kw", 3, how, "vw", confirmed=True, shut_in_visit=True)

    cabinet.say(told.WalkInAccepted("kw", "gw", "W-0031"), moved("deposited"))
    assert "take_out" in cabinet.grants()
    cabinet.say(moved("collected"))
    assert "take_out" not in cabinet.grants()
    assert desk.get("/staff/take-out").context["part"].rows == []  # type: ignore[attr-defined]


def test_a_badge_is_shown_once_and_replaces_the_one_before(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    with world.centre.database.reading() as session:
        person = session.exec(select(StaffSession.staff)).one()
    page = f"/staff/people/{person}"
    first = phone.send(desk, page, f"{page}/badge", pin="2468").headers["location"]
    assert desk.head(first).status_code == 405, "who sees nothing uses nothing up"
    assert 'id="badge-qr"' in desk.get(first).text
    again = desk.get(first)
    assert (again.status_code, 'id="shown-before"' in again.text) == (410, True)
    (before,) = [i.item for i in cabinet.news().items if i.item["item"] == "staff"]
    phone.send(desk, page, f"{page}/badge", pin="1357")
    (after,) = [i.item for i in cabinet.news().items if i.item["item"] == "staff"]
    assert before["lookup"] != after["lookup"]
    assert desk.get(first).status_code == 404
    with world.centre.database.reading() as session:
        rows = session.exec(select(Badge)).all()
    assert sorted(row.revoked_at is None for row in rows) == [False, True]


@pytest.mark.parametrize("role", [Role.STEWARD, Role.ADMINISTRATOR])
def test_a_badge_looks_into_every_box_only_where_that_was_ticked(
    world: World, cabinet: FakeCabinet, desk: TestClient, role: Role
) -> None:
    page = f"/staff/people/{world.staff('xiaoli', role=role)}"
    for ticked in ({"maintains": "y"}, {}):
        start = cabinet.news().n
        phone.send(desk, page, f"{page}/badge", pin="2468", **ticked)
        (badge,) = [item.item for item in cabinet.news(start).items]
        assert ("maintain" in badge["capabilities"]) is bool(ticked)
        assert ('id="maintains" name="maintains" value="y" checked' in desk.get(page).text) is bool(
            ticked
        )


@pytest.mark.parametrize("pin", ["", "12", "abcd", "123456789"])
def test_a_bad_pin_makes_no_badge(world: World, desk: TestClient, pin: str) -> None:
    with world.centre.database.reading() as session:
        person = session.exec(select(StaffSession.staff)).one()
    page = f"/staff/people/{person}"
    assert phone.send(desk, page, f"{page}/badge", pin=pin).status_code == 422


def test_who_leaves_is_signed_out_and_the_badge_ends_everywhere(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    form = {"login": "xiaoli", "name": "小李", "password": "another good one", "role": "steward"}
    place = phone.send(desk, "/staff/people", "/staff/people", **form).headers["location"]
    phone.send(desk, place, f"{place}/badge", pin="2468")
    other = phone.signed_in(world, "xiaoli", "another good one")
    start = cabinet.news().n
    assert phone.send(desk, "/staff/people", f"{place}/leave").status_code == 303
    assert other.get("/staff").status_code == 303
    assert [item.item["item"] for item in cabinet.news(start).items] == ["staff_gone"]
    assert {i.item["item"] for i in cabinet.news().items} == {"key"}


def test_another_role_is_another_menu_at_once_and_ends_the_badge_of_before(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    person = world.staff("xiaoli", role=Role.STEWARD)
    other, page = phone.signed_in(world, "xiaoli"), f"/staff/people/{person}"
    phone.send(desk, page, f"{page}/badge", pin="2468")
    start = cabinet.news().n
    assert other.get("/staff/audit").status_code == 403
    assert phone.send(desk, page, f"{page}/role", role="emperor").status_code == 422
    assert phone.send(desk, page, f"{page}/role", role="auditor").status_code == 303
    assert (other.get("/staff/audit").status_code, other.get("/staff").status_code) == (200, 303)
    assert [item.item["item"] for item in cabinet.news(start).items] == ["staff_gone"]
    assert "maintains" not in desk.get(page).text, "an auditor's badge opens nothing"
    with world.centre.database.reading() as session:
        assert session.exec(select(Badge).where(col(Badge.revoked_at).is_(None))).all() == []
        own = session.exec(select(Staff.id).where(Staff.login == "zhiban")).one()
        assert session.exec(select(Audit).where(Audit.act == "role_given")).one().reason == person
    assert phone.send(desk, page, f"/staff/people/{own}/role", role="steward").status_code == 422


def test_who_was_given_another_role_meanwhile_changes_no_account_any_more(world: World) -> None:
    first, second = (world.staff(login) for login in ("first", "second"))
    with world.centre.database.writing() as session:
        rows = {who: session.get_one(Staff, who) for who in (first, second)}
        give, leave = staff_members.give_role, staff_members.leave
        assert give(session, rows[second], Role.STEWARD, by=first, now=1.0) is None
        assert give(session, rows[first], Role.STEWARD, by=second, now=1.0) == "BBG-512"
        assert leave(session, rows[first], by=second, now=1.0) == "BBG-512"
        assert (rows[first].role, rows[first].left_at) == ("administrator", None)


def test_a_forgotten_password_is_replaced_and_the_person_sets_one_of_their_own(
    world: World, desk: TestClient
) -> None:
    person = world.staff("xiaoli", "the first one", role=Role.STEWARD)
    other = phone.signed_in(world, "xiaoli", "the first one")
    page, own = f"/staff/people/{person}", "/staff/password"
    for short, status in (("short", 422), ("the second one", 303)):
        answer = phone.send(desk, page, f"{page}/password", password=short)
        assert answer.status_code == status
    assert other.get("/staff").headers["location"] == "/staff/sign-in", "signed out"
    other = phone.signed_in(world, "xiaoli", "the second one")
    for before, leads_to in (("/staff", own), ("/staff/pocket", f"{own}?from=pocket")):
        assert other.get(before).headers["location"] == leads_to, "first a password of their own"
    assert "nav-today" not in other.get(own).text
    for now, after, status in (
        ("the first one", "my very own", 422),
        ("the second one", "the second one", 422),
        ("the second one", "short", 422),
        ("the second one", "my very own", 303),
    ):
        answer = phone.send(other, own, own, password_now=now, password=after)
        assert answer.status_code == status, now
        assert answer.headers.get("location") in (None, "/staff/sign-in?changed")
    assert 'id="password-changed"' in other.get("/staff/sign-in?changed").text
    assert other.get("/staff").status_code == 303
    assert phone.signed_in(world, "xiaoli", "my very own").get("/staff").status_code == 200
    with world.centre.database.reading() as session:
        chief = session.exec(select(Staff.id).where(Staff.login == "zhiban")).one()
        rows = session.exec(select(Audit).where(Audit.act == "password_set").order_by("id")).all()
    assert [(row.staff, row.reason) for row in rows] == [(chief, person), (person, person)]


@pytest.mark.sweep
def test_ones_own_password_is_not_guessed_at_a_desk_left_open(world: World) -> None:
    world.staff("xiaoli")
    desk, own = phone.signed_in(world, "xiaoli"), "/staff/password"
    guessed = [
        phone.send(desk, own, own, password_now="guess", password="my very own").text
        for _ in range(9)
    ]
    assert "试得太多" in guessed[-1]
    with world.centre.database.writing() as session:
        person = session.exec(select(Staff).where(Staff.login == "xiaoli")).one()
        staff_members.set_password(session, person, "the second one", given_at=None)
    phone.signed_in(world, "xiaoli", "the second one")


def test_who_gives_others_passwords_types_the_one_in_use_for_a_new_one_of_their_own(
    world: World, desk: TestClient
) -> None:
    with world.centre.database.reading() as session:
        person = session.exec(select(Staff.id).where(Staff.login == "zhiban")).one()
    page = f"/staff/people/{person}"
    assert 'id="own-password"' in desk.get(page).text
    assert phone.send(desk, page, f"{page}/password", password="my very own").status_code == 404
    assert desk.get("/staff").status_code == 200, "still signed in"


def test_a_taken_login_and_a_short_password_are_refused(world: World, desk: TestClient) -> None:
    for form in (
        {"login": "zhiban", "name": "甲", "password": "long enough", "role": "staff"},
        {"login": "other", "name": "甲", "password": "short", "role": "staff"},
        {"login": "Bad Login", "name": "甲", "password": "long enough", "role": "staff"},
        {"login": "other", "name": "<b>", "password": "long enough", "role": "staff"},
        {"login": "other", "name": "甲", "password": "long enough", "role": "emperor"},
    ):
        assert phone.send(desk, "/staff/people", "/staff/people", **form).status_code == 422


def test_alarms_and_tasks_are_closed_by_a_person(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    cabinet.say(told.DoorOpenedUnasked(3), told.HelpCalled("home"))
    (view,) = desk.get("/staff/cabinets").context["part"].rows  # type: ignore[attr-defined]
    assert [alarm.kind for alarm in view.alarms] == ["door.opened_unasked"]
    phone.send(desk, "/staff/cabinets", f"/staff/alarms/{view.alarms[0].id}/close")
    (view,) = desk.get("/staff/cabinets").context["part"].rows  # type: ignore[attr-defined]
    assert view.alarms == []
    (task,) = desk.get("/staff").context["tasks"]  # type: ignore[attr-defined]
    phone.send(desk, "/staff", f"/staff/tasks/{task.id}/done")
    assert desk.get("/staff").context["tasks"] == []  # type: ignore[attr-defined]
    gone = phone.send(desk, "/staff", f"/staff/tasks/{task.id}/done")
    assert gone.status_code == 409


def test_a_full_box_that_opened_unasked_is_a_task_until_somebody_has_looked(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    browser = phone.bound(world, cabinet)
    phone.ask(browser, phone.choose(browser))
    cabinet.visit(cabinet.grants()["deposit"], "deposited", compartment=3)
    take_out = cabinet.grants()["take_out"]
    inside = take_out["consignment"]

    def tasks() -> list[tuple[str, object]]:
        found = desk.get("/staff").context["tasks"]  # type: ignore[attr-defined]
        return [(task.kind, task.details) for task in found]

    look = [("look_inside", {"compartment": 3})]
    cabinet.say(*(told.DoorOpenedUnasked(number) for number in (4, 3, 3)))
    assert tasks() == look
    (view,) = desk.get("/staff/cabinets").context["part"].rows  # type: ignore[attr-defined]
    alarms = [row.id for row in view.alarms if row.details["compartment"] == 3]
    for alarm, left in zip(alarms, (look, []), strict=True):
        phone.send(desk, "/staff/cabinets", f"/staff/alarms/{alarm}/close")
        assert tasks() == left, "each opening is an alarm of its own, and one task"

    holds = told.AuditFound("i1", 3, Found.HOLDS, Condition.OCCUPIED, inside, agrees=True, staff="")
    nothing_taken = told.BooksEntered(3, Condition.OCCUPIED, inside, "nothing")
    for seen in (holds, nothing_taken):
        cabinet.say(told.DoorOpenedUnasked(3))
        assert tasks() == look
        cabinet.say(seen)
        assert tasks() == []
    cabinet.say(
        told.DoorOpenedUnasked(3), told.BooksEntered(3, Condition.OCCUPIED, inside, "in_service")
    )
    assert tasks() == look, "a lock was mended and nobody looked"
    cabinet.visit(take_out, "taken_out", compartment=3)
    assert tasks() == []


def test_the_demos_notices_exist_only_in_the_demo(world: World, cabinet: FakeCabinet) -> None:
    assert world.browser().get("/demo/notices").status_code == 200
    from dataclasses import replace

    settings = replace(world.centre.settings, demo=False)
    app = make_app(replace(world.centre, settings=settings))
    assert TestClient(app).get("/demo/notices").status_code == 404


def test_a_search_says_what_it_did_not_find_and_one_without_a_reason_lists_nothing(
    desk: TestClient,
) -> None:
    page = phone.send(desk, "/staff", "/staff", q="王秀", reason="handle").text
    assert "没有找到“王秀”" in page
    refused = phone.send(desk, "/staff", "/staff", q="王秀兰")
    assert 'id="matters"' not in refused.text, "nothing was looked for, so nothing is said of it"


def test_more_matters_than_a_page_holds_are_on_the_next_which_keeps_its_list(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    urls = {papers_received(world, cabinet, phone=f"1380013800{n}") for n in range(3)}
    with world.centre.database.reading() as session:
        parts = [
            matter_lists.matters(session, keys=world.centre.keys, limit=2, page=page)
            for page in (1, 2)
        ]
    assert [part.has_more for part in parts] == [True, False]
    assert {f"/m/{row.matter.id}" for part in parts for row in part.rows} == urls
    beyond = desk.get("/staff?whose=nobody&page=2").text
    assert 'href="?page=1&amp;whose=nobody"' in beyond


def test_a_monitor_may_ask_for_any_page_by_head(world: World) -> None:
    browser = world.browser()
    for path in ("/", "/healthz", "/staff/sign-in"):
        assert browser.head(path).status_code == 200, path
    assert browser.head("/nothing").status_code == 404
    assert browser.head("/matters").status_code == 405, "what only takes a form"


@pytest.mark.logs_may_warn("the database does not answer")
def test_a_database_that_is_away_is_said_in_one_line_and_to_everybody(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    nobody_there = Database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    app = make_app(replace(world.centre, database=nobody_there))
    browser = TestClient(app, base_url=PUBLIC_URL)  # what is raised is raised here, too
    browser.cookies.set("bbg_staff", "x")
    bearer = {"authorization": "Bearer x"}
    for path, said in (("/healthz", "BBG-528"), ("/staff", "BBG-528"), ("/v1/news", "BBG-528")):
        answer = browser.get(path, headers=bearer)
        assert (answer.status_code, said in answer.text) == (503, True), path
    lines = [record for record in caplog.records if record.name.startswith("central")]
    assert len(lines) == 3
    assert all("\n" not in line.getMessage() and not line.exc_info for line in lines)
