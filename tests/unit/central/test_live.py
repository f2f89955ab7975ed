"""The stream that tells pages of a change: at once after a post, with nobody's data in it."""

from __future__ import annotations

import asyncio

from central.hub import LOOKING
from central.operation import live
from central.route.live import stream
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_console_pages import papers_received
from tests.unit.central.test_dispatch import press


def version(world: World) -> str:
    with world.centre.database.reading() as session:
        return live.version(session)


def test_what_the_console_shows_changes_the_version_and_looking_does_not(
    world: World, cabinet: FakeCabinet
) -> None:
    desk, seen = phone.at_the_desk(world), [version(world)]
    url = papers_received(world, cabinet)
    seen.append(version(world))
    press(desk, world, f"/staff{url}/take-on")
    seen.append(version(world))
    press(desk, world, "/staff/hand-over", text="门要轻关")
    seen.append(version(world))
    assert len(set(seen)) == len(seen)
    desk.get("/staff")
    assert version(world) == seen[-1]


def test_the_stream_says_changed_when_it_is_woken_and_ends_by_itself(
    world: World, cabinet: FakeCabinet
) -> None:
    async def listen() -> list[str]:
        lines = []
        async for line in stream(world.centre, life_s=0.3):
            lines.append(line)
            if len(lines) == 1:
                await asyncio.to_thread(papers_received, world, cabinet)
                for event in world.centre.hub._waiting[LOOKING]:
                    event.set()
        return lines

    first, second, *_ = asyncio.run(listen())
    assert first.startswith("retry:")
    assert second == "event: changed\ndata:\n\n"
    assert LOOKING not in world.centre.hub._waiting, "who is gone waits no more"
