"""Who is known stays one person: whom staff may mean, what they are shown, and who may read it."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session, col, select

from central.operation import card, consent, erasure, recognition
from central.operation import resident as residents
from central.operation.consent import Text
from central.operation.recognition import Newcomer, Typed
from central.operation.role import Role
from central.record.case import Matter
from central.record.people import Audit, Resident
from locker.contract import event as told
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_dispatch import colleague as at_another_desk

OPEN, CLAIM = "/staff/open", "/staff/unnamed/kw"


@pytest.fixture
def desk(world: World) -> TestClient:
    """The browser of a member of staff."""
    return phone.at_the_desk(world)


def opened(desk: TestClient, cabinet: FakeCabinet, **typed: str) -> Response:
    """Fill in the form for who asked on a call, and press its button."""
    asked = {"item": "elder_allowance", "cabinet": cabinet.id, "way": "call", "person": "女儿"}
    return phone.send(desk, OPEN, OPEN, **asked | typed)


def resident_ids(world: World) -> list[str]:
    with world.centre.database.reading() as session:
        return list(session.exec(select(Resident.id).order_by(col(Resident.created_at))))


def shown(page: Response) -> list[str]:
    found = page.context["found"]  # type: ignore[attr-defined]
    return [one.resident for one in found.people]


def test_who_is_known_is_pointed_to_and_finds_the_matter_on_their_phone(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    browser, begun = phone.chosen(world, cabinet)
    (wang,) = resident_ids(world)
    asked = opened(desk, cabinet, **phone.DETAILS)
    assert (asked.status_code, shown(asked), 'id="known-error"' in asked.text) == (
        422,
        [wang],
        True,
    )
    for word in ("王**", "138 **** 8000", "3 号楼 2 单元 501", "居住证明"):
        assert word in asked.text
    assert "138 0013 8000" not in asked.text.partition('id="known"')[2].partition("</fieldset>")[0]
    place = opened(desk, cabinet, find="8000", known=wang).headers["location"]
    assert resident_ids(world) == [wang]
    assert place.removeprefix("/staff") in browser.get("/home").text
    same = opened(desk, cabinet, find="8000", known=wang, item="residence_proof")
    assert same.headers["location"] == f"/staff{begun}", "what they began themselves goes on"
    looks = browser.get("/data/looks").text
    assert (looks.count("看到了您的姓"), looks.count("应您的请求替您办事")) == (1, 2)
    assert ("核对是不是本人" in looks, "办理您的事" in looks) == (True, False), (
        "it may be a namesake"
    )


def test_nobody_goes_through_all_telephone_numbers(
    world: World, cabinet: FakeCabinet, desk: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.bound(world, cabinet)
    monkeypatch.setattr(recognition, "LOOKS_AN_HOUR", 1)
    assert opened(desk, cabinet, look="y", find="0000").status_code == 200, "shows nobody"
    assert "138 **** 8000" in opened(desk, cabinet, look="y", find="8000").text
    denied = opened(desk, cabinet, look="y", find="8000")
    assert (denied.status_code, "BBG-509" in denied.text) == (429, True)
    assert "8000" not in denied.text
    colleague = at_another_desk(world, "wang", Role.ADMINISTRATOR)
    seen = opened(colleague, cabinet, look="y", find="8000")
    assert "138 **** 8000" in seen.text, "each of staff has a limit of their own"
    world.clock.at += 3600
    assert "138 **** 8000" in opened(desk, cabinet, look="y", find="8000").text


def test_staff_look_before_anything_is_filled_in_and_may_say_that_it_is_somebody_new(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    phone.bound(world, cabinet)
    looked = phone.send(desk, OPEN, OPEN, find="王 秀兰")  # by Enter
    assert (looked.status_code, shown(looked)) == (200, resident_ids(world))
    assert "aria-invalid" not in looked.text, "nothing else is asked yet"
    assert 'id="nobody"' in phone.send(desk, OPEN, OPEN, find="李四", look="y").text
    world.clock.at += 1
    assert opened(desk, cabinet, **phone.DETAILS, known="new").status_code == 303
    first, second = resident_ids(world)
    assert shown(phone.send(desk, OPEN, OPEN, find="8000", look="y")) == [second, first]


def test_who_was_not_shown_or_is_looked_for_from_another_page_is_not_taken(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    phone.bound(world, cabinet)
    (wang,) = resident_ids(world)
    other = {"name": "赵强", "phone": "13900139000", "building": "5 号楼"}
    assert opened(desk, cabinet, **other, known=wang).status_code == 422
    forged = desk.post(OPEN, data={"csrf_token": "x", "find": "8000", "look": "y"})
    assert "138 ****" not in forged.text
    with world.centre.database.reading() as session:
        assert [*session.exec(select(Matter)), *session.exec(select(Audit))] == []


def test_what_is_agreed_to_at_the_desk_is_the_text_read_out_or_the_version_on_the_form(
    world: World, cabinet: FakeCabinet, desk: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(consent, "VERSION", "2020-01-1")
        read = phone.hidden(desk.get(OPEN), OPEN)["text"]
    late = opened(desk, cabinet, **phone.DETAILS, text=read)
    assert (late.status_code, "请重新念给居民听" in late.text) == (422, True)
    assert resident_ids(world) == []
    assert opened(desk, cabinet, **phone.DETAILS).status_code == 303
    world.clock.at += 1
    cabinet.say(told.WalkInAccepted("kw", "gw", "W-0031"))
    assert "2026" in desk.get("/staff/unnamed/form").text
    zhao = {"name": "赵强", "phone": "13900139000"}
    form = {**phone.DETAILS, **zhao, "item": "residence_proof"}
    odd = phone.send(desk, CLAIM, CLAIM, **form, version="new")
    assert (odd.status_code, 'id="version-error"' in odd.text) == (422, True)
    assert phone.send(desk, CLAIM, CLAIM, **form, version="2024-02-1").status_code == 303
    with world.centre.database.reading() as session:
        said = [consent.latest(session, who) for who in resident_ids(world)]
    assert [one and (one.version, one.text, one.how) for one in said] == [
        (consent.VERSION, consent.text_digest("zh_CN"), "call"), ("2024-02-1", "", "paper"),
    ]  # fmt: skip


def test_papers_without_a_name_go_to_who_is_known(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    browser = phone.bound(world, cabinet)
    (wang,) = resident_ids(world)
    cabinet.say(told.WalkInAccepted("kw", "gw", "W-0031"))
    form = {**phone.DETAILS, "item": "residence_proof"}
    asked = phone.send(desk, CLAIM, CLAIM, **form)
    assert (asked.status_code, shown(asked)) == (422, [wang])
    assert phone.send(desk, CLAIM, CLAIM, **form, known=wang).status_code == 303
    assert resident_ids(world) == [wang]
    assert "W-0031" in browser.get("/home").text


def test_the_likeliest_stands_first_and_five_are_shown(world: World) -> None:
    keys, now, made = world.centre.keys, world.clock.at, []
    lookup = "l" * 64
    with world.centre.database.writing() as session:
        for n in range(7):
            details = residents.Details("王秀兰", f"+861380013800{n}", "3 号楼", "E1234567")
            made.append(
                residents.admit(
                    session,
                    details,
                    consent.present("zh_CN"),
                    language="zh_CN",
                    how="phone",
                    keys=keys,
                    now=now + n,
                )
            )
        hashed = card.Hashed(lookup, "d" * 64)
        assert card.bind(session, made[1], hashed, "4711", staff="", keys=keys, now=now) is None
        by_name = recognition.find(session, Typed(name="王秀兰"), keys=keys)
        assert ([one.resident for one in by_name.people], by_name.has_more) == (
            made[:1:-1], True,
        )  # fmt: skip
        by_both = recognition.find(session, Typed("8003", name="王秀兰"), keys=keys)
        assert by_both.people[0].resident == made[3]
        for typed in (Typed(card=lookup), Typed(phone="+8613800138001")):
            found = recognition.find(session, typed, keys=keys)
            assert ([one.resident for one in found.people], found.has_more) == ([made[1]], False)


def test_who_was_erased_or_asked_for_it_or_took_the_consent_back_begins_anew(
    world: World, cabinet: FakeCabinet
) -> None:
    keys, now = world.centre.keys, world.clock.at
    details = residents.Details("王秀兰", "+8613800138000", "3 号楼")

    with world.centre.database.writing() as session:
        wish, back, gone, old = (
            residents.admit(
                session,
                details,
                consent.present("zh_CN"),
                language="zh_CN",
                how="phone",
                keys=keys,
                now=now,
            )
            for _ in range(4)
        )
        session.get_one(Resident, wish).erase_asked_at = now
        consent.withdraw(session, back, now=now)
        erasure.erase(
            session, gone, reason=erasure.Reason.ASKED, keys=keys, ledger=world.centre.ledger,
            now=now,
        )  # fmt: skip
        agreed = consent.latest(session, old)
        assert agreed is not None
        agreed.version = "2020-01-1"
        session.flush()
        found = recognition.find(session, Typed(phone=details.phone), keys=keys)
        assert [one.resident for one in found.people] == [old]
        read_out = consent.present("zh_CN")
        for who in (wish, back, gone, "p-nobody"):
            taken = recognition.take(session, who, read_out, how="desk", keys=keys, now=now)
            assert taken == "BBG-520"
        for text, agrees in ((consent.Text("2020-01-1", ""), False), (read_out, True)):
            assert recognition.take(session, old, text, how="desk", keys=keys, now=now) == old
            assert consent.in_force(session, old) is agrees, text
        assert len(consent.history(session, old)) == 2, "the old form was agreed to before"


@pytest.mark.parametrize("known", ["", "new"])
def test_whom_another_clerk_has_just_taken_in_is_asked_for(
    world: World, cabinet: FakeCabinet, desk: TestClient, monkeypatch: pytest.MonkeyPatch, *,
    known: str,
) -> None:  # fmt: skip
    take = recognition.take

    def take_as_second(session: Session, helped: Newcomer, *text: Text, **asked: Any) -> object:
        monkeypatch.undo()
        take(session, helped, *text, **asked)
        return take(session, helped, *text, **asked)

    monkeypatch.setattr(recognition, "take", take_as_second)
    asked = opened(desk, cabinet, **phone.DETAILS, known=known)
    assert (asked.status_code, shown(asked)) == (409, resident_ids(world))
    assert 'value="王秀兰"' in asked.text, "what was typed is kept"
