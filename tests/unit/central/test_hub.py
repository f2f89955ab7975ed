"""Who waits for news is woken, whatever became of one look."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from anyio.from_thread import start_blocking_portal

from central import hub
from central.hub import NewsHub


@pytest.mark.logs_may_warn("looked for again")
def test_a_look_that_fails_does_not_end_the_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = [OSError("the disk does not answer"), OSError("once more")]

    def counters() -> Mapping[str, int]:
        if looks:
            raise looks.pop()
        return {"7": 1}

    async def wait_for_news() -> None:
        news = NewsHub()
        async with news.running(None, counters):
            with news.subscribed("7") as told:
                await asyncio.wait_for(told.wait(), 60)

    monkeypatch.setattr(hub, "_LOOK_S", 0)
    with start_blocking_portal() as loop:  # this thread may have a browser's
        loop.call(wait_for_news)
    assert not looks
