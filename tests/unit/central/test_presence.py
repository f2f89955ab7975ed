"""Presence: which scans of the glass count, and what they open."""

from __future__ import annotations

import pytest

from central.operation.presence import LONGEST_S, PRESENCE_S, Presence
from locker.contract.word_list import WORDS
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet


@pytest.mark.parametrize("step_by", [0, -1, 1])
def test_this_step_the_one_before_and_one_ahead_count(
    world: World, cabinet: FakeCabinet, step_by: int
) -> None:
    answer = world.browser().get(
        f"/s/{cabinet.id}", params={"t": cabinet.presence(step_by=step_by)}
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == "/bind", "a new phone: with the word, the form at once"


@pytest.mark.parametrize("step_by", [-2, 2, -1000])
def test_other_steps_do_not_count(world: World, cabinet: FakeCabinet, step_by: int) -> None:
    token = cabinet.presence(step_by=step_by)
    answer = world.browser().get(f"/s/{cabinet.id}", params={"t": token})
    assert answer.status_code == 403
    assert "BBG-504" in answer.text


@pytest.mark.parametrize(
    "token", ["x", "1.2", ".", "٣.abc", "9" * 13 + ".a", "1" * 150, "<script>.1", "\u202e.\u202e"]
)
def test_garbage_in_the_token_opens_nothing(world: World, cabinet: FakeCabinet, token: str) -> None:
    answer = world.browser().get(f"/s/{cabinet.id}", params={"t": token})
    assert answer.status_code == 403
    assert "bbg_presence" not in answer.cookies


def test_another_cabinets_signature_does_not_count(world: World, cabinet: FakeCabinet) -> None:
    other = world.enrolled_cabinet("8")
    answer = world.browser().get(f"/s/{cabinet.id}", params={"t": other.presence()})
    assert "BBG-106" in answer.text


def test_a_scan_shows_the_same_word_on_phone_and_glass(world: World, cabinet: FakeCabinet) -> None:
    before = cabinet.news().n
    new = world.browser()
    page = phone.scan(new, cabinet)
    item = cabinet.news(before).items[-1].item
    assert item["item"] == "phone"
    assert WORDS[item["word"]][0] in page.text
    assert new.get(f"/s/{cabinet.id}").headers["location"] == "/bind", "opened again: the same form"


def test_a_printed_code_shows_the_place_and_gives_no_presence(
    world: World, cabinet: FakeCabinet
) -> None:
    page = world.browser().get(f"/s/{cabinet.id}")
    assert "居委会门口" in page.text
    assert page.context["word"] is None  # type: ignore[attr-defined]
    assert 'id="begin" href="/bind"' in page.text


def test_from_the_printed_code_a_matter_is_begun_that_opens_no_door(
    world: World, cabinet: FakeCabinet
) -> None:
    browser = phone.bound(world, cabinet)
    del browser.cookies["bbg_presence"]
    printed, token = f"/s/{cabinet.id}", phone.form_token(world, browser)
    shown = browser.get(printed).text
    assert f'name="cabinet" value="{cabinet.id}"' in shown
    assert shown.count("居委会门口") == shown.count("tel:") == 1, "where it is, and whom to call"
    chosen = {"item": "residence_proof", "cabinet": cabinet.id, "csrf_token": token}
    begun = browser.post("/matters", data=chosen)
    url = begun.headers["location"]
    page = browser.get(url).text
    assert phone.scene(browser, url).scene == "prepare"
    assert "no-presence" in page
    assert 'action="/m/' not in page
    refused = browser.post(f"{url}/ask", data={"csrf_token": token})
    assert "BBG-504" in refused.text


def test_an_unknown_or_revoked_cabinet_is_not_found(world: World) -> None:
    assert world.browser().get("/s/nowhere").status_code == 404
    assert world.browser().get("/s/nowhere?t=1.a").status_code == 404


def test_presence_ends_after_a_quarter_of_an_hour(world: World, cabinet: FakeCabinet) -> None:
    browser, url = phone.chosen(world, cabinet)
    world.clock.at += PRESENCE_S + 1
    assert phone.scene(browser, url).scene == "prepare"
    page = browser.get(url)
    assert "no-presence" in page.text
    answer = browser.post(f"{url}/ask", data={"csrf_token": phone.form_token(world, browser)})
    assert answer.status_code == 403
    assert "BBG-504" in answer.text


def test_who_is_busy_keeps_presence_and_nobody_keeps_it_for_ever() -> None:
    presence = Presence(cabinet="c", since=0.0, until=PRESENCE_S, word="shiliu")
    kept = presence.kept(now=600.0)
    assert kept.until == 600.0 + PRESENCE_S
    late = Presence(cabinet="c", since=0.0, until=LONGEST_S + 500, word="shiliu")
    assert late.kept(now=LONGEST_S + 1) == late


def test_who_has_something_running_finds_it_first_after_the_scan(
    world: World, cabinet: FakeCabinet
) -> None:
    browser = phone.bound(world, cabinet)
    assert 'data-testid="matter"' not in phone.scan(browser, cabinet).text
    url = phone.choose(browser)
    page = phone.scan(browser, cabinet).text
    assert 0 < page.index(f'href="{url}"') < page.index('id="choose-')
