"""The thread between glass and centre: what people typed goes up, what may be shown comes down.

A telephone number is in memory until the centre has it, and nowhere else: it is not journaled, not
logged and not sent again. Knows no books and no core.
"""

from __future__ import annotations

import itertools
import logging
import queue
import threading
from collections.abc import Callable
from typing import Protocol

from locker.bulletin_keeper import BulletinKeeper
from locker.centre_client import CentreError, CentreRefusedError
from locker.contract.bulletin import Bulletin
from locker.contract.centre import AskTaken, GlassAsk
from locker.contract.kiosk import Asked
from locker.contract.vocabulary import AskState
from locker.crew import SignOfLife

log = logging.getLogger(__name__)

TOO_MANY_STATUS = 429
LOOK_S = 0.5
BULLETIN_EVERY_S = 60.0


class Centre(Protocol):
    """A session with the centre, as far as it is needed here."""

    def ask(self, ask: GlassAsk) -> AskTaken:
        """Hand on what somebody at the glass asks. Raises CentreError."""
        ...

    def bulletin(self) -> Bulletin:
        """Ask what the glass may show. Raises CentreError."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


class AskWorker:
    """Owner of the numbers that are under way. `show` tells the glass what became of the last."""

    def __init__(
        self,
        client: Centre,
        keeper: BulletinKeeper,
        *,
        clock: Callable[[], float],
        show: Callable[[Asked], None],
    ) -> None:
        self._client = client
        self._keeper = keeper
        self._clock = clock
        self._look_at_s = 0.0
        self._show = show
        self._numbers = itertools.count(1)
        self._waiting: queue.Queue[tuple[int, GlassAsk]] = queue.Queue(1)

    def submit(self, ask: GlassAsk) -> bool:
        """Take a number; False while another waits."""
        try:
            self._waiting.put_nowait((next(self._numbers), ask))
        except queue.Full:
            return False
        return True

    def run(self, life: SignOfLife, stop: threading.Event) -> None:
        """Hand on until stopped."""
        try:
            while not stop.is_set():
                life.beat()
                self.turn(timeout_s=LOOK_S)
        finally:
            self._client.close()

    def turn(self, *, timeout_s: float) -> None:
        """Hand one number on, if one comes in time."""
        try:
            n, ask = self._waiting.get(timeout=timeout_s)
        except queue.Empty:
            self._look()
            return
        self._show(Asked(n=n, state=AskState.SENDING))
        self._show(Asked(n=n, state=self._hand_on(ask)))

    def _look(self) -> None:
        """Ask for the bulletin now and then; what was kept is shown meanwhile."""
        if self._clock() < self._look_at_s:
            return
        self._look_at_s = self._clock() + BULLETIN_EVERY_S
        self._keeper.look()
        try:
            self._keeper.take(self._client.bulletin())
        except CentreError as error:
            log.info("centre: no bulletin (%s)", error)

    def _hand_on(self, ask: GlassAsk) -> AskState:
        try:
            self._client.ask(ask)
        except CentreRefusedError as error:
            log.info("centre: %s was refused (%s)", ask.use, error)
            return AskState.TOO_MANY if error.status == TOO_MANY_STATUS else AskState.CUT
        except CentreError as error:
            # The address is in the error, what was posted is not.
            log.info("centre: %s did not arrive (%s)", ask.use, error)
            return AskState.CUT
        log.info("centre: %s arrived", ask.use)
        return AskState.TAKEN
