"""Notices: at most once, and by a person where there is no channel."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from sqlmodel import select

from central.operation import alarm, notice
from central.record.people import Notice
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_grant import loaded


@dataclass
class FakeBrokenChannel:
    """Surely sends nothing."""

    reaches_people: bool = True
    tries: int = 0

    def send(self, message: notice.Message) -> None:
        self.tries += 1
        raise OSError("no route")


def states(world: World) -> list[str]:
    with world.centre.database.reading() as session:
        return [row.state for row in session.exec(select(Notice))]


def deliver(world: World, channel: notice.Channel) -> int:
    return notice.deliver(
        world.centre.database, channel, keys=world.centre.keys, now=world.clock.at
    )


def test_a_notice_names_neither_the_matter_nor_the_person(
    world: World, cabinet: FakeCabinet
) -> None:
    loaded(world, cabinet)
    (message,) = world.channel.sent
    assert message.phone == "+8613800138000"
    assert "居住证明" not in message.text
    assert "王" not in message.text
    assert len(message.text) <= 70
    assert states(world) == ["sent"]


@pytest.mark.logs_may_warn("was not sent")
def test_what_surely_did_not_go_is_tried_again(world: World, cabinet: FakeCabinet) -> None:
    loaded(world, cabinet)
    again(world, "due")
    broken = FakeBrokenChannel()
    deliver(world, broken)
    assert states(world) == ["due"]
    deliver(world, world.channel)
    assert (states(world), len(world.channel.sent), broken.tries) == (["sent"], 2, 1)


def test_what_may_have_gone_is_not_sent_again(world: World, cabinet: FakeCabinet) -> None:
    loaded(world, cabinet)
    again(world, "sending")
    assert deliver(world, world.channel) == 0


def test_with_no_channel_telling_the_person_is_a_task(world: World, cabinet: FakeCabinet) -> None:
    loaded(world, cabinet)
    again(world, "due")
    deliver(world, notice.DeskChannel())
    assert states(world) == ["desk"]
    with world.centre.database.reading() as session:
        assert [task.kind for task in alarm.open_tasks(session)] == ["tell_resident"]


def test_the_demo_prints_no_telephone_number(capsys: pytest.CaptureFixture[str]) -> None:
    message = notice.Message(notice="n1", phone="+8613800138000", text="ready")
    notice.PrintingChannel().send(message)
    assert capsys.readouterr().out == "notice n1: ready\n"
    assert replace(message, text="x").text == "x"


def again(world: World, state: str) -> None:
    with world.centre.database.writing() as session:
        for row in session.exec(select(Notice)):
            row.state = state
