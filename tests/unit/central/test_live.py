"""The stream that tells pages of a change: at once after a post, with nobody's data in it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from central.hub import LOOKING
from central.operation import live
from central.route.live import stream
from locker.contract import event as told
from locker.contract.vocabulary import CredentialKind, Purpose, VisitOutcome
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_console_pages import papers_received
from tests.unit.central.test_dispatch import press

Heard = TypeVar("Heard")


def in_a_loop_of_its_own(heard: Coroutine[Any, Any, Heard]) -> Heard:
    """Run to the end, in a thread: the browser of another test may have its loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, heard).result()


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


def test_what_staff_said_of_a_box_that_they_looked_into_stands_on_the_cabinets_page(
    world: World, cabinet: FakeCabinet
) -> None:
    for visit, outcome in (("v8", VisitOutcome.NOTHING), ("v9", VisitOutcome.CONFIRMED)):
        cabinet.say(
            told.VisitOpened(visit, "g", Purpose.MAINTAIN, "", 3, CredentialKind.STAFF, "s1"),
            told.VisitEnded(visit, outcome),
        )
    page = phone.at_the_desk(world).get(f"/staff/cabinets/{cabinet.id}").text
    assert ("里面有东西" in page, "里面是空的" in page, "没放或没取" in page) == (True, True, False)


def test_the_stream_says_changed_when_it_is_woken_and_forgets_who_is_gone(
    world: World, cabinet: FakeCabinet
) -> None:
    async def listen() -> tuple[str, str]:
        async with contextlib.aclosing(stream(world.centre, life_s=60.0)) as lines:
            first = await anext(lines)
            heard = asyncio.ensure_future(_first_word(lines))
            await asyncio.to_thread(papers_received, world, cabinet)
            for event in world.centre.hub._waiting[LOOKING]:
                event.set()
            return first, await heard

    first, word = in_a_loop_of_its_own(listen())
    assert first.startswith("retry:")
    assert word == "event: changed\ndata:\n\n"
    assert LOOKING not in world.centre.hub._waiting, "who is gone waits no more"


async def _first_word(lines: AsyncIterator[str]) -> str:
    """Give the first line that is no comment."""
    while (line := await anext(lines)).startswith(":"):
        pass
    return line


def test_the_stream_ends_by_itself(world: World) -> None:
    async def listen() -> list[str]:
        return [line async for line in stream(world.centre, life_s=0.05)]

    assert in_a_loop_of_its_own(listen())[1:] in ([], [":\n\n"])
    assert LOOKING not in world.centre.hub._waiting
