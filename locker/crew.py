"""The daemon's threads: started here, watched here, and mourned here.

A sign of life says that a thread's loop turned, not that a board or the centre answered: a pulled
cable must not restart the daemon. A thread that dies takes the process with it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

log = logging.getLogger(__name__)


class SignOfLife:
    """When one thread's loop turned last. `limit_s`: how long a turn may take."""

    def __init__(self, name: str, *, limit_s: float, clock: Callable[[], float]) -> None:
        self.name = name
        self.limit_s = limit_s
        self._clock = clock
        self._at_s = clock()

    def beat(self) -> None:
        """Note that the loop turned."""
        self._at_s = self._clock()

    @property
    def overdue(self) -> bool:
        """Whether the loop has not turned for too long."""
        return self._clock() - self._at_s > self.limit_s


class Worker(Protocol):
    """One thread's loop. It waits nowhere longer than its limit and ends soon after `stop`."""

    def run(self, life: SignOfLife, stop: threading.Event) -> None:
        """Loop until `stop` is set; beat at each turn."""
        ...


class Crew:
    """All threads of one daemon. `on_death` is called in the dying thread."""

    def __init__(self, *, clock: Callable[[], float], on_death: Callable[[], None]) -> None:
        self.stop = threading.Event()
        self.dead: str | None = None
        self._clock = clock
        self._on_death = on_death
        self._lives: list[SignOfLife] = []
        self._threads: list[threading.Thread] = []

    def start(
        self, name: str, worker: Worker, *, limit_s: float = 10.0, awaited: bool = True
    ) -> None:
        """Start a worker in a thread of its own. `awaited`: whether an end waits for it.

        A thread that may wait long for somebody else's answer is not awaited: it ends with the
        process.
        """
        life = SignOfLife(name, limit_s=limit_s, clock=self._clock)
        thread = threading.Thread(target=self._live, args=(worker, life), name=name, daemon=True)
        self._lives.append(life)
        if awaited:
            self._threads.append(thread)
        thread.start()

    def overdue(self) -> list[str]:
        """Name the threads whose loop has not turned for too long."""
        return [life.name for life in self._lives if life.overdue]

    def join(self, *, timeout_s: float) -> list[str]:
        """Tell all to end, wait, and name those that did not."""
        self.stop.set()
        until_s = self._clock() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, until_s - self._clock()))
        return [thread.name for thread in self._threads if thread.is_alive()]

    def _live(self, worker: Worker, life: SignOfLife) -> None:
        try:
            worker.run(life, self.stop)
        except Exception:
            log.critical("thread %s died", life.name, exc_info=True)
            self.dead = life.name
            self._on_death()
