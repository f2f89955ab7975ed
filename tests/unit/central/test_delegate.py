"""Delegates, large type, and what everybody may read of a cabinet."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from central.catalogue import Actor, AtDoor
from central.operation import alarm, delegate, grant, matter, news
from central.operation.matter_state import MatterState
from central.record.case import Grant, Matter
from central.record.people import Notice
from locker.contract.digest import code_digest
from locker.contract.event import ConsignmentMoved, GrantRevoked, NewsApplied
from locker.contract.vocabulary import Purpose
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import CODE_SALT, FakeCabinet
from tests.unit.central.test_grant import ask_at_door, loaded

DAUGHTER = {"name": "王小兰", "phone": "13900139000", "actor": "delegate"}


def name(browser: TestClient, url: str, **changes: str) -> Any:
    page = f"{url}/delegates"
    return phone.send(browser, page, page, **DAUGHTER | changes)


def named(browser: TestClient, url: str) -> Any:
    return browser.get(f"{url}/delegates").context["named"]  # type: ignore[attr-defined]


def told(world: World) -> list[str]:
    with world.centre.database.reading() as session:
        return sorted(session.exec(select(Notice.kind)))


def collect_grants(cabinet: FakeCabinet) -> list[dict[str, Any]]:
    items = [found.item for found in cabinet.news().items]
    return [found for found in items if found.get("purpose") == "collect"]


def grant_of(cabinet: FakeCabinet, code: str) -> dict[str, Any]:
    """Give the collection that a code is for, as the cabinet knows it."""
    digest = code_digest(code, salt=CODE_SALT)
    (found,) = (row for row in collect_grants(cabinet) if row["code_digest"] == digest)
    return found


def test_a_delegate_has_a_code_of_their_own_and_the_resident_is_told_afterwards(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = loaded(world, cabinet)
    own = phone.scene(browser, url).code
    assert name(browser, url).status_code == 303
    (view,) = named(browser, url)
    assert (view.person.name, len(view.code), view.code != own) == ("王小兰", 8, True)
    theirs = grant_of(cabinet, view.code)
    cabinet.visit(theirs, "collected", compartment=3)
    assert told(world) == ["collected_by", "ready"]
    assert collect_grants(cabinet) == [], "using one code uses all"
    assert "13900139000" not in str(world.channel.sent)


def test_the_resident_who_collects_is_not_told_that_somebody_did(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = loaded(world, cabinet)
    own = phone.scene(browser, url).code
    name(browser, url)
    cabinet.visit(grant_of(cabinet, own), "collected", compartment=3)
    assert told(world) == ["ready"]


def test_a_guardian_named_before_the_drop_off_gets_the_code_when_it_is_packed(
    world: World, cabinet: FakeCabinet
) -> None:
    desk = phone.at_the_desk(world)
    browser, url = phone.chosen(world, cabinet)
    assert name(browser, url, actor="guardian").status_code == 303
    (view,) = named(browser, url)
    assert (view.person.actor, view.code) == (Actor.GUARDIAN, "")
    phone.ask(browser, url)
    cabinet.visit(cabinet.grants()["deposit"], "deposited")
    cabinet.visit(cabinet.grants()["take_out"], "taken_out", staff="s1")
    phone.check_papers(desk, url)
    phone.send(desk, f"/staff{url}", f"/staff{url}/ready")
    assert len(collect_grants(cabinet)) == 2
    assert named(browser, url)[0].code == "", "no code is passed on before it is in the cabinet"
    (row,) = desk.get(f"/staff{url}").context["story"].delegates  # type: ignore[attr-defined]
    denied = at_the_desk(world, url, f"/{row.id}/slip", reason="handle")[1]
    assert (row.has_code, denied.status_code) == (False, 409), "nor printed"
    cabinet.visit(cabinet.grants()["load"], "loaded", compartment=3, staff="s1")
    assert len(named(browser, url)[0].code) == 8


def test_a_delegate_who_is_revoked_opens_nothing(world: World, cabinet: FakeCabinet) -> None:
    browser, url = loaded(world, cabinet)
    name(browser, url)
    (view,) = named(browser, url)
    page = f"{url}/delegates"
    assert phone.send(browser, page, f"{page}/{view.id}/revoke").status_code == 303
    assert named(browser, url) == []
    assert len(collect_grants(cabinet)) == 1, "the resident's own"
    assert phone.send(browser, page, f"{page}/{view.id}/revoke").status_code == 404
    with world.centre.database.reading() as session:
        states = sorted(session.exec(select(Grant.state).where(Grant.purpose == "collect")))
    assert states == ["live", "revoked"]


def test_a_code_that_was_taken_back_is_only_sent_until_the_cabinet_says_that_it_knows(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = loaded(world, cabinet)
    name(browser, url)
    (view,) = named(browser, url)
    page = f"{url}/delegates"
    phone.send(browser, page, f"{page}/{view.id}/revoke")
    desk = phone.at_the_desk(world)
    waits = ("王小兰的取件码，</span>正在等柜子确认", "1 位取消了，柜子还没有确认")
    assert (waits[0] in browser.get(page).text, waits[1] in desk.get(f"/staff{url}").text) == (
        True,
        True,
    )
    with world.centre.database.reading() as session:
        gone = session.exec(select(Grant).where(Grant.delegate == view.id)).one().id
    cabinet.say(GrantRevoked("another", "delegate_revoked"))
    assert waits[0] in browser.get(page).text
    cabinet.say(GrantRevoked(gone, "delegate_revoked"))
    assert (waits[0] in browser.get(page).text, waits[1] in desk.get(f"/staff{url}").text) == (
        False,
        False,
    )


def test_a_withdrawal_is_known_where_the_cabinet_never_knew_the_code(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = loaded(world, cabinet)
    name(browser, url)
    (view,) = named(browser, url)
    before = cabinet.news().n
    page, waits = f"{url}/delegates", "王小兰的取件码，</span>正在等柜子确认"
    phone.send(browser, page, f"{page}/{view.id}/revoke")
    cabinet.say(NewsApplied(before))
    assert waits in browser.get(page).text
    cabinet.say(NewsApplied(cabinet.news().n))
    assert waits not in browser.get(page).text
    with world.centre.database.writing() as session:
        news.start_over(session, cabinet.id)
    assert waits in browser.get(page).text, "it gets everything anew and has not said so"
    cabinet.say(NewsApplied(cabinet.news().n))
    assert waits not in browser.get(page).text


@pytest.mark.parametrize(
    "change", [{"name": ""}, {"name": "<b>"}, {"phone": "12"}, {"actor": "emperor"}, {"actor": ""}]
)
def test_a_bad_delegate_is_refused_with_a_reason(
    world: World, cabinet: FakeCabinet, change: dict[str, str]
) -> None:
    browser, url = phone.chosen(world, cabinet)
    assert name(browser, url, **change).status_code == 422
    assert named(browser, url) == []


def test_who_may_collect_is_what_the_matter_says(world: World, cabinet: FakeCabinet) -> None:
    ask_at_door(world, AtDoor.NONE, actors=(Actor.GUARDIAN,))
    browser, url = phone.chosen(world, cabinet)
    page = browser.get(f"{url}/delegates").text
    assert ('id="actor-guardian"' in page, 'id="actor-delegate"' in page) == (True, False)
    assert name(browser, url, actor="delegate").status_code == 409
    assert at_the_desk(world, url, "", **DAUGHTER)[1].status_code == 409
    assert named(browser, url) == []
    assert name(browser, url, actor="guardian").status_code == 303
    ask_at_door(world, AtDoor.NONE, actors=())
    other = browser.get(f"{phone.choose(browser)}/delegates")
    assert not other.context["may_name"], "nobody but the resident"  # type: ignore[attr-defined]


def test_three_are_enough_and_a_stranger_names_nobody(world: World, cabinet: FakeCabinet) -> None:
    browser, url = phone.chosen(world, cabinet)
    for _ in range(3):
        assert name(browser, url).status_code == 303
    assert "最多请三位" in browser.get(f"{url}/delegates").text
    data = {"csrf_token": phone.form_token(world, browser), **DAUGHTER}
    assert browser.post(f"{url}/delegates", data=data).status_code == 409
    other = phone.bound(world, cabinet, phone="13700137000")
    assert other.get(f"{url}/delegates").status_code == 404
    data = {"csrf_token": phone.form_token(world, other), **DAUGHTER}
    assert other.post(f"{url}/delegates", data=data).status_code == 404


def test_large_type_is_kept_in_the_browser(world: World, cabinet: FakeCabinet) -> None:
    browser = world.browser()
    assert 'class="elder"' not in browser.get("/").text
    assert 'class="elder"' in browser.get("/?size=big").text
    assert 'class="elder"' in browser.get(f"/s/{cabinet.id}").text
    assert 'class="elder"' not in browser.get("/?size=normal").text
    assert 'class="elder"' not in browser.get("/?size=%3Cscript%3E").text
    bound = phone.bound(world, cabinet)
    assert bound.get("/?size=big").headers["location"] == "/home"
    assert 'class="elder"' in bound.get("/home").text, "not lost on the way home"


def test_everybody_reads_whether_a_cabinet_works_since_when_and_who_comes(
    world: World, cabinet: FakeCabinet
) -> None:
    anybody = world.browser()

    def standing() -> tuple[str, float | None]:
        found = anybody.get("/c/7").context["standing"]  # type: ignore[attr-defined]
        return found.why, found.since

    assert standing() == ("not_yet", None)
    cabinet.news()
    assert standing() == ("", world.clock.at)
    with world.centre.database.writing() as session:
        alarm.ring(session, cabinet.id, "service.down", subject="board", now=world.clock.at)
    assert standing() == ("down", world.clock.at)
    began = world.clock.at
    world.clock.at += 10
    with world.centre.database.writing() as session:
        alarm.all_clear(session, cabinet.id, "service.down", subject="board", now=world.clock.at)
    assert standing() == ("", world.clock.at)
    world.clock.at += 600
    assert standing() == ("cut_off", began)
    assert "没有网也能取件" in anybody.get("/c/7").text, "what lies inside is not known"
    desk = phone.at_the_desk(world)
    path = f"/staff/cabinets/{cabinet.id}/visit"
    assert phone.send(desk, "/staff/cabinets", path, at="2027-02-30T25:00").status_code == 422
    assert phone.send(desk, "/staff/cabinets", path, at="2027-02-01T09:30").status_code == 303
    assert "2 月 1 日\xa009:30" in phone.said(anybody.get("/c/7"))
    assert "0311-00000000" in anybody.get("/c/7").text
    assert anybody.get("/c/nothing").status_code == 404


def test_the_printed_code_shows_number_and_site_large_and_opens_no_door(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = phone.chosen(world, cabinet)
    home = world.browser()
    page = home.get(f"/s/{cabinet.id}")
    assert '<strong class="number">柜子 7</strong>' in page.text
    assert "居委会门口" in page.text
    world.clock.at += 3600
    assert phone.scene(browser, url).scene == "prepare", "going home keeps the draft"
    token = phone.form_token(world, browser)
    assert browser.post(f"{url}/ask", data={"csrf_token": token}).status_code == 403


def at_the_desk(world: World, url: str, action: str, **fields: str) -> tuple[TestClient, Any]:
    desk = phone.at_the_desk(world)
    return desk, phone.send(desk, f"/staff{url}", f"/staff{url}/delegates{action}", **fields)


def test_staff_write_down_whom_the_resident_names_and_print_the_slip(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = loaded(world, cabinet)
    wrong = {**DAUGHTER, "phone": "12"}
    assert at_the_desk(world, url, "", **wrong)[1].status_code == 422
    desk, answer = at_the_desk(world, url, "", **DAUGHTER)
    assert answer.headers["location"] == f"/staff{url}"
    (view,) = named(browser, url)
    page = desk.get(f"/staff{url}").text
    assert "工作人员代记" in page
    assert not {"王小兰", "13900139000", view.code} & set(page.split())
    slip = f"/{view.id}/slip"
    assert at_the_desk(world, url, slip)[1].status_code == 422, "a reason is asked for"
    printed = at_the_desk(world, url, slip, reason="asked_by_resident")[1].text
    assert f"{view.code[:4]} {view.code[4:]}" in printed
    for secret in ("王小兰", "王秀兰", "居住证明"):
        assert secret not in printed
    assert at_the_desk(world, url, "/d0/slip", reason="handle")[1].status_code == 409, "not OWN"
    looks = browser.get("/data/looks").text
    assert "按您说的登记了代取人" in looks
    assert "打印了代取单" in looks
    world.clock.at += grant.LIFE_S[Purpose.COLLECT] + 1
    assert at_the_desk(world, url, slip, reason="handle")[1].status_code == 409, "it has ended"
    assert at_the_desk(world, url, "/own/slip", reason="handle")[1].status_code == 409


def test_who_only_seemed_to_have_collected_is_not_said_to_have(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = loaded(world, cabinet)
    at_the_desk(world, url, "", **DAUGHTER)
    (view,) = named(browser, url)
    theirs = grant_of(cabinet, view.code)
    cabinet.visit(theirs, "collected", compartment=3, confirmed=False)
    assert "王小兰（代取人）取走了" in browser.get(url).text
    world.clock.at += 1
    cabinet.say(
        ConsignmentMoved(
            theirs["consignment"], 3, "loaded", "v9", confirmed=True, shut_in_visit=True, staff="s1"
        )
    )
    world.clock.at += 1
    cabinet.visit(cabinet.grants()["collect"], "collected", compartment=3)
    page = browser.get(url).text
    assert 'data-state="collected"' in page
    assert "王小兰" not in page


def test_who_collected_and_whom_to_call_is_said_on_the_matters_page(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = loaded(world, cabinet)
    at_the_desk(world, url, "", **DAUGHTER)
    world.clock.at += 1
    at_the_desk(world, url, "", **DAUGHTER | {"name": "李四光"})
    view, second = named(browser, url)  # in the order in which they were named
    theirs = grant_of(cabinet, view.code)
    cabinet.visit(theirs, "collected", compartment=3)
    page = browser.get(url).text
    assert "王小兰（代取人）取走了" in page
    assert 'href="tel:0311-00000000"' in page
    denied = at_the_desk(world, url, f"/{view.id}/slip", reason="handle")[1]
    assert denied.status_code == 409
    named_late = at_the_desk(world, url, "", **DAUGHTER)[1]
    assert named_late.status_code == 409, "it is over"
    with world.centre.database.writing() as session:
        used = session.exec(select(Grant).where(Grant.delegate == second.id)).one().id
        case = session.get_one(Matter, url[3:])
        delegate.collected_by(session, case, used, now=world.clock.at + 1)
    assert "李四光（代取人）取走了" in browser.get(url).text, "who came last"


def test_a_delegate_named_at_the_desk_is_taken_back_there(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = loaded(world, cabinet)
    at_the_desk(world, url, "", **DAUGHTER)
    (view,) = named(browser, url)
    assert at_the_desk(world, url, f"/{view.id}/revoke")[1].status_code == 303
    assert named(browser, url) == []
    assert "取消了代取人" in browser.get("/data/looks").text
    assert at_the_desk(world, url, f"/{view.id}/slip", reason="handle")[1].status_code == 409
    with world.centre.database.writing() as session:
        packed = matter.outbound(session, url[3:])
        assert packed is not None
        packed.state = "out"
    before = len(collect_grants(cabinet))
    assert at_the_desk(world, url, "", **DAUGHTER)[1].status_code == 303
    assert len(collect_grants(cabinet)) == before, "no code is made for what is out"


def test_a_delegate_is_taken_back_and_printed_from_their_own_matter_only(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = loaded(world, cabinet)
    name(browser, url)
    (view,) = named(browser, url)
    other, their = phone.chosen(world, cabinet, name="李四光", phone="13700137001")
    page = f"{their}/delegates"
    assert phone.send(other, page, f"{page}/{view.id}/revoke").status_code == 404
    with world.centre.database.writing() as session:
        session.get_one(Matter, their[3:]).state = MatterState.IN_CABINET
    denied = at_the_desk(world, their, f"/{view.id}/slip", reason="handle")[1]
    assert denied.status_code == 409
    assert named(browser, url) == [view]


def test_who_wants_no_message_has_a_slip_printed(world: World, cabinet: FakeCabinet) -> None:
    browser, url = loaded(world, cabinet)
    code = phone.scene(browser, url).code
    printed = at_the_desk(world, url, "/own/slip", reason="asked_by_resident")[1]
    assert "按“取证件”" in printed.text, "the word on the glass"
    assert f"{code[:4]} {code[4:]}" in printed.text
    assert "代取" not in printed.text, "it is the resident's own"
    assert "打印了您的取件单" in browser.get("/data/looks").text
    other = phone.choose(browser)
    assert at_the_desk(world, other, "/own/slip", reason="handle")[1].status_code == 409
    with world.centre.database.writing() as session:
        own = session.exec(select(Grant).where(Grant.state == "live")).one()
        grant.revoke(session, own, reason="test", now=world.clock.at)
    assert at_the_desk(world, url, "/own/slip", reason="handle")[1].status_code == 409
    assert phone.scene(browser, url).scene == "expired", "what opens nothing is not shown"


def test_a_delegate_is_asked_for_the_last_four_of_their_own_phone(
    world: World, cabinet: FakeCabinet
) -> None:
    ask_at_door(world, AtDoor.ID_NUMBER)  # the delegate's own is unknown: their phone's instead
    browser, url = loaded(world, cabinet)
    name(browser, url)
    (view,) = named(browser, url)
    theirs = grant_of(cabinet, view.code)
    assert theirs["last_four"] == "phone"
    assert theirs["last_four_digest"] == code_digest(view.code + "9000", salt=CODE_SALT)
    printed = at_the_desk(world, url, f"/{view.id}/slip", reason="asked_by_resident")[1].text
    assert 'id="slip-four"' in printed
    assert "9000" not in printed.replace(view.code, "")
