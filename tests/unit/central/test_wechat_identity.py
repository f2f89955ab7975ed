"""Who somebody is by their WeChat, through a fake account that checks what the real one does."""

from __future__ import annotations

import re
import shutil
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import select

from central.operation import resident as residents
from central.provider.alibaba_sms import AlibabaSms
from central.provider.wechat import WeChat
from central.record.people import Resident
from central.record.privacy import BlindIndex, PersonalValue
from tests.support.fake_provider import BREAK, FakeAlibaba, FakeWeChat, served
from tests.unit.central import phone
from tests.unit.central.conftest import NOON, World, make_world

SECRET = "k7Qz0pWm3Xv9Ls2D"
OPENID = "oZx91Kd-QvT3mBfLw8aYr_pE2hsc"
INSIDE = "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.49"


@dataclass
class Town:
    """A centre with a service account and an SMS account that could prove numbers."""

    world: World
    wechat: FakeWeChat
    sms: FakeAlibaba

    def browser(self) -> TestClient:
        """Open WeChat's own browser."""
        browser = self.world.browser()
        browser.headers["User-Agent"] = INSIDE
        browser.get("/")
        return browser

    def sent_back(self, browser: TestClient, openid: str = OPENID) -> str:
        """Go to WeChat and give where it sends the browser back to."""
        asked = browser.get("/wechat/sign-in")
        assert asked.status_code == 303, asked.text
        return self.wechat.authorize(asked.headers["location"], openid)

    def confirmed(self, browser: TestClient, openid: str = OPENID) -> Response:
        """Press the button, be sent to WeChat and back."""
        answer: Response = browser.get(self.sent_back(browser, openid))
        return answer

    def bound(self, openid: str = OPENID, **details: str) -> TestClient:
        """Give the phone of somebody who was bound by WeChat."""
        browser = self.browser()
        assert self.confirmed(browser, openid).headers["location"] == "/bind"
        phone.send(browser, "/bind", "/bind", **(phone.DETAILS | details))
        answer = phone.send(browser, "/consent", "/consent")
        assert answer.headers["location"] == "/home", answer.text
        return browser

    def people(self) -> int:
        with self.world.centre.database.reading() as session:
            return len(session.exec(select(Resident)).all())


@pytest.fixture
def town(tmp_path: Path, empty_database: Path) -> Iterator[Town]:
    """A centre with both accounts."""
    shutil.copy(empty_database, tmp_path / "centre.db")
    wechat, sms = FakeWeChat(SECRET), FakeAlibaba("k", SECRET, NOON)
    with served(wechat) as wechat_url, served(sms) as sms_url:
        ways = (
            WeChat("wx1", SECRET, "tpl", url=wechat_url, identity=True),
            AlibabaSms("k", SECRET, "润园社区", {"proof": "SMS_6"}, sms_url),
        )
        for world in make_world(f"sqlite:///{tmp_path / 'centre.db'}", tmp_path, *ways):
            yield Town(world, wechat, sms)


def test_who_is_new_is_bound_without_an_sms_and_only_by_their_own_yes(town: Town) -> None:
    browser = town.browser()
    assert 'id="by-wechat"' in browser.get("/bind").text
    assert town.confirmed(browser).headers["location"] == "/bind"
    page = browser.get("/bind").text
    assert 'id="wechat-known"' in page
    assert 'id="by-wechat"' not in page
    assert town.people() == 0, "nothing is kept before the consent"
    town.bound()
    assert town.sms.sent == []
    with town.world.centre.database.reading() as session:
        rows = [*session.exec(select(PersonalValue)), *session.exec(select(BlindIndex))]
    assert [row.field for row in rows].count("openid") == 2
    assert OPENID not in str(rows)


def test_who_is_known_is_signed_in_on_a_new_phone_and_the_old_one_says_so(town: Town) -> None:
    old = town.bound()
    town.world.clock.at += 3600
    new = town.browser()
    assert town.confirmed(new).headers["location"] == "/home"
    assert "王秀兰" in new.get("/data").text
    assert 'id="newer-phone"' not in new.get("/home").text
    assert 'id="newer-phone"' in old.get("/home").text
    assert "另一部手机" in old.get("/data/looks").text
    phone.send(old, "/data", "/data/phones")
    assert 'id="newer-phone"' not in old.get("/home").text
    assert new.get("/home").headers["location"] == "/"
    assert town.people() == 1


def test_who_says_that_the_other_phone_is_theirs_reads_only_of_a_newer_one(town: Town) -> None:
    old = town.bound()
    for later_s in (3600, 7200):
        town.world.clock.at += later_s
        town.confirmed(town.browser())
        page = old.get("/home")
        assert 'id="newer-phone"' in page.text
        for forged in ("nan", "inf", "soon", str(town.world.clock.at + 60)):
            answer = phone.send(old, "/home", "/data/phones/mine", at=forged)
            assert answer.status_code == 422
        (at,) = re.findall(r'name="at" value="([^"]+)"', page.text)
        assert phone.send(old, "/home", "/data/phones/mine", at=at).headers["location"] == "/home"
        assert 'id="newer-phone"' not in old.get("/home").text


