"""When it is not smooth: missing, not accepted, withdrawn, originals, and the clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from central.operation import catalogue
from central.record.cabinet import Cabinet
from central.record.case import Consignment, Matter, Task
from central.record.people import Notice
from locker.contract.local_time import LOCAL
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet

MONDAY = datetime(2026, 11, 30, 9, tzinfo=LOCAL).timestamp()
PAPERS = ("application", "id_copy", "home_proof")


@pytest.fixture
def desk(world: World) -> TestClient:
    """The browser of a member of staff."""
    return phone.at_the_desk(world)


def handed_in(
    world: World, cabinet: FakeCabinet, item: str = "residence_proof"
) -> tuple[TestClient, str]:
    """Give a phone and the page of its matter, whose papers staff have taken out."""
    browser = phone.bound(world, cabinet)
    url = phone.choose(browser, item)
    if phone.scene(browser, url).needs_id:
        phone.send(browser, url, f"{url}/identity", id_number="11010519491231002X")
    phone.ask(browser, url)
    cabinet.visit(cabinet.grants()["deposit"], "deposited")
    cabinet.visit(cabinet.grants()["take_out"], "taken_out", staff="s1")
    return browser, url


def press(desk: TestClient, url: str, action: str, **fields: str) -> Any:
    return phone.send(desk, f"/staff{url}", f"/staff{url}/{action}", **fields)


def matter(world: World, url: str) -> Matter:
    with world.centre.database.reading() as session:
        return session.get_one(Matter, url.removeprefix("/m/"))


def told(world: World) -> list[str]:
    with world.centre.database.reading() as session:
        return sorted(session.exec(select(Notice.kind)))


def contents(world: World, url: str, direction: str) -> list[list[str]]:
    with world.centre.database.reading() as session:
        rows = session.exec(
            select(Consignment)
            .where(Consignment.matter == url.removeprefix("/m/"))
            .order_by(col(Consignment.created_at))
        ).all()
        return [row.contents for row in rows if row.direction == direction]


def test_the_clock_starts_at_the_acceptance_and_is_shown_as_a_date(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    browser, url = handed_in(world, cabinet)
    assert matter(world, url).due_at is None
    world.clock.at = MONDAY
    desk = phone.at_the_desk(world)
    phone.check_papers(desk, url)
    assert matter(world, url).accepted_at == MONDAY
    assert "最迟 12 月 3 日（周四）18:00 前" in phone.said(browser.get(url))
    assert "最迟 12 月 3 日（周四）18:00 前" in desk.get(f"/staff{url}").text


def test_every_paper_must_be_ticked(world: World, cabinet: FakeCabinet, desk: TestClient) -> None:
    _, url = handed_in(world, cabinet)
    page = press(desk, url, "check", **{"seen-application": "here", "wrong-id_copy": "缺反面"})
    assert page.status_code == 422
    assert 'id="here-application" checked' in page.text
    assert 'value="缺反面"' in page.text
    rows = page.text.split("<tr")
    assert ["unticked" in row for row in rows if "seen-" in row] == [False, True, True]
    for odd in ({"seen-application": "perhaps"}, {"seen-nonsense": "here"}):
        assert press(desk, url, "check", **odd).status_code == 422
    assert matter(world, url).state == "to_be_checked"


def test_what_is_missing_is_told_once_and_nothing_else_is_asked_later(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    browser, url = handed_in(world, cabinet)
    phone.check_papers(desk, url, "id_copy", "home_proof")
    assert told(world) == ["missing"]
    page = browser.get(url)
    assert "还差 2 样" in page.text
    assert "请改 id_copy" in page.text
    assert "放进柜子" in page.text
    assert "申请表" not in page.text
    assert matter(world, url).due_at is None, "no clock runs before the acceptance"

    start = cabinet.news().n
    assert phone.ask(browser, url).status_code == 303
    assert cabinet.news(start).items[-1].item["item"] == "open"
    cabinet.visit(cabinet.grants()["deposit"], "deposited")
    assert contents(world, url, "inbound") == [list(PAPERS), ["id_copy", "home_proof"]]
    cabinet.visit(cabinet.grants()["take_out"], "taken_out", staff="s1")
    assert desk.get(f"/staff{url}").context["to_tick"] == ["id_copy", "home_proof"]  # type: ignore[attr-defined]
    again = press(desk, url, "check", **{f"seen-{paper}": "missing" for paper in PAPERS})
    assert again.status_code == 422, "what was good cannot be asked for again"
    phone.check_papers(desk, url)
    assert matter(world, url).state == "being_done"


def test_what_is_missing_may_come_over_the_desk(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    browser, url = handed_in(world, cabinet)
    phone.check_papers(desk, url, "id_copy")
    phone.ask(browser, url)
    assert press(desk, url, "brought").status_code == 303
    assert "deposit" not in cabinet.grants(), "no door opens any more for it"
    phone.check_papers(desk, url)
    assert matter(world, url).state == "being_done"


def test_not_accepted_says_why_by_which_rule_and_where_to_go_and_the_papers_come_back(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    browser, url = handed_in(world, cabinet)
    why = {"reason": "房子不在本社区", "basis": "民发〔2020〕20号", "where_to_go": "建华社区大厅"}
    for lacking in why:
        page = press(desk, url, "refuse", **why | {lacking: " "})
        assert page.status_code == 422
        form = page.text.partition('id="refuse" open')[2].partition("</details>")[0]
        assert ('id="problem"' in form, form.count("aria-invalid")) == (True, 1), "where it is"
    assert press(desk, url, "refuse", **why).status_code == 303
    assert told(world) == ["refused"]
    notes = desk.get(f"/staff{url}").context["story"].notes  # type: ignore[attr-defined]
    assert [found.text for found in notes] == list(why.values()), "in the order of the form"
    page = browser.get(url)
    assert all(text in page.text for text in why.values())
    assert 'id="withdraw"' not in page.text
    assert press(desk, url, "ready").status_code == 303
    assert "申请表、身份证件复印件、住房材料复印件" in desk.get(f"/staff{url}/label").text
    cabinet.visit(cabinet.grants()["load"], "loaded", compartment=4, staff="s1")
    assert told(world) == ["refused", "return_ready"]
    assert "请取回您的材料" in browser.get(url).text
    cabinet.visit(cabinet.grants()["collect"], "collected", compartment=4)
    assert phone.scene(browser, url).scene == "over"
    token = phone.form_token(world, browser)
    rated = browser.post(f"{url}/rate", data={"csrf_token": token, "rating": "fair"})
    assert rated.status_code == 409


def test_withdrawn_before_staff_came_the_papers_are_the_residents_again(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    browser, url = phone.dropped_off(world, cabinet)
    assert "材料还在柜子里" in browser.get(f"{url}/withdraw").text
    phone.send(browser, f"{url}/withdraw", f"{url}/withdraw")
    assert set(cabinet.grants()) == {"collect"}
    page = phone.scene(browser, url)
    assert (page.scene, len(page.code)) == ("collect", 8)
    cabinet.visit(cabinet.grants()["collect"], "collected")
    assert (matter(world, url).state, matter(world, url).outcome) == ("closed", "withdrawn")
    assert phone.scene(browser, url).scene == "over"
    assert browser.get(f"{url}/withdraw").status_code == 409


def test_withdrawn_while_staff_take_the_papers_out_they_come_back_from_the_desk(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    browser, url = phone.dropped_off(world, cabinet)
    take_out = cabinet.grants()["take_out"]
    phone.send(browser, f"{url}/withdraw", f"{url}/withdraw")
    cabinet.visit(take_out, "taken_out", staff="s1")
    assert matter(world, url).state == "at_desk"
    assert "collect" not in cabinet.grants()
    assert press(desk, url, "hand-over").status_code == 303
    assert matter(world, url).state == "collected"


def test_withdrawn_with_staff_the_papers_come_back_through_a_door(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    browser, url = handed_in(world, cabinet)
    phone.send(browser, f"{url}/withdraw", f"{url}/withdraw")
    assert "正要放进柜子退给您" in browser.get(url).text
    press(desk, url, "ready")
    assert contents(world, url, "outbound") == [list(PAPERS)]
    assert "还没放" in desk.get(f"/staff{url}").text
    press(desk, url, "hand-over")
    assert "还没放" not in desk.get(f"/staff{url}").text, "it is in the resident's hand"


def test_withdrawn_with_only_the_second_papers_in_the_cabinet_the_first_ones_are_not_forgotten(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    browser, url = handed_in(world, cabinet)
    phone.check_papers(desk, url, "id_copy")
    phone.ask(browser, url)
    cabinet.visit(cabinet.grants()["deposit"], "deposited")
    phone.send(browser, f"{url}/withdraw", f"{url}/withdraw")
    cabinet.visit(cabinet.grants()["collect"], "collected")
    assert matter(world, url).state == "at_desk"
    press(desk, url, "ready")
    assert contents(world, url, "outbound") == [["application", "home_proof"]]


def test_a_draft_that_is_withdrawn_simply_ends(world: World, cabinet: FakeCabinet) -> None:
    browser, url = phone.chosen(world, cabinet)
    phone.send(browser, f"{url}/withdraw", f"{url}/withdraw")
    assert matter(world, url).state == "closed"


def test_what_is_done_is_collected_and_not_withdrawn(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    browser, url = handed_in(world, cabinet)
    phone.check_papers(desk, url)
    press(desk, url, "ready")
    token = phone.form_token(world, browser)
    assert browser.post(f"{url}/withdraw", data={"csrf_token": token}).status_code == 409


def test_a_walk_in_that_was_claimed_and_then_taken_back_is_over(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    from locker.contract import event as told_by

    def moved(how: str) -> told_by.ConsignmentMoved:
        return told_by.ConsignmentMoved("kw", 3, how, "vw", confirmed=True, shut_in_visit=True)

    cabinet.say(told_by.WalkInAccepted("kw", "gw", "W-0031"), moved("deposited"))
    form = {**phone.DETAILS, "item": "residence_proof"}
    place = phone.send(desk, "/staff/unnamed/kw", "/staff/unnamed/kw", **form).headers["location"]
    cabinet.say(moved("collected"))
    assert matter(world, place.removeprefix("/staff")).state == "closed"
    with world.centre.database.reading() as session:
        open_tasks = session.exec(select(Task.kind).where(Task.done_at == None)).all()  # noqa: E711
    assert "books_differ" not in open_tasks


def test_originals_travel_back_with_the_result_and_the_old_card_does_not(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    _, url = handed_in(world, cabinet, "residence_permit_endorsement")
    phone.check_papers(desk, url)
    press(desk, url, "ready")
    assert contents(world, url, "outbound") == [["result", "residence_card"]]
    assert "办好的证件、居住证原件" in desk.get(f"/staff{url}/label").text
    _, other = handed_in(world, cabinet, "residence_permit_renewal")
    phone.check_papers(desk, other)
    press(desk, other, "ready")
    assert contents(world, other, "outbound") == [["result"]]


def test_where_the_police_decide_the_clock_waits_for_their_acceptance_and_may_be_extended_once(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    browser, url = handed_in(world, cabinet, "residence_permit")
    world.clock.at = MONDAY
    desk = phone.at_the_desk(world)
    phone.check_papers(desk, url)
    assert matter(world, url).due_at is None
    assert "公安派出所受理后，15\xa0天内办好，特殊情况最长 30\xa0天" in phone.said(browser.get(url))
    assert press(desk, url, "passed-on").status_code == 303
    assert press(desk, url, "passed-on").status_code == 409
    assert "最迟 12 月 15 日" in phone.said(browser.get(url))
    assert press(desk, url, "extend", reason=" ").status_code == 422
    world.clock.at += 86400
    assert press(phone.at_the_desk(world), url, "extend", reason="要核实").status_code == 303
    assert "最迟 12 月 30 日" in phone.said(browser.get(url))
    assert "要核实" in browser.get(url).text
    assert press(phone.at_the_desk(world), url, "extend", reason="还要").status_code == 409


def test_hand_in_only_ends_without_a_door(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    browser, url = handed_in(world, cabinet, "other_papers")
    for page in (browser.get(url).text, desk.get(f"/staff{url}").text):
        assert 'id="delegates"' not in page, "nothing comes that somebody could fetch"
    phone.check_papers(desk, url)
    assert press(desk, url, "ready").status_code == 409
    assert press(desk, url, "finish").status_code == 303
    assert phone.scene(browser, url).scene == "rate"
    assert set(cabinet.grants()) == set()


def test_collect_only_opens_no_door_for_papers(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    browser, url = phone.chosen(world, cabinet, "card_collection")
    assert phone.scene(browser, url).scene == "submit"
    token = phone.form_token(world, browser)
    assert browser.post(f"{url}/ask", data={"csrf_token": token}).status_code == 409
    assert phone.send(browser, url, f"{url}/submit").status_code == 303
    assert cabinet.grants() == {}
    phone.check_papers(desk, url)
    press(desk, url, "ready")
    assert set(cabinet.grants()) == {"load", "collect"}


def test_who_collects_only_says_at_which_of_several_cabinets(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = phone.chosen(world, cabinet, "card_collection")
    assert 'id="which"' not in browser.get(url).text, "there is only one"
    other, gone = world.enrolled_cabinet("10"), world.enrolled_cabinet("9")
    with world.centre.database.writing() as session:
        session.get_one(Cabinet, gone.id).revoked_at = world.clock.at
    page = browser.get(url).text
    assert f'value="{cabinet.id}" selected' in page, "they stand before it"
    assert (f'value="{other.id}"' in page, gone.id in page) == (True, False)
    assert page.index(f'value="{cabinet.id}"') < page.index(f'value="{other.id}"'), "7 before 10"
    for odd in ("", "nowhere", gone.id):
        assert phone.send(browser, url, f"{url}/submit", cabinet=odd).status_code == 422
    assert phone.send(browser, url, f"{url}/submit", cabinet=other.id).status_code == 303
    assert (matter(world, url).cabinet, matter(world, url).state) == (other.id, "to_be_checked")


def test_a_documents_number_is_asked_for_only_where_the_matter_needs_it(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, plain = phone.chosen(world, cabinet)
    assert not phone.scene(browser, plain).needs_id
    token = phone.form_token(world, browser)
    number = {"csrf_token": token, "id_number": "11010519491231002X"}
    assert browser.post(f"{plain}/identity", data=number).status_code == 409
    url = phone.choose(browser, "residence_permit")
    assert 'id="ask"' not in browser.get(url).text
    assert browser.post(f"{url}/ask", data={"csrf_token": token}).status_code == 409
    for bad in ("", "110105194912310021", "1"):
        page = phone.send(browser, url, f"{url}/identity", id_number=bad)
        assert (page.status_code, 'id="id-error"' in page.text) == (422, True), bad
    assert browser.post(f"{url}/identity", data={"id_number": "E12345678"}).status_code == 403
    assert phone.send(browser, url, f"{url}/identity", id_number="E12345678").status_code == 303
    assert 'id="ask"' in browser.get(url).text
    again = phone.choose(browser, "medical_insurance")
    assert not phone.scene(browser, again).needs_id, "it is asked for once"


def test_today_begins_with_who_calls_then_claims_and_the_clock_that_runs_out_first(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    from locker.contract import event as told_by

    due = {}
    for item in ("residence_proof", "medical_insurance", "elder_allowance"):
        _, url = handed_in(world, cabinet, item)
        phone.check_papers(desk, url)
        due[url[3:]] = matter(world, url).due_at
    cabinet.say(
        told_by.HelpCalled("home"),
        told_by.WalkInAccepted("kw", "gw", "W-0031"),
        told_by.ConsignmentMoved("kw", 3, "deposited", "vw", confirmed=True, shut_in_visit=True),
    )
    page = desk.get("/staff")
    rows = page.context["part"].rows  # type: ignore[attr-defined]
    assert [row.matter.id for row in rows] == sorted(due, key=lambda key: due[key] or 0)
    tasks = page.context["tasks"]  # type: ignore[attr-defined]
    assert [task.kind for task in tasks] == ["help_called", "claim"]
    assert page.text.count("<strong>柜子 7</strong> · ") == 2, "at which cabinet"


def test_what_needs_papers_is_not_submitted_by_the_phone(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = phone.chosen(world, cabinet)
    token = phone.form_token(world, browser)
    assert browser.post(f"{url}/submit", data={"csrf_token": token}).status_code == 409


def test_papers_taken_over_the_desk_need_no_door(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    _, url = phone.asked(world, cabinet)
    assert press(desk, url, "submit").status_code == 303
    assert cabinet.grants() == {}
    assert matter(world, url).state == "to_be_checked"


def test_a_code_that_has_ended_is_not_shown_as_good_and_a_new_one_is_given(
    world: World, cabinet: FakeCabinet
) -> None:
    from tests.unit.central.test_grant import loaded

    browser, url = loaded(world, cabinet)
    old = phone.scene(browser, url).code
    token = phone.form_token(world, browser)
    assert browser.post(f"{url}/renew", data={"csrf_token": token}).status_code == 409
    world.clock.at += 31 * 86400
    page = browser.get(url)
    assert "取件码过期了" in page.text
    assert old not in page.text.replace(" ", "")
    assert 'id="collect-qr"' not in page.text
    assert phone.send(browser, url, f"{url}/renew").status_code == 303
    new = phone.scene(browser, url)
    assert (new.scene, new.code != old) == ("collect", True)


def test_a_certificate_that_staff_took_back_out_waits_at_the_desk_and_is_told_again(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    from tests.unit.central.test_grant import loaded

    browser, url = loaded(world, cabinet)
    (outbound,) = contents(world, url, "outbound")
    with world.centre.database.reading() as session:
        row = session.exec(select(Consignment).where(Consignment.direction == "outbound")).one()
    cabinet.visit(
        {"grant": "gr", "purpose": "recall", "consignment": row.id}, "taken_out", compartment=3
    )
    assert "在社区窗口" in browser.get(url).text
    press(desk, url, "ready")
    assert contents(world, url, "outbound")[-1] == outbound
    cabinet.visit(cabinet.grants()["load"], "loaded", compartment=1, staff="s1")
    assert told(world) == ["ready", "ready"]


def test_an_open_matter_keeps_the_version_it_began_with(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    browser, url = handed_in(world, cabinet)
    with world.centre.database.writing() as session:
        item = catalogue.find(session, "residence_proof")
        assert item is not None
        catalogue.save(
            session, item.model_copy(update={"papers": item.papers[:1]}), staff="s1", now=1.0
        )
    assert len(desk.get(f"/staff{url}").context["to_tick"]) == 3  # type: ignore[attr-defined]
    other = phone.choose(browser)
    assert len(phone.scene(browser, other).item.papers) == 1
