"""The resident's pages: who may not, what bad input gets, and what is kept of a person."""

from __future__ import annotations

import base64
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from central.app import PHOTO_BYTES
from central.operation import consent
from central.operation.matter_state import MatterState
from central.record.cabinet import Cabinet
from central.record.case import Matter
from central.record.people import Binding, Resident
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_grant import loaded
from tests.unit.central.test_live import in_a_loop_of_its_own

CANARIES = {"name": "欧阳金丝雀", "phone": "13912345678", "building": "金丝雀胡同 77 号"}


def test_nothing_personal_is_readable_on_the_disk(
    world: World, cabinet: FakeCabinet, tmp_path: Path
) -> None:
    phone.bound(world, cabinet, **CANARIES)
    canaries = [*CANARIES.values(), "+8613912345678", "金丝雀"]
    forms = [form for text in canaries for form in _spellings(text)]
    for path in tmp_path.rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            assert [form for form in forms if form in raw] == [], path


def test_nothing_personal_goes_to_the_cabinet(world: World, cabinet: FakeCabinet) -> None:
    loaded(world, cabinet)
    answer = world.app.get("/v1/news", headers=cabinet.headers).content
    for text in phone.DETAILS.values():
        assert not any(form in answer for form in _spellings(text))


def test_nothing_is_stored_before_the_consent(world: World, cabinet: FakeCabinet) -> None:
    browser = world.browser()
    phone.scan(browser, cabinet)
    phone.send(browser, "/bind", "/bind", **phone.DETAILS)
    assert 'value="138 0013 8000"' in browser.get("/bind").text, "who goes back reads it as typed"
    assert 'id="consent-next"' in browser.get("/consent").text
    stale = browser.post("/consent", data={"text": str(consent.present("zh_CN"))})
    assert (stale.status_code, "页面放久了" in stale.text) == (422, True)
    other = phone.send(browser, "/consent", "/consent", text=f"2020-01-1 {'0' * 64}")
    assert (other.status_code, "刚刚改过" in other.text) == (422, True)
    with world.centre.database.reading() as session:
        assert session.exec(select(Resident)).all() == []


