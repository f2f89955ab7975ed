"""A number proven by SMS through a fake provider that checks signatures; another phone bound so."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from central.notice_settings import Budget
from central.operation import consent, proof
from central.provider.alibaba_sms import AlibabaSms
from central.record.people import Binding, Resident, Tries
from central.record.privacy import PhoneProof
from tests.support.fake_provider import BREAK, FakeAlibaba, served
from tests.unit.central import phone
from tests.unit.central.conftest import NOON, World, make_world
from tests.unit.central.test_erasure import let_go

SECRET = "k7Qz0pWm3Xv9Ls2D"


@dataclass
class Town:
    """A centre whose SMS account proves numbers, and the account."""

    world: World
    sms: FakeAlibaba

    def code(self) -> str:
        """Read the newest SMS: it has the code and nothing else."""
        said = json.loads(self.sms.sent[-1]["TemplateParam"])
        assert list(said) == ["code"]
        assert re.fullmatch(r"[0-9]{6}", said["code"])
        return str(said["code"])

    def filled(self, **details: str) -> TestClient:
        """Give a phone whose owner filled in and agreed, and was asked for a code."""
        browser = self.world.browser_with_cookie()
        phone.send(browser, "/bind", "/bind", **(phone.DETAILS | details))
        answer = phone.send(browser, "/consent", "/consent")
        assert answer.headers["location"] == "/code"
        return browser

    def people(self) -> list[Resident]:
        with self.world.centre.database.reading() as session:
            return list(session.exec(select(Resident)))


@pytest.fixture
def town(tmp_path: Path, empty_database: Path) -> Iterator[Town]:
    """A centre with an SMS account."""
    shutil.copy(empty_database, tmp_path / "centre.db")
    sms = FakeAlibaba("k", SECRET, NOON)
    with served(sms) as url:
        way = AlibabaSms("k", SECRET, "润园社区", {"proof": "SMS_6"}, url)
        for world in make_world(f"sqlite:///{tmp_path / 'centre.db'}", tmp_path, way):
            yield Town(world, sms)


def enter(browser: TestClient, code: str) -> int:
    return phone.send(browser, "/code", "/code", code=code).status_code


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_nothing_is_kept_before_the_code_came_back_and_then_the_number_is_proven(
    town: Town,
) -> None:
    browser = town.filled()
    assert town.sms.sent[0]["PhoneNumbers"] == "13800138000"
    assert town.people() == []
    assert (enter(browser, "12"), enter(browser, wrong(town.code()))) == (422, 422)
    assert enter(browser, town.code()) == 303
    (person,) = town.people()
    assert person.phone_proven_at == NOON
    assert "王秀兰" in browser.get("/data").text


def test_the_yes_that_waited_for_the_code_is_to_the_text_that_was_shown(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, version = town.filled(), consent.VERSION
    browser.get("/code?lang=en")
    monkeypatch.setattr(consent, "VERSION", "2030-01-1")
    again = phone.send(browser, "/code", "/code", code=town.code())
    assert (again.status_code, 'id="again"' in again.text) == (422, True)
    assert town.people() == [], "nobody agreed to the new text"
    monkeypatch.setattr(consent, "VERSION", version)
    assert enter(browser, town.code()) == 303, "the code was not used up"
    with town.world.centre.database.reading() as session:
        agreed = consent.latest(session, town.people()[0].id)
    assert agreed is not None
    assert agreed.text == consent.text_digest("zh_CN"), "though the page has been English since"


def test_a_yes_and_a_code_that_are_given_again_make_nobody_twice(town: Town) -> None:
    """The first answer was lost, or the button pressed twice: the browser still has the details."""
    browser = town.filled()
    carried = browser.cookies["bbg_details"]
    phone.send(browser, "/code", "/code", code=town.code())
    for _ in range(2):
        browser.cookies.delete("bbg_bound")
        browser.cookies.set("bbg_details", carried, domain="testserver.local", path="/")
        phone.send(browser, "/consent", "/consent")
        phone.send(browser, "/code", "/code", code=town.code())
    assert "newer-phone" not in browser.get("/home").text
    (person,) = town.people()
    with town.world.centre.database.reading() as session:
        assert [row.resident for row in session.exec(select(Binding))] == [person.id]


def test_five_wrong_codes_or_ten_minutes_end_it(town: Town) -> None:
    browser = town.filled()
    code = town.code()
    page = [phone.send(browser, "/code", "/code", code=wrong(code)) for _ in range(5)][-1]
    assert 'id="code-over"' in page.text
    token = phone.form_token(town.world, browser)
    assert browser.post("/code", data={"csrf_token": token, "code": code}).status_code == 422
    other = town.filled(phone="13900139000")
    code = town.code()
    town.world.clock.at += proof.LIFE_S + 1
    answer = other.post(
        "/code", data={"csrf_token": phone.form_token(town.world, other), "code": code}
    )
    assert (answer.status_code, 'id="code-over"' in answer.text) == (422, True)
    assert town.people() == []


def test_a_code_is_good_in_the_browser_that_asked_only(town: Town) -> None:
    town.filled()
    code = town.code()
    other = town.filled(phone="13900139000")
    assert enter(other, code) == 422
    assert town.people() == []


def test_a_number_gets_three_codes_in_ten_minutes(town: Town) -> None:
    for _ in range(3):
        town.filled()
    browser = town.world.browser_with_cookie()
    phone.send(browser, "/bind", "/bind", **phone.DETAILS)
    answer = phone.send(browser, "/consent", "/consent")
    assert (answer.status_code, "BBG-509" in answer.text) == (429, True)
    assert len(town.sms.sent) == 3


@pytest.mark.parametrize("number", ["0311-86001234", "+44 20 7946 0018"])
def test_who_can_get_no_sms_is_bound_and_not_proven(town: Town, number: str) -> None:
    browser = town.world.browser_with_cookie()
    phone.send(browser, "/bind", "/bind", **(phone.DETAILS | {"phone": number}))
    answer = phone.send(browser, "/consent", "/consent")
    assert answer.headers["location"] == "/home"
    assert town.people()[0].phone_proven_at is None


def test_a_provider_that_refuses_keeps_nobody_out(town: Town) -> None:
    town.sms.scripted = ["isv.AMOUNT_NOT_ENOUGH", BREAK]
    browser = town.world.browser_with_cookie()
    phone.send(browser, "/bind", "/bind", **phone.DETAILS)
    answer = phone.send(browser, "/consent", "/consent")
    assert answer.headers["location"] == "/home"
    denied = phone.send(browser, "/data", "/data/prove")
    assert denied.headers["location"] == "/code"  # the line broke: it may have come
    assert enter(browser, town.code()) == 303
    assert town.people()[0].phone_proven_at == NOON


def test_another_phone_is_bound_by_a_code_to_the_proven_number(town: Town) -> None:
    first = town.filled()
    enter(first, town.code())
    second = town.world.browser_with_cookie()
    assert 'id="bind-again"' in second.get("/bind").text
    who = {"name": "王秀兰", "phone": "+86 138-0013-8000"}
    assert phone.send(second, "/bind/again", "/bind/again", **who).headers["location"] == "/code"
    assert enter(second, town.code()) == 303
    assert "王秀兰" in second.get("/data").text
    assert "另一部手机" in first.get("/data/looks").text
    assert len(town.people()) == 1
    assert phone.send(first, "/data", "/data/phones").status_code == 303
    assert second.get("/data").headers["location"] == "/"
    assert first.get("/data").status_code == 200


def test_nobody_learns_whether_a_number_is_known(town: Town) -> None:
    enter(town.filled(), town.code())
    sent = len(town.sms.sent)
    answers = []
    for who in (
        {"name": "王秀兰", "phone": "13700137000"},
        {"name": "李四光", "phone": "13800138000"},
    ):
        browser = town.world.browser_with_cookie()
        answer = phone.send(browser, "/bind/again", "/bind/again", **who)
        answers.append((answer.status_code, answer.headers["location"]))
        assert enter(browser, "000000") == 422
    assert answers == [(303, "/code")] * 2
    assert len(town.sms.sent) == sent


def test_a_corrected_number_is_no_longer_proven(town: Town) -> None:
    browser = town.filled()
    enter(browser, town.code())
    changed = phone.DETAILS | {"phone": "13700137000", "id_number": ""}
    phone.send(browser, "/data/correct", "/data/correct", **changed)
    assert town.people()[0].phone_proven_at is None
    second = town.world.browser_with_cookie()
    who = {"name": "王秀兰", "phone": "13700137000"}
    sent = len(town.sms.sent)
    phone.send(second, "/bind/again", "/bind/again", **who)
    assert len(town.sms.sent) == sent


def test_a_number_corrected_meanwhile_is_not_proven_by_the_former_ones_code(town: Town) -> None:
    browser = town.filled()
    enter(browser, town.code())
    with town.world.centre.database.writing() as session:
        session.exec(select(Resident)).one().phone_proven_at = None
    phone.send(browser, "/data", "/data/prove")
    changed = phone.DETAILS | {"phone": "13700137000", "id_number": ""}
    phone.send(browser, "/data/correct", "/data/correct", **changed)
    assert enter(browser, town.code()) == 409
    assert town.people()[0].phone_proven_at is None


def test_a_code_that_was_never_sent_binds_nobody_even_if_it_is_guessed(town: Town) -> None:
    browser = town.world.browser_with_cookie()
    keys, now = town.world.centre.keys, town.world.clock.at
    with town.world.centre.database.writing() as session:
        visit = browser.cookies["bbg_visit"]
        code = proof.begin(
            session, visit, "+8613700137000", use=proof.Use.AGAIN, keys=keys, now=now
        )
    assert enter(browser, str(code)) == 409
    assert town.people() == []


def test_a_proof_that_nobody_ended_goes_and_holds_no_number(town: Town) -> None:
    town.filled()
    with town.world.centre.database.reading() as session:
        (row,) = session.exec(select(PhoneProof))
    assert "13800138000" not in str(row)
    assert town.code() not in str(row)
    town.world.clock.at += 2 * 3600
    let_go(town.world)
    with town.world.centre.database.reading() as session:
        assert session.exec(select(PhoneProof)).all() == []


def test_without_an_account_no_code_is_asked_for(world: World) -> None:
    browser = world.browser_with_cookie()
    assert "bind-again" not in browser.get("/bind").text
    assert browser.get("/bind/again").status_code == 404


def test_all_numbers_together_are_sent_no_more_codes_than_the_community_pays_for(
    town: Town,
) -> None:
    known = town.filled()
    phone.send(known, "/code", "/code", code=town.code())
    with town.world.centre.database.writing() as session:
        session.get_one(Tries, "proof-town-3600").count = Budget().hour - 1
        session.get_one(Tries, "proof-town-86400").count = Budget().day - 2
    town.filled(phone="13700137000")
    spent = phone.send(known, "/data", "/data/prove")
    assert (spent.status_code, "BBG-525" in spent.text, len(town.sms.sent)) == (429, True, 2)
    for name in (phone.DETAILS["name"], "没有的人"):
        again = town.world.browser_with_cookie()
        wanted = {"name": name, "phone": phone.DETAILS["phone"]}
        answer = phone.send(again, "/bind/again", "/bind/again", **wanted)
        assert (answer.status_code, "BBG-525" in answer.text) == (429, True), "known or not"
    new = town.world.browser_with_cookie()
    phone.send(new, "/bind", "/bind", **(phone.DETAILS | {"phone": "13600136000"}))
    bound = phone.send(new, "/consent", "/consent")
    assert bound.headers["location"] == "/home", "nobody is kept out"
    town.world.clock.at += 3600
    town.sms.now = town.world.clock.at
    assert phone.send(known, "/data", "/data/prove").status_code == 303
    assert phone.send(known, "/data", "/data/prove").status_code == 429, "the day is spent too"
    assert len(town.sms.sent) == 3
