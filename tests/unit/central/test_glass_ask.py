"""A telephone number typed at the glass: a new code, and never a word about whose it is."""

from __future__ import annotations

import httpx2
import pytest
from sqlmodel import select

from central.notice_settings import Quiet
from central.operation import glass_ask, notice, subscription
from central.provider.answer import Answer, Outcome
from central.record.case import Matter
from central.record.people import Notice
from locker.contract.digest import code_digest
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import CODE_SALT, FakeCabinet
from tests.unit.central.test_notice import (
    Ready,
    cabinet,
    choose_way,
    deliver,
    pass_time,
    ready,
    world,
)

__all__ = ["cabinet", "ready", "world"]

NUMBER = "13800138000"


def ask(cabinet: FakeCabinet, number: str = NUMBER, *, use: str = "new_code") -> httpx2.Response:
    sent = {"use": use, "phone": number}
    return cabinet.client.post("/v1/asks", json=sent, headers=cabinet.headers)


def live(cabinet: FakeCabinet) -> list[str]:
    """Give the digests of the collection codes that this cabinet takes now."""
    items = [item.item for item in cabinet.news().items]
    return [item["code_digest"] for item in items if item.get("purpose") == "collect"]


def test_a_new_code_goes_to_the_number_and_the_old_one_dies(
    world: World, cabinet: FakeCabinet, ready: Ready
) -> None:
    browser, url = ready.told(world)
    old = phone.scene(browser, url).code
    assert ask(cabinet).json() == {"ok": True}
    message = world.channel.sent[-1]
    assert (message.phone, message.kind) == (f"+86{NUMBER}", "new_code")
    assert message.code in message.text
    assert message.code != old
    assert live(cabinet) == [code_digest(message.code, salt=CODE_SALT)]
    assert phone.scene(browser, url).code == message.code


def test_the_code_is_kept_in_no_notice(world: World, cabinet: FakeCabinet, ready: Ready) -> None:
    ready.told(world)
    ask(cabinet)
    code = world.channel.sent[-1].code
    with world.centre.database.reading() as session:
        kept = [row.text + str(row.details) for row in session.exec(select(Notice))]
    assert not [text for text in kept if code in text]


def test_the_old_code_opens_until_the_new_one_was_sent(
    world: World, cabinet: FakeCabinet, ready: Ready
) -> None:
    ready.told(world)
    world.channel.answers.append(Answer(Outcome.LATER, pause_s=60))
    ask(cabinet)
    ask(cabinet)  # the second adds nothing: the first is still under way
    assert len(live(cabinet)) == 2
    pass_time(world, cabinet, 61)
    deliver(world, night=Quiet(0, 24 * 60 - 1))  # who asks stands there, whatever the hour
    assert live(cabinet) == [code_digest(world.channel.sent[-1].code, salt=CODE_SALT)]


def test_an_unknown_number_gets_the_same_answer_and_nothing_else(
    world: World, cabinet: FakeCabinet, ready: Ready
) -> None:
    ready.told(world)
    before, sent = live(cabinet), len(world.channel.sent)
    known, unknown = ask(cabinet), ask(cabinet, "13700137009")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert len(world.channel.sent) == sent + 1
    assert live(cabinet) != before


def test_a_code_that_has_expired_is_renewed_as_one_that_was_lost(
    world: World, cabinet: FakeCabinet, ready: Ready
) -> None:
    browser, url = ready.told(world)
    pass_time(world, cabinet, 40 * 86_400.0)
    cabinet.log_in()
    assert phone.scene(browser, url).scene == "expired"
    ask(cabinet)
    code = world.channel.sent[-1].code
    assert live(cabinet) == [code_digest(code, salt=CODE_SALT)]
    assert phone.scene(browser, url).code == code


def test_another_cabinet_gives_no_code_for_what_lies_here(
    world: World, cabinet: FakeCabinet, ready: Ready
) -> None:
    ready.told(world)
    before, sent = live(cabinet), len(world.channel.sent)
    assert ask(world.enrolled_cabinet("8")).status_code == 200
    assert (live(cabinet), len(world.channel.sent)) == (before, sent)


def test_a_number_gets_three_codes_an_hour_and_hears_nothing_of_the_limit(
    world: World, cabinet: FakeCabinet, ready: Ready
) -> None:
    ready.told(world)
    sent = len(world.channel.sent)
    answers = [ask(cabinet).json() for _ in range(glass_ask.PHONE_TRIES + 2)]
    assert answers == [{"ok": True}] * len(answers)
    assert len(world.channel.sent) == sent + glass_ask.PHONE_TRIES


def test_a_glass_that_sends_number_after_number_is_told_to_wait(
    world: World, cabinet: FakeCabinet
) -> None:
    numbers = [f"137001370{n:02}" for n in range(glass_ask.CABINET_TRIES + 1)]
    statuses = [ask(cabinet, number).status_code for number in numbers]
    assert statuses == [200] * glass_ask.CABINET_TRIES + [429]
    assert ask(cabinet, use="call_back").status_code == 200  # each use is counted apart
    world.clock.at += glass_ask.CABINET_WINDOW_S
    cabinet.now = world.clock.at
    cabinet.log_in()
    assert ask(cabinet).status_code == 200


@pytest.mark.sweep
@pytest.mark.parametrize("way", [notice.VOICE, notice.AT_THE_DOOR, ""])
def test_it_goes_to_the_typed_number_however_the_person_is_told_otherwise(
    world: World, cabinet: FakeCabinet, ready: Ready, way: str
) -> None:
    _, url = ready.told(world)
    choose_way(world, way)
    with world.centre.database.writing() as session:  # to a message on another device
        case = session.get_one(Matter, url[3:])
        subscription.agree(session, case, "oA", keys=world.centre.keys, now=world.clock.at)
    ask(cabinet)
    message = world.channel.sent[-1]
    assert (message.kind, message.openid) == ("new_code", "")