def test_a_bad_form_comes_back_with_what_was_typed_and_a_code(
    world: World, cabinet: FakeCabinet
) -> None:
    browser = world.browser()
    page = phone.send(
        browser, "/bind", "/bind", name='<script>"x"</script>', phone="' OR 1=1", building="好"
    )
    assert page.status_code == 422
    assert "BBG-505" in page.text
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
    assert set(page.context["form"].errors) == {"name", "phone"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("fields", [{}, {"name": "王"}, {"nonsense": "x" * 1000}])
def test_missing_fields_are_named(world: World, fields: dict[str, str]) -> None:
    page = phone.send(world.browser(), "/bind", "/bind", **fields)
    assert page.status_code == 422


def test_a_form_sent_by_another_site_is_refused(world: World, cabinet: FakeCabinet) -> None:
    browser = phone.bound(world, cabinet)
    assert browser.post("/matters", data={"item": "residence_proof"}).status_code == 403
    token = phone.form_token(world, world.browser_with_cookie())
    answer = browser.post("/matters", data={"item": "residence_proof", "csrf_token": token})
    assert answer.status_code == 403


def test_another_resident_and_nobody_see_no_matter(world: World, cabinet: FakeCabinet) -> None:
    _, url = loaded(world, cabinet)
    other = phone.bound(world, cabinet, phone="13900139000")
    nobody = world.browser()
    for stranger in (other, nobody):
        seen = stranger.get(url)
        assert seen.headers.get("location") == "/" or "BBG-507" in seen.text
        stranger.get("/")
        token = phone.form_token(world, stranger)
        for action in ("ask", "open", "rate"):
            answer = stranger.post(f"{url}/{action}", data={"csrf_token": token})
            assert answer.status_code in {403, 404}
    assert nobody.get("/home").headers["location"] == "/", "an unbound phone is led to the way in"


def test_typing_anothers_number_opens_none_of_their_matters(
    world: World, cabinet: FakeCabinet
) -> None:
    loaded(world, cabinet)
    thief = phone.bound(world, cabinet)
    assert thief.get("/home").context["matters"] == []  # type: ignore[attr-defined]


def test_a_revoked_binding_opens_nothing(world: World, cabinet: FakeCabinet) -> None:
    browser = phone.bound(world, cabinet)
    assert browser.get("/home").status_code == 200
    with world.centre.database.writing() as session:
        for row in session.exec(select(Binding)):
            row.revoked_at = world.clock.at
    assert browser.get("/home").headers["location"] == "/"


@pytest.mark.sweep
@pytest.mark.parametrize("cookie", ["bbg_bound", "bbg_presence", "bbg_details", "bbg_staff"])
@pytest.mark.parametrize("value", ["x", "null.x", "\"'<>", "a" * 3000])
def test_forged_cookies_say_nothing(world: World, cookie: str, value: str) -> None:
    browser = world.browser()
    browser.cookies.set(cookie, value)
    assert browser.get("/").status_code == 200
    assert browser.get("/bind").status_code == 200
    assert browser.get("/consent").status_code == 303
    assert browser.get("/staff").headers["location"] == "/staff/sign-in"


def test_an_item_that_is_not_offered_is_refused(world: World, cabinet: FakeCabinet) -> None:
    browser = phone.bound(world, cabinet)
    assert phone.send(browser, "/home", "/matters", item="../etc").status_code == 404


def test_a_draft_is_kept_and_reserves_nothing(world: World, cabinet: FakeCabinet) -> None:
    browser, url = phone.chosen(world, cabinet)
    world.clock.at += 86400
    cabinet.now = world.clock.at
    phone.scan(browser, cabinet)
    assert phone.choose(browser) == url
    cabinet.log_in()
    assert "deposit" not in cabinet.grants()


def test_collecting_from_the_phone_needs_presence(world: World, cabinet: FakeCabinet) -> None:
    browser, url = loaded(world, cabinet)
    assert phone.send(browser, url, f"{url}/open").status_code == 303
    world.clock.at += 3600
    token = phone.form_token(world, browser)
    late = browser.post(f"{url}/open", data={"csrf_token": token})
    assert (late.status_code, "BBG-504" in late.text) == (403, True)


def test_a_matter_that_moved_on_says_so(world: World, cabinet: FakeCabinet) -> None:
    browser, url = loaded(world, cabinet)
    token = phone.form_token(world, browser)
    for action in ("ask", "rate"):
        answer = browser.post(f"{url}/{action}", data={"csrf_token": token, "rating": "satisfied"})
        assert (answer.status_code, "BBG-511" in answer.text) == (409, True)
        assert f'id="back" href="{url}"' in answer.text, "back to the matter as it stands"


def test_what_waits_for_the_resident_stands_before_what_was_begun_later(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = loaded(world, cabinet)
    missing, later = phone.choose(browser), phone.choose(browser, "complaint")
    with world.centre.database.writing() as session:
        session.get_one(Matter, missing[3:]).state = MatterState.PAPERS_MISSING
        session.get_one(Matter, later[3:]).created_at += 60
    for page in (browser.get("/home").text, phone.scan(browser, cabinet).text):
        first, second, last = (page.index(f'href="{one}"') for one in (url, missing, later))
        assert first < second < last
    late = browser.get(f"{url}/withdraw")
    assert (late.status_code, f'id="back" href="{url}"' in late.text) == (409, True)


def test_a_rating_is_one_of_three(world: World, cabinet: FakeCabinet) -> None:
    browser, url = loaded(world, cabinet)
    cabinet.visit(cabinet.grants()["collect"], "collected", compartment=3)
    assert phone.send(browser, url, f"{url}/rate", rating="best ever").status_code == 409
    assert phone.send(browser, url, f"{url}/rate", rating="fair").status_code == 303


def test_the_language_is_kept_and_odd_ones_are_not(world: World, cabinet: FakeCabinet) -> None:
    browser = world.browser()
    assert "scan the code" in browser.get("/?lang=en").text
    assert "scan the code" in browser.get("/").text
    assert "请扫柜子上的码" in browser.get("/?lang=zh").text
    assert "请扫柜子上的码" in browser.get("/?lang=%3Cscript%3E").text


def test_pages_carry_strict_headers_and_no_inline_script_or_style(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = loaded(world, cabinet)
    for path in ("/", "/bind", "/home", url, f"/s/{cabinet.id}", "/staff/sign-in", "/nowhere"):
        page = browser.get(path)
        if page.status_code == 303:
            continue
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["cache-control"] == "no-store"
        assert "<script" not in page.text
        assert " style=" not in page.text


def test_an_unknown_page_is_a_clear_message(world: World) -> None:
    page = world.browser().get("/nowhere")
    assert (page.status_code, "BBG-506" in page.text) == (404, True)


def test_a_failure_says_whom_to_call_where_that_is_one_number(
    world: World, cabinet: FakeCabinet
) -> None:
    stranger, here = world.browser(), phone.bound(world, cabinet)
    call, on_the_cabinet = 'id="call" href="tel:0311-00000000"', "电话写在柜子上"
    assert call in stranger.get("/nowhere").text
    other = world.enrolled_cabinet("8").id
    with world.centre.database.writing() as session:
        session.get_one(Cabinet, other).telephone = "0311-11111111"
    assert on_the_cabinet in stranger.get("/nowhere").text, "which one is not known"
    assert call in here.get("/nowhere").text, "its own phone was scanned at one of them"
    with world.centre.database.writing() as session:
        session.get_one(Cabinet, other).revoked_at = world.clock.at
    assert call in stranger.get("/nowhere").text


@pytest.mark.parametrize(("path", "code"), [("/data/told", "BBG-505"), ("/m/m1/photos", "BBG-522")])
def test_what_is_too_long_is_answered_with_a_page(world: World, path: str, code: str) -> None:
    headers = {"content-length": str(9 * PHOTO_BYTES), "content-type": "text/plain"}
    page = world.browser().post(path, content=b"", headers=headers)
    assert (page.status_code, code in page.text, "社区" in page.text) == (413, True, True)


def test_a_body_without_an_end_is_not_listened_to_for_ever(world: World) -> None:
    taken, answers, chunk = [0], [], bytes(1024 * 1024)

    async def receive() -> dict[str, Any]:
        taken[0] += len(chunk)
        return {"type": "http.request", "body": chunk, "more_body": True}

    async def send(message: MutableMapping[str, Any]) -> None:
        answers.append(message.get("status"))

    scope = {"type": "http", "method": "POST", "path": "/data/told", "query_string": b"",
             "headers": [(b"transfer-encoding", b"chunked")]}  # fmt: skip
    in_a_loop_of_its_own(world.app.app(scope, receive, send))  # type: ignore[arg-type]
    assert answers[0] == 413
    assert taken[0] <= 9 * PHOTO_BYTES


def test_a_fault_of_ours_is_a_page_even_where_the_database_is_what_failed(
    world: World, cabinet: FakeCabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = phone.bound(world, cabinet)

    def broken() -> None:
        raise OSError("disk")

    monkeypatch.setattr(world.centre.database, "reading", broken)
    deaf = TestClient(world.app.app, raise_server_exceptions=False, cookies=browser.cookies)
    deaf.portal = world.app.portal
    page = deaf.get("/home")
    assert (page.status_code, "BBG-528" in page.text) == (500, True)
    assert "disk" not in page.text


def test_cookies_are_shut_to_scripts(world: World, cabinet: FakeCabinet) -> None:
    answer = world.browser().get(f"/s/{cabinet.id}", params={"t": cabinet.presence()})
    for cookie in answer.headers.get_list("set-cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie


def _spellings(text: str) -> list[bytes]:
    raw = text.encode()
    return [raw, raw.hex().encode(), base64.b64encode(raw)[:-4], quote(text).encode()]
