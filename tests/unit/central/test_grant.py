"""Grants and codes: what cabinets keep, what residents see, what a new journal changes."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from central.catalogue import AtDoor
from central.key import decode
from central.operation import catalogue, enrolment, grant
from central.record.cabinet import Cabinet
from central.record.case import Consignment, Grant, Matter, Task
from locker.contract import event as told
from locker.contract.digest import code_digest
from locker.contract.vocabulary import Purpose
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import CODE_SALT, FakeCabinet


def loaded(world: World, cabinet: FakeCabinet, **load: Any) -> tuple[Any, str]:
    """Bring one matter to its collection and give the phone and the page."""
    desk = phone.at_the_desk(world)
    browser, url = phone.dropped_off(world, cabinet)
    cabinet.visit(cabinet.grants()["take_out"], "taken_out", staff="s1")
    page = f"/staff{url}"
    phone.check_papers(desk, url)
    phone.send(desk, page, f"{page}/ready")
    cabinet.visit(cabinet.grants()["load"], "loaded", compartment=3, staff="s1", **load)
    return browser, url


@given(st.lists(st.from_regex(r"[0-9]{8}", fullmatch=True), max_size=30))
def test_a_new_code_differs_in_two_places_from_every_other(others: list[str]) -> None:
    code = grant.pick_code(others)
    assert len(code) == 8
    for other in others:
        assert sum(a != b for a, b in zip(code, other, strict=True)) >= 2


def test_a_code_that_one_slip_of_the_finger_makes_anothers_is_not_picked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = iter((12345678, 12345670, 12345601))
    monkeypatch.setattr(secrets, "randbelow", lambda _: next(drawn))
    assert grant.pick_code(["12345678"]) == "12345601"


def test_the_cabinet_gets_the_digest_of_the_code_that_the_resident_sees(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = loaded(world, cabinet)
    code = phone.scene(browser, url).code
    assert cabinet.grants()["collect"]["code_digest"] == code_digest(code, salt=CODE_SALT)
    assert f"{code[:4]} {code[4:]}" in browser.get(url).text


def test_a_cabinet_enrolled_anew_gets_its_live_grants_anew(
    world: World, cabinet: FakeCabinet
) -> None:
    loaded(world, cabinet)
    before = cabinet.grants()["collect"]
    world.clock.at += 3600
    with world.centre.database.writing() as session:
        code = enrolment.new_code(session, cabinet.id, now=world.clock.at)
    cabinet.journal, cabinet.entries = "j2", []
    cabinet.enrol(code)
    cabinet.log_in()
    after = cabinet.grants()["collect"]
    assert after["grant"] == before["grant"]
    assert after["issued_at"] == before["issued_at"] + 3600
    assert "deposit" not in cabinet.grants(), "what was used stays used"


def test_a_new_journal_after_a_fork_renews_the_tokens(world: World, cabinet: FakeCabinet) -> None:
    loaded(world, cabinet)
    collect = cabinet.grants()["collect"]
    before, papers = collect["issued_at"], collect["consignment"]
    cabinet.say(told.GrantPut("g-1", Purpose.TAKE_OUT, papers, before, before + 60, "cabinet"))
    world.clock.at += 60
    cabinet.journal, cabinet.entries = "j2", []
    cabinet.say(told.JournalStarted("j2", "fork", "j1", "0" * 64))
    assert cabinet.grants()["collect"]["issued_at"] == before + 60
    with world.centre.database.reading() as session:
        assert session.get_one(Grant, "g-1").issued_at == before, "what it gave itself is its own"
        ended = session.exec(select(Grant.issued_at).where(Grant.state != "live")).all()
        assert set(ended) == {before}, "nor is what was used issued anew"
    with world.centre.database.writing() as session:
        grant.revoke_all(session, papers, reason="test", now=world.clock.at)
        states = [session.get_one(Grant, key).state for key in (collect["grant"], "g-1")]
        assert states == ["revoked", "live"]


def test_a_grant_used_after_it_was_revoked_is_recorded_and_flagged(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = phone.asked(world, cabinet)
    given_out = cabinet.grants()["deposit"]
    with world.centre.database.writing() as session:
        row = session.get_one(Grant, given_out["grant"])
        grant.revoke(session, row, reason="test", now=world.clock.at)
    assert "deposit" not in cabinet.grants()
    cabinet.visit(given_out, "deposited")
    with world.centre.database.reading() as session:
        row = session.get_one(Grant, given_out["grant"])
        assert (row.state, row.used_after_revoked) == ("used", True)
    assert phone.scene(browser, url).matter.state == "papers_received"


def test_a_grant_that_the_cabinet_makes_live_again_is_live_here_too(
    world: World, cabinet: FakeCabinet
) -> None:
    loaded(world, cabinet)
    collect = cabinet.grants()["collect"]
    cabinet.begin_visit(collect, compartment=3)
    assert "collect" not in cabinet.grants()
    cabinet.say(
        told.GrantPut(
            collect["grant"], Purpose.COLLECT, collect["consignment"], collect["issued_at"],
            collect["expires_at"], told.AGAIN,
        )
    )  # fmt: skip
    assert "collect" in cabinet.grants()


@pytest.mark.parametrize("unsure", ["shut_in_visit", "confirmed"])
def test_a_load_not_seen_shut_or_not_confirmed_tells_nobody_until_staff_looked(
    world: World, cabinet: FakeCabinet, unsure: str
) -> None:
    browser, url = loaded(world, cabinet, **{unsure: False})
    assert phone.scene(browser, url).matter.state == "to_be_looked_at"
    assert phone.scene(browser, url).qr == ""
    assert world.channel.sent == []
    desk = phone.at_the_desk(world)
    phone.send(desk, f"/staff{url}", f"/staff{url}/looked")
    assert phone.scene(browser, url).scene == "collect"
    assert len(world.channel.sent) == 1
    with world.centre.database.reading() as session:
        tasks = session.exec(select(Task).where(Task.kind == "look_at_load")).all()
    assert [task.done_at is not None for task in tasks] == [True]


def test_the_same_load_told_twice_sends_one_notice(world: World, cabinet: FakeCabinet) -> None:
    loaded(world, cabinet)
    cabinet.entries.clear()
    cabinet.journal = "j2"
    with world.centre.database.reading() as session:
        row = session.exec(select(Consignment).where(Consignment.direction == "outbound")).one()
    cabinet.say(
        told.ConsignmentMoved(row.id, 3, "loaded", "v9", confirmed=True, shut_in_visit=True)
    )
    assert len(world.channel.sent) == 1


def test_an_unconfirmed_deposit_is_received_and_becomes_a_task(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = phone.asked(world, cabinet)
    deposit = cabinet.grants()["deposit"]
    visit = cabinet.visit(deposit, "deposited", confirmed=False)
    assert phone.scene(browser, url).matter.state == "papers_received"
    assert open_tasks(world) == ["unconfirmed_deposit"]
    page = browser.get(url).text
    assert "还没有确认放好" in page
    assert "社区已收到材料" not in page + browser.get("/home").text
    cabinet.say(
        told.ConsignmentMoved(
            deposit["consignment"], 2, "deposited", visit, confirmed=True, shut_in_visit=True
        )
    )
    assert open_tasks(world) == []
    assert "社区已收到材料" in browser.get(url).text


def test_what_the_door_did_stands_even_where_the_books_differ(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = phone.asked(world, cabinet)
    deposit = cabinet.grants()["deposit"]
    cabinet.say(
        told.ConsignmentMoved(
            deposit["consignment"], 2, "taken_out", "v1", confirmed=True, shut_in_visit=True
        )
    )
    assert phone.scene(browser, url).matter.state == "waiting_for_papers"
    assert open_tasks(world) == ["books_differ"]


def test_another_cabinets_word_on_a_consignment_moves_nothing(
    world: World, cabinet: FakeCabinet
) -> None:
    other = world.enrolled_cabinet("8")
    _, url = phone.asked(world, cabinet)
    other.visit(cabinet.grants()["deposit"], "deposited")
    with world.centre.database.reading() as session:
        matter = session.get_one(Matter, url.removeprefix("/m/"))
        found = grant.find(session, matter=matter.id, purpose=Purpose.DEPOSIT)
        assert found is not None
        assert (matter.state, found.state) == ("waiting_for_papers", "live")


def open_tasks(world: World) -> list[str]:
    from central.operation import alarm

    with world.centre.database.reading() as session:
        return [task.kind for task in alarm.open_tasks(session)]


def ask_at_door(world: World, at_door: AtDoor, **changes: Any) -> None:
    """Let the letter of residence ask for a second known thing."""
    with world.centre.database.writing() as session:
        item = catalogue.find(session, "residence_proof")
        assert item is not None
        asking = item.model_copy(update={"at_door": at_door, **changes})
        catalogue.save(session, asking, staff="", now=world.clock.at)


def at_door(world: World, url: str) -> str | None:
    found = re.search(r'data-asked="(\w+)"', phone.at_the_desk(world).get(f"/staff{url}").text)
    return None if found is None else found[1]


def test_a_matter_that_asks_for_the_phone_gives_the_cabinet_a_digest_of_both(
    world: World, cabinet: FakeCabinet
) -> None:
    ask_at_door(world, AtDoor.PHONE)
    browser, url = loaded(world, cabinet)
    page = phone.scene(browser, url)
    given = cabinet.grants()["collect"]
    assert given["code_digest"] == code_digest(page.code, salt=CODE_SALT)
    assert given["last_four"] == "phone"
    assert given["last_four_digest"] == code_digest(page.code + "8000", salt=CODE_SALT)
    assert (len(page.code), at_door(world, url)) == (8, "phone")
    assert "还是改之前号码的后四位" in browser.get("/data/correct").text
    claims = json.loads(decode(page.qr.split(".")[1]))
    assert (claims["last_four"], claims["code"]) == ("phone", page.code)
    text = browser.get(url).text
    assert 'id="last-four"' in text
    assert f'action="{url}/open"' not in text
    token = {"csrf_token": phone.form_token(world, browser)}
    phone.scan(browser, cabinet)
    assert browser.post(f"{url}/open", data=token).status_code == 409
    with world.centre.database.writing() as session:
        grant.issue_anew(
            session,
            session.get_one(Cabinet, cabinet.id),
            keys=world.centre.keys,
            now=world.clock.at,
        )
    assert cabinet.grants()["collect"]["last_four_digest"] == given["last_four_digest"]


def test_what_nobody_knows_is_not_asked_and_the_console_says_so(
    world: World, cabinet: FakeCabinet
) -> None:
    ask_at_door(world, AtDoor.ID_NUMBER)
    browser, url = loaded(world, cabinet)
    given = cabinet.grants()["collect"]
    assert (given["last_four"], given["last_four_digest"]) == (None, None)
    assert at_door(world, url) == "unknown"
    assert f'action="{url}/open"' in browser.get(url).text
    assert "code" not in json.loads(decode(phone.scene(browser, url).qr.split(".")[1]))


def test_a_matter_that_asks_nothing_is_as_it_was(world: World, cabinet: FakeCabinet) -> None:
    browser, url = loaded(world, cabinet)
    assert cabinet.grants()["collect"]["last_four"] is None
    assert "改之前号码" not in browser.get("/data/correct").text
    assert at_door(world, url) is None
