"""Tells an open page of the console that something changed, by server-sent events.

The stream carries no data of anybody: a page that hears of a change asks for itself again. While it
waits it holds neither a thread nor a database connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Final

from anyio import to_thread
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from central.centre import Centre
from central.hub import LOOKING
from central.operation import live
from central.route.visitor import CentreHere, StaffVisitor

router = APIRouter(prefix="/staff/live", include_in_schema=False)

LIFE_S: Final = 300.0
"""Then the page asks again, and whoever is no longer signed in is sent away."""
_LOOK_S = 2.0
"""What another worker wrote, or a colleague on another page, is seen within this time."""
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@router.get("")
async def changes(who: StaffVisitor, centre: CentreHere) -> StreamingResponse:  # noqa: ARG001
    """Say `changed` each time that something the console shows has changed."""
    return StreamingResponse(
        stream(centre, life_s=LIFE_S), media_type="text/event-stream", headers=_HEADERS
    )


async def stream(centre: Centre, *, life_s: float) -> AsyncGenerator[str, None]:
    """Give the lines of the stream, for so many seconds."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + life_s
    with centre.hub.subscribed(LOOKING) as woken:
        known = await to_thread.run_sync(_version, centre)
        yield "retry: 2000\n\n"
        while loop.time() < ends:
            woken.clear()
            try:
                await asyncio.wait_for(woken.wait(), min(_LOOK_S, max(ends - loop.time(), 0.0)))
            except TimeoutError:
                pass
            except asyncio.CancelledError:
                return  # the page is gone, or the server is told to stop
            found = await to_thread.run_sync(_version, centre)
            # A comment where nothing changed: a page that is gone is noticed by writing to it.
            yield "event: changed\ndata:\n\n" if found != known else ":\n\n"
            known = found


def _version(centre: Centre) -> str:
    with centre.database.reading() as session:
        return live.version(session)
