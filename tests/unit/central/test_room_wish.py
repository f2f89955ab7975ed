"""[有空格告诉我]: told once when there is room, by day, and then forgotten."""

from __future__ import annotations

import pytest
from sqlmodel import select

from central.centre import ROUND_S
from central.notice_settings import NoticeSettings, Quiet
from central.operation import room_wish
from central.operation.bulletin import ROOM
from central.provider.answer import Answer, Message, Outcome
from central.record.cabinet import Cabinet, Door
from central.record.told import RoomWish
from tests.unit.central.conftest import FakeChannel, World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_bulletin import bulletin
from tests.unit.central.test_glass_ask import ask

NUMBER = "13700137009"


def waiting(world: World) -> list[str]:
    with world.centre.database.reading() as session:
        return [row.sealed for row in session.exec(select(RoomWish))]


def room(world: World, cabinet: FakeCabinet, free: int) -> None:
    with world.centre.database.writing() as session:
        session.get_one(Cabinet, cabinet.id).seen_at = world.clock.at
        for number in range(1, ROOM + 1):
            condition = "free" if number <= free else "occupied"
            door = Door(
                cabinet=cabinet.id, compartment=number, state="closed", condition=condition,
                at=world.clock.at,
            )  # fmt: skip
            session.merge(door)


def rounds(world: World, times: int = 1) -> None:
    for _ in range(times):
        world.clock.at += ROUND_S
        world.centre.tell_residents()


def test_who_waits_is_told_once_and_forgotten(world: World, cabinet: FakeCabinet) -> None:
    ask(cabinet, NUMBER, use="tell_free")
    ask(cabinet, NUMBER, use="tell_free")
    (sealed,) = waiting(world)
    assert NUMBER not in sealed
    room(world, cabinet, ROOM - 1)
    rounds(world)
    assert world.channel.sent == []
    room(world, cabinet, ROOM)
    rounds(world, 2)
    (message,) = world.channel.sent
    assert (message.phone, "居委会门口" in message.text) == (f"+86{NUMBER}", True)
    assert waiting(world) == []


def test_what_surely_was_not_sent_is_sent_later(world: World, cabinet: FakeCabinet) -> None:
    ask(cabinet, NUMBER, use="tell_free")
    world.channel.answers += [Answer(Outcome.LATER, pause_s=60), Answer(Outcome.UNKNOWN)]
    for _ in range(3):
        room(world, cabinet, ROOM)
        rounds(world)
    assert len(world.channel.sent) == 2  # an unknown outcome may have arrived: not again
    assert waiting(world) == []


class Breaks(FakeChannel):
    """A way whose client fails in the middle of a call."""

    def send(self, message: Message, *, now: float) -> Answer:
        raise RuntimeError


LATER, REFUSED = Answer(Outcome.LATER, pause_s=60), Answer(Outcome.REFUSED)


@pytest.mark.logs_may_warn("room at a cabinet by fake")
def test_the_next_way_is_taken_until_it_may_have_gone(world: World, cabinet: FakeCabinet) -> None:
    keys, now = world.centre.keys, world.clock.at
    room(world, cabinet, ROOM)
    for first, then, second_sends, kept in (
        (FakeChannel(able=False), Answer(Outcome.ACCEPTED), 1, 0),
        (FakeChannel(answers=[REFUSED]), Answer(Outcome.ACCEPTED), 1, 0),
        (FakeChannel(answers=[LATER]), Answer(Outcome.ACCEPTED), 1, 0),
        (FakeChannel(answers=[LATER]), REFUSED, 1, 1),
        (Breaks(), Answer(Outcome.ACCEPTED), 0, 0),
    ):
        second = FakeChannel(answers=[then])
        with world.centre.database.writing() as session:
            room_wish.wish(session, cabinet.id, NUMBER, keys=keys, now=now)
        ways = NoticeSettings((first, second), quiet=None)
        assert room_wish.tell(world.centre.database, ways, keys=keys, now=now) == 1
        assert len(first.sent) == (not isinstance(first, Breaks) and first.able)
        assert (len(second.sent), len(waiting(world))) == (second_sends, kept), first


def test_nobody_is_woken_and_a_week_is_enough(world: World, cabinet: FakeCabinet) -> None:
    ask(cabinet, NUMBER, use="tell_free")
    room(world, cabinet, ROOM)
    always = NoticeSettings((world.channel,), quiet=Quiet(begins=0, ends=24 * 60 - 1))
    asked = {"keys": world.centre.keys, "now": world.clock.at}
    assert room_wish.tell(world.centre.database, always, **asked) == 0  # type: ignore[arg-type]
    world.clock.at += room_wish.KEPT_S + 1
    rounds(world)
    assert (waiting(world), world.channel.sent) == ([], [])


def test_who_comes_after_those_that_are_kept_is_told_so(world: World, cabinet: FakeCabinet) -> None:
    with world.centre.database.writing() as session:
        for n in range(room_wish.MOST):
            room_wish.wish(
                session, cabinet.id, f"137001370{n:02}", keys=world.centre.keys, now=world.clock.at
            )
    assert ask(cabinet, "13800138001", use="tell_free").status_code == 429
    assert len(waiting(world)) == room_wish.MOST
    assert not bulletin(cabinet).tells  # and nobody else is offered it


def test_where_nobody_could_be_told_the_glass_does_not_offer_it(
    world: World, cabinet: FakeCabinet
) -> None:
    assert bulletin(cabinet).tells
    assert not room_wish.can_tell(NoticeSettings())
    assert not room_wish.can_tell(NoticeSettings((FakeChannel(able=False),)))
