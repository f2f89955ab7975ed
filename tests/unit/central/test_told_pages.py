"""The way a resident chose, and their consent to one WeChat message, by the pages."""

from __future__ import annotations

import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from itsdangerous import TimestampSigner
from sqlmodel import select

from central.app import make_app
from central.notice_settings import NoticeSettings
from central.operation import subscription
from central.provider.wechat import WeChat
from central.record.people import Resident
from tests.unit.central import phone
from tests.unit.central.conftest import PUBLIC_URL, World
from tests.unit.central.fake_cabinet import FakeCabinet


@pytest.fixture
def wechat_world(world: World) -> Iterator[World]:
    """A centre with a service account."""
    notices = NoticeSettings((WeChat("wx1", "secret", "tpl"), world.channel), quiet=None)
    centre = replace(world.centre, notices=notices)
    with TestClient(make_app(centre), base_url=PUBLIC_URL, follow_redirects=False) as app:
        yield World(centre, world.clock, world.channel, app)


@pytest.fixture
def here(wechat_world: World) -> FakeCabinet:
    """A cabinet of that centre."""
    return wechat_world.enrolled_cabinet("8")


def go_to_wechat(browser: TestClient, url: str) -> dict[str, str]:
    answer = browser.get(f"{url}/wechat")
    assert answer.status_code == 303, answer.text
    asked = urllib.parse.urlsplit(answer.headers["location"]).query
    return dict(urllib.parse.parse_qsl(asked))


def come_back(browser: TestClient, asked: dict[str, str], **more: str) -> int:
    sent = {"action": "confirm", "openid": "oA", "scene": asked["scene"],
            "reserved": asked["reserved"]} | more  # fmt: skip
    return int(browser.get("/wechat/back", params=sent).status_code)


def agreed(world: World, url: str) -> str | None:
    with world.centre.database.reading() as session:
        found = subscription.unused(session, url[3:], keys=world.centre.keys)
        return None if found is None else found.openid


def test_consent_is_offered_after_the_drop_off_and_asked_once(
    wechat_world: World, here: FakeCabinet
) -> None:
    browser, url = phone.dropped_off(wechat_world, here)
    offer = f'href="{url}/wechat"'
    assert offer not in browser.get(url).text, "WeChat's page works nowhere else"
    browser.headers["user-agent"] = "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.49"
    assert offer in browser.get(url).text
    asked = go_to_wechat(browser, url)
    assert asked["redirect_url"] == f"{PUBLIC_URL}/wechat/back"
    assert come_back(browser, asked) == 303
    assert agreed(wechat_world, url) == "oA"
    assert offer not in browser.get(url).text
    with wechat_world.centre.database.writing() as session:
        subscription.use(session, url[3:], now=wechat_world.clock.at)
    assert agreed(wechat_world, url) is None
    assert come_back(browser, asked, openid="oB") == 303
    assert agreed(wechat_world, url) == "oB", "a consent given again is good for one more"


def test_a_no_is_a_no(wechat_world: World, here: FakeCabinet) -> None:
    browser, url = phone.dropped_off(wechat_world, here)
    asked = go_to_wechat(browser, url)
    assert come_back(browser, asked, action="cancel") == 303
    assert come_back(browser, asked, scene="1x") == 303
    assert come_back(browser, asked, openid="") == 303
    assert agreed(wechat_world, url) is None


def test_an_answer_forged_or_of_another_browser_changes_nothing(
    wechat_world: World, here: FakeCabinet
) -> None:
    browser, url = phone.dropped_off(wechat_world, here)
    thief = phone.bound(wechat_world, here, name="李四光", phone="13700137001")
    asked = go_to_wechat(browser, url)
    assert come_back(browser, asked, reserved="forged") == 422
    assert come_back(thief, asked, openid="oThief") == 404
    for visit, bound in ((browser, thief), (thief, browser)):
        half = wechat_world.browser()
        half.cookies.update(
            {"bbg_visit": visit.cookies["bbg_visit"], "bbg_bound": bound.cookies["bbg_bound"]}
        )
        assert come_back(half, asked, openid="oThief") == 404, "browser and resident, both"
    assert thief.get(f"{url}/wechat").status_code == 404
    assert wechat_world.browser().get(f"{url}/wechat").headers["location"] == "/"
    with pytest.MonkeyPatch.context() as before:
        before.setattr(TimestampSigner, "get_timestamp", lambda _: int(time.time()) - 15 * 60 - 1)
        asked = go_to_wechat(browser, url)
    assert come_back(browser, asked) == 422, "a quarter of an hour is over"
    assert agreed(wechat_world, url) is None


def test_without_a_service_account_nothing_is_offered(world: World, cabinet: FakeCabinet) -> None:
    browser, url = phone.dropped_off(world, cabinet)
    assert "/wechat" not in browser.get(url).text
    assert browser.get(f"{url}/wechat").status_code == 404


@pytest.mark.parametrize("way", ["sms", "voice", "slip", ""])
def test_the_way_is_kept(world: World, cabinet: FakeCabinet, way: str) -> None:
    browser = phone.bound(world, cabinet)
    assert phone.send(browser, "/data", "/data/told", way=way).status_code == 303
    with world.centre.database.reading() as session:
        assert session.exec(select(Resident.told_by)).one() == way


def test_a_way_that_is_none_is_refused(world: World, cabinet: FakeCabinet) -> None:
    browser = phone.bound(world, cabinet)
    assert phone.send(browser, "/data", "/data/told", way="pigeon").status_code == 422
    assert browser.post("/data/told", data={"way": "sms"}).status_code == 403


def test_a_relative_is_told_only_by_who_named_one_and_goes_with_another_way(
    world: World, cabinet: FakeCabinet
) -> None:
    browser = phone.bound(world, cabinet)
    for nobody in ("", "女儿", "13", "女儿 <b> 13900139000"):
        answer = phone.send(browser, "/data", "/data/told", way="family", family=nobody)
        assert answer.status_code == 422
        assert '<details id="told" open>' in answer.text
        assert 'id="family-error"' in answer.text, "what is wrong is said where it was typed"
    who = "女儿 王小兰 13900139000"
    phone.send(browser, "/data", "/data/told", way="family", family=who)
    changed = {**phone.DETAILS, "name": "王秀"}
    phone.send(browser, "/data/correct", "/data/correct", **changed)
    assert browser.get("/data").context["held"].details.family == who  # type: ignore[attr-defined]
    url = phone.choose(browser)
    desk = phone.at_the_desk(world)
    opened = phone.send(desk, f"/staff{url}", f"/staff{url}/person", reason="call_back")
    assert who in opened.text
    phone.send(browser, "/data", "/data/told", way="voice", family=who)
    assert browser.get("/data").context["held"].details.family == ""  # type: ignore[attr-defined]