def test_a_phone_says_for_a_week_only_that_another_one_came(town: Town) -> None:
    old = town.bound()
    town.world.clock.at += 3600
    town.confirmed(town.browser())
    town.world.clock.at += residents.NEWS_S + 1
    assert 'id="newer-phone"' not in old.get("/home").text


def test_a_code_that_this_browser_did_not_ask_for_is_never_shown_to_wechat(town: Town) -> None:
    thief, victim = town.browser(), town.browser()
    lent = town.sent_back(thief)
    assert victim.get(lent).status_code == 403, "nobody asked"
    town.sent_back(victim)
    assert victim.get(lent).status_code == 403, "another state"
    own = urllib.parse.urlsplit(lent)._replace(query="code=0w&state=").geturl()
    assert thief.get(own).status_code == 403
    victim.cookies.set("bbg_wechat", thief.cookies["bbg_wechat"])
    assert victim.get(lent).status_code == 403, "another browser's cookie"
    assert town.wechat.asked == 0


@pytest.mark.sweep
@pytest.mark.parametrize("said", [40029, 40163, 41008, 40125, 45011, -1, BREAK, ["no", "object"]])
def test_whatever_wechat_says_instead_there_is_a_way_on(town: Town, said: int | object) -> None:
    browser = town.browser()
    town.wechat.scripted = [said]
    answer = town.confirmed(browser)
    assert (answer.status_code, "BBG-526" in answer.text) == (503, True)
    assert 'href="/bind"' in answer.text
    assert SECRET not in answer.text
    assert 'id="by-wechat"' in browser.get("/bind").text


def test_a_code_is_good_once_and_a_snapshot_is_nobody(town: Town) -> None:
    browser = town.browser()
    back = town.sent_back(browser)
    assert browser.get(back).status_code == 303
    again = browser.get(back)
    assert (again.status_code, 'href="/bind"' in again.text) == (403, True)
    town.wechat.snapshots = {"oSnapshot"}
    assert town.confirmed(browser, "oSnapshot").status_code == 503


def test_a_bound_resident_says_yes_on_a_page_of_its_own_and_takes_it_back(
    town: Town,
) -> None:
    browser = town.bound("oFirst")
    assert phone.send(browser, "/data", "/data/wechat/forget").status_code == 303
    assert town.confirmed(browser).headers["location"] == "/data/wechat"
    assert OPENID not in browser.get("/data").text
    assert browser.post("/data/wechat").status_code == 403
    assert phone.send(browser, "/data/wechat", "/data/wechat").status_code == 303
    assert OPENID in browser.get("/data").text
    assert OPENID in browser.get("/data/export").text
    assert browser.get("/data/export.json").json()["openid"] == OPENID
    assert town.confirmed(browser).headers["location"] == "/data", "it is theirs already"
    phone.send(browser, "/data", "/data/wechat/forget")
    assert OPENID not in browser.get("/data").text
    assert town.confirmed(town.browser()).headers["location"] == "/bind"


def test_one_wechat_is_one_residents(town: Town) -> None:
    town.bound()
    other = town.bound("oOther", name="李四光", phone="13700137001")
    answer = town.confirmed(other)
    assert (answer.status_code, "BBG-527" in answer.text) == (409, True)
    late = town.browser()
    town.confirmed(late, "oLate")
    town.bound("oLate", name="孙尚香", phone="13700137002")
    phone.send(late, "/bind", "/bind", **phone.DETAILS)
    assert phone.send(late, "/consent", "/consent").status_code == 409
    assert town.people() == 3


def test_a_correction_keeps_it_and_an_erasure_destroys_it(town: Town) -> None:
    browser = town.bound()
    changed = phone.DETAILS | {"name": "王秀", "id_number": ""}
    phone.send(browser, "/data/correct", "/data/correct", **changed)
    assert OPENID in browser.get("/data").text
    desk = phone.at_the_desk(town.world)
    assert OPENID not in desk.get("/staff").text
    assert phone.send(browser, "/data/erase", "/data/erase").status_code == 200
    with town.world.centre.database.reading() as session:
        assert session.exec(select(BlindIndex)).all() == []
        assert session.exec(select(PersonalValue)).all() == []
    assert town.confirmed(town.browser()).headers["location"] == "/bind"


def test_a_browser_asks_wechat_six_times_an_hour(town: Town) -> None:
    browser = town.browser()
    answers = [town.confirmed(browser).status_code for _ in range(7)]
    assert answers == [303] * 6 + [429]
    assert town.wechat.asked == 6
    assert town.confirmed(town.browser()).status_code == 303


def test_outside_wechat_it_is_not_offered_and_without_the_setting_it_is_not_there(
    town: Town, world: World
) -> None:
    assert "by-wechat" not in town.world.browser().get("/bind").text
    browser = world.browser()
    browser.headers["User-Agent"] = INSIDE
    assert "by-wechat" not in browser.get("/bind").text
    assert browser.get("/wechat/sign-in").status_code == 404
    assert browser.get("/wechat/signed-in?code=1&state=2").status_code == 404
