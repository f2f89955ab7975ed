"""My data: seen, corrected, taken away, consent taken back and given, erased; nobody else's."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from central.catalogue import Actor
from central.operation import consent, delegate, note
from central.operation.note import NoteKind
from central.record.case import Matter
from central.record.people import Resident
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_erasure import DAY_S, let_go
from tests.unit.central.test_grant import loaded

PAGES = ("/data", "/data/correct", "/data/looks", "/data/export.json", "/data/export",
         "/data/erase")  # fmt: skip
CARD = "11010519491231002X"


@pytest.fixture
def browser(world: World, cabinet: FakeCabinet) -> TestClient:
    """The phone of a bound resident."""
    return phone.bound(world, cabinet)


def test_everything_that_is_known_is_said_and_what_is_not_kept_too(browser: TestClient) -> None:
    page = browser.get("/data").text
    for word in ("王秀兰", "138 0013 8000", "3 号楼 2 单元 501", "没有保存", "柜子里没有您的姓名"):
        assert word in page


def test_a_correction_is_checked_and_kept(browser: TestClient) -> None:
    assert 'value="138 0013 8000"' in browser.get("/data/correct").text
    more = {"name": "王秀兰", "phone": "137 0013 7000", "building": "5 号楼"}
    wrong = phone.send(browser, "/data/correct", "/data/correct", **more, id_number="1101")
    assert (wrong.status_code, "证件号对不上" in wrong.text) == (422, True)
    wrong = phone.send(
        browser, "/data/correct", "/data/correct", **more, id_number="110105194912310021"
    )
    assert wrong.status_code == 422
    done = phone.send(browser, "/data/correct", "/data/correct", **more, id_number=CARD.lower())
    assert done.headers["location"] == "/data"
    page = browser.get("/data").text
    assert "137 0013 7000" in page
    assert "110105 19491231 002X" in page
    looks = browser.get("/data/looks")
    assert "您自己更正了" in looks.text
    gone = phone.send(browser, "/data/correct", "/data/correct", **more, id_number="")
    assert gone.status_code == 303
    assert "002X" not in browser.get("/data").text
    away = {**more, "phone": "0311-8601 2345"}
    phone.send(browser, "/data/correct", "/data/correct", **away)
    assert "0311 8601 2345" in browser.get("/data").text


def test_who_looked_is_told_with_name_fields_and_reason(
    world: World, cabinet: FakeCabinet, browser: TestClient
) -> None:
    url = phone.choose(browser)
    desk = phone.at_the_desk(world)
    phone.send(desk, f"/staff{url}", f"/staff{url}/person", reason="check_identity")
    page = browser.get("/data/looks").text
    assert "值班员看了" in page
    assert "核对是不是本人" in page


def test_the_export_for_machines_has_everything_and_the_other_can_be_read(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, _ = loaded(world, cabinet)
    answer = browser.get("/data/export.json")
    assert "attachment" in answer.headers["content-disposition"]
    body = answer.json()
    assert body["details"]["name"] == "王秀兰"
    assert [row["act"] for row in body["consents"]] == ["given"]
    (matter,) = body["matters"]
    assert matter["state"] == "in_cabinet"
    assert [step["what"] for step in matter["steps"]][:2] == ["asked", "papers_in"]
    assert len(body["notices"]) == 1
    page = browser.get("/data/export")
    assert matter["number"] in page.text


def test_consent_taken_back_begins_nothing_new_and_tells_nobody(
    world: World, cabinet: FakeCabinet, browser: TestClient
) -> None:
    assert phone.send(browser, "/data", "/data/withdraw").headers["location"] == "/data"
    assert 'id="no-consent"' in browser.get("/data").text
    denied = phone.send(browser, "/home", "/matters", item="residence_proof")
    assert (denied.status_code, "BBG-521" in denied.text) == (403, True)
    assert 'href="/data/consent"' in denied.text
    phone.send(browser, "/data/consent", "/data/consent")
    assert phone.send(browser, "/home", "/matters", item="residence_proof").status_code == 303


def test_a_yes_is_to_the_text_that_was_shown_and_to_no_other(
    world: World, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = browser.get("/data/consent?lang=zh_CN")
    browser.get("/data?lang=en")  # in a second tab
    old = {"csrf_token": phone.token_of(page)} | phone.hidden(page, "/data/consent")
    with world.centre.database.reading() as session:
        person = session.exec(select(Resident)).one().id
    for version, sent in (
        ("2030-01-1", old), (consent.VERSION, {"csrf_token": old["csrf_token"]}),
        (consent.VERSION, old | {"text": f"{consent.VERSION} {'0' * 64}"}),
    ):  # fmt: skip
        with monkeypatch.context() as upgraded:
            upgraded.setattr(consent, "VERSION", version)
            again = browser.post("/data/consent", data=sent)
            assert (again.status_code, 'id="again"' in again.text) == (422, True), sent
            assert phone.hidden(again, "/data/consent")["text"] == str(consent.present("en"))
    stale = browser.post("/data/consent", data=old | {"csrf_token": ""})
    assert (stale.status_code, "open for a long time" in stale.text) == (422, True)
    with world.centre.database.reading() as session:
        assert len(consent.history(session, person)) == 1
    assert browser.post("/data/consent", data=old).status_code == 303
    with world.centre.database.reading() as session:
        agreed = consent.latest(session, person)
    assert agreed is not None
    assert (agreed.version, agreed.text) == (consent.VERSION, consent.text_digest("zh_CN"))


def test_a_notice_is_dropped_when_the_consent_was_taken_back(
    world: World, cabinet: FakeCabinet, browser: TestClient
) -> None:
    url = phone.choose(browser)
    phone.ask(browser, url)
    cabinet.visit(cabinet.grants()["deposit"], "deposited")
    cabinet.visit(cabinet.grants()["take_out"], "taken_out", staff="s1")
    phone.send(browser, "/data", "/data/withdraw")
    desk = phone.at_the_desk(world)
    phone.check_papers(desk, url)
    phone.send(desk, f"/staff{url}", f"/staff{url}/ready")
    cabinet.visit(cabinet.grants()["load"], "loaded", compartment=3, staff="s1")
    assert world.channel.sent == []


def test_data_goes_a_month_after_the_consent_was_taken_back(
    world: World, browser: TestClient
) -> None:
    phone.send(browser, "/data", "/data/withdraw")
    world.clock.at += 29 * DAY_S
    assert let_go(world)["person"] == 0
    world.clock.at += 2 * DAY_S
    assert let_go(world)["person"] == 1
    assert browser.get("/data").headers["location"] == "/"


def test_consent_given_again_stops_the_timer(world: World, browser: TestClient) -> None:
    phone.send(browser, "/data", "/data/withdraw")
    phone.send(browser, "/data/consent", "/data/consent")
    world.clock.at += 31 * DAY_S
    assert let_go(world)["person"] == 0


def test_erasing_ends_with_a_proof_and_a_phone_that_is_bound_to_nobody(
    world: World, browser: TestClient
) -> None:
    page = phone.send(browser, "/data/erase", "/data/erase")
    assert page.status_code == 200
    proof = page.context["proof"]  # type: ignore[attr-defined]
    assert proof in page.text
    assert world.centre.keys.read_erasure(proof) is not None
    assert browser.get("/data").headers["location"] == "/"
    assert "王秀兰" not in browser.get("/home").text


def test_erasing_with_papers_in_the_cabinet_says_what_it_waits_for(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, _ = loaded(world, cabinet)
    page = browser.get("/data/erase")
    assert 'id="holds"' in page.text
    assert "居住证明" in page.text
    done = phone.send(browser, "/data/erase", "/data/erase")
    assert done.headers["location"] == "/data/erase"
    assert 'id="erase-waits"' in browser.get("/data/erase").text
    assert phone.send(browser, "/data/erase", "/data/keep").status_code == 303
    with world.centre.database.reading() as session:
        assert session.exec(select(Resident.erase_asked_at)).one() is None


def test_who_asked_while_papers_were_with_us_is_shown_the_proof_once_they_are_back(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, _ = loaded(world, cabinet)
    phone.send(browser, "/data/erase", "/data/erase")
    assert browser.get("/data/erased").status_code == 404, "nothing is erased yet"
    cabinet.visit(cabinet.grants()["collect"], "collected")
    assert 'id="erase-now"' in browser.get("/data/erase").text
    world.centre.let_go()
    page = browser.get("/home", follow_redirects=True)
    assert (page.url.path, 'id="proof"' in page.text) == ("/data/erased", True)
    assert 'id="proof-qr"' in page.text
    assert "今天" not in page.text, "it is kept as a picture for years"
    assert world.centre.keys.read_erasure(page.context["proof"]) is not None
    assert world.browser().get("/data/erased").status_code == 404
    forged = world.browser()
    with world.centre.database.reading() as session:
        forged.cookies.set("bbg_wish", session.exec(select(Resident.id)).one())
    assert forged.get("/data/erased").status_code == 404
    phone.bind(browser, cabinet)
    assert browser.get("/data/erased").status_code == 404, "whoever is bound now sees their own"
    assert browser.get("/home").status_code == 200


@pytest.mark.sweep
@pytest.mark.parametrize("path", PAGES)
def test_nobody_else_sees_it(world: World, browser: TestClient, path: str) -> None:
    for other in (world.browser(), phone.at_the_desk(world)):
        answer = other.get(path)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/")


def test_a_page_shows_its_own_resident_only(
    world: World, cabinet: FakeCabinet, browser: TestClient
) -> None:
    other = phone.bound(world, cabinet, name="李四光", phone="13700137001")
    for path in PAGES:
        assert "王秀兰" not in other.get(path).text
    with world.centre.database.reading() as session:
        for person in session.exec(select(Resident.id)):
            assert consent.in_force(session, person)


def test_what_was_written_about_a_matter_is_its_residents_to_read(
    world: World, browser: TestClient
) -> None:
    url = phone.choose(browser)
    with world.centre.database.writing() as session:
        matter = session.get_one(Matter, url[3:])
        note.add(
            session, matter, NoteKind.REASON, "照片太暗", keys=world.centre.keys, now=world.clock.at
        )
        note.add(
            session, matter, NoteKind.PAPER, "id_copy 看不清", keys=world.centre.keys,
            now=world.clock.at,
        )  # fmt: skip
        named = delegate.Person("王小兰", "+8613900139000", Actor.DELEGATE)
        delegate.name(session, matter, named, keys=world.centre.keys, now=world.clock.at)
    page = browser.get("/data/export").text
    for said in ("照片太暗", "身份证件复印件 看不清", "代取人：</strong> 王小兰 139 0013 9000"):
        assert said in page
    texts = {row["kind"]: row["text"] for row in browser.get("/data/export.json").json()["texts"]}
    assert (texts["reason"], texts["paper"]) == ("照片太暗", "身份证件复印件 看不清")


def test_who_has_no_phone_is_corrected_at_the_desk_and_reads_who_did_it_and_how_they_asked(
    world: World, browser: TestClient
) -> None:
    url = phone.choose(browser)
    page, desk = f"/staff{url}/correct", phone.at_the_desk(world)
    before = browser.get("/data/export.json").json()["details"]
    asked = {"way": "call", "person": "女儿"}
    document = {"id_kind": "resident_id", "id_number": CARD.lower()}
    for wrong in (
        {"phone": "12"}, {"name": "1"}, {"building": "<b>"}, {}, {"tie": "king"},
        {"id_number": CARD}, {"id_kind": "passport"}, {"id_kind": "x", "id_number": CARD},
        {"id_kind": "resident_id", "id_number": "110105194912310021"},
    ):  # fmt: skip
        assert phone.send(desk, page, page, **asked, **wrong).status_code == 422
    assert phone.send(desk, page, page, phone="13900007111", person="女儿").status_code == 422
    assert phone.send(desk, page, page, phone="13900007111", way="call").status_code == 422
    assert browser.get("/data/export.json").json()["details"] == before
    done = phone.send(
        desk, page, page, **asked, **document, phone="139 0000 7111", tie="tenant"
    )  # fmt: skip
    assert done.headers["location"] == f"/staff{url}"
    now = browser.get("/data/export.json").json()["details"]
    assert now == before | document | {
        "phone": "+8613900007111", "tie": "tenant", "id_number": CARD,
    }  # fmt: skip
    looks = browser.get("/data/looks").text
    (look,) = [part for part in looks.split("<li ") if 'data-act="corrected"' in part]
    assert all(
        word in look for word in ("值班员", "电话", "证件号", "居住情况", "您打电话提出")
    )  # fmt: skip
    assert "女儿 · 打电话" in browser.get("/data/export").text
    body = browser.get("/data/export.json").json()
    (said,) = body["texts"]
    assert (said["kind"], said["text"], said["how"]) == ("corrected", "女儿", "打电话")
    assert [row["how"] for row in body["consents"]] == ["在手机上"]
    assert "女儿 · 打电话" in desk.get(f"/staff{url}").text.partition('data-kind="corrected"')[2]


def test_nobody_erased_is_corrected(world: World, browser: TestClient) -> None:
    page, desk = f"/staff{phone.choose(browser)}/correct", phone.at_the_desk(world)
    erase = page.replace("correct", "erase")
    token = phone.token_of(desk.get(page))
    phone.send(desk, erase, erase, way="desk")
    sent = {"csrf_token": token, "way": "desk", "person": "本人", "name": "王某"}
    assert (desk.get(page).status_code, desk.post(page, data=sent).status_code) == (410, 410)
    assert 'id="correct"' not in desk.get(page.removesuffix("/correct")).text
