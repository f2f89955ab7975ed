"""Wakes the cabinets that wait for news, holding neither a thread nor a database connection.

In one process a commit wakes them directly; on PostgreSQL one LISTEN connection a worker hears
of the commits of other workers. A wake-up is a hint: who is woken reads the database.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping

import psycopg
from anyio import to_thread

from central.operation.news import CHANNEL

LOOKING = "looking"
"""Under this name, which no cabinet has, pages wait that show what cabinets told."""

_LOG = logging.getLogger(__name__)
_RECONNECT_S = 1.0
_LOOK_S = 2.0


class NewsHub:
    """Who waits for which cabinet's news, on one event loop."""

    def __init__(self) -> None:
        """Start with nobody waiting and no loop."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: dict[str, set[asyncio.Event]] = {}

    @contextlib.asynccontextmanager
    async def running(
        self, listen_to: str | None, counters: Callable[[], Mapping[str, int]]
    ) -> AsyncIterator[None]:
        """Belong to this loop; `listen_to`: libpq address of the PostgreSQL to listen to.

        Without one the `counters` of all cabinets are read every two seconds, by one task for all
        that wait: a command line may have put news without waking us.
        """
        self._loop = asyncio.get_running_loop()
        listening = asyncio.create_task(
            self._watch(counters) if listen_to is None else self._listen(listen_to)
        )
        try:
            yield
        finally:
            self._loop = None
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening

    def wake(self, cabinets: frozenset[str]) -> None:
        """Wake who waits for these cabinets; may be called from any thread."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(self._wake_here, cabinets)

    @contextlib.contextmanager
    def subscribed(self, cabinet: str) -> Iterator[asyncio.Event]:
        """Give an event that is set when the cabinet may have news. Subscribe, read, then wait."""
        event = asyncio.Event()
        self._waiting.setdefault(cabinet, set()).add(event)
        try:
            yield event
        finally:
            waiting = self._waiting[cabinet]
            waiting.discard(event)
            if not waiting:
                del self._waiting[cabinet]

    def _wake_here(self, cabinets: frozenset[str]) -> None:
        for cabinet in cabinets:
            for event in self._waiting.get(cabinet, ()):
                event.set()

    async def _watch(self, counters: Callable[[], Mapping[str, int]]) -> None:
        known: Mapping[str, int] = {}
        while True:
            await asyncio.sleep(_LOOK_S)
            if not self._waiting:
                continue
            try:
                now = await to_thread.run_sync(counters)
            except Exception:  # noqa: BLE001  (whatever it is, who waits is not forgotten)
                _LOG.exception("news are looked for again")
                continue
            self._wake_here(frozenset(id_ for id_, n in now.items() if known.get(id_) != n))
            known = now

    async def _listen(self, address: str) -> None:
        while True:
            try:
                await self._listen_once(address)
            except psycopg.Error as error:
                _LOG.warning("LISTEN lost, trying again: %s", error)
                await asyncio.sleep(_RECONNECT_S)

    async def _listen_once(self, address: str) -> None:
        connection = await psycopg.AsyncConnection.connect(address, autocommit=True)
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}".encode())
            self._wake_here(frozenset(self._waiting))  # what was told while nobody listened
            async for notify in connection.notifies():
                self._wake_here(frozenset({notify.payload}))
