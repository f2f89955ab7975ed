"""What has become of the openings that technicians asked for, as the journal's events tell it.

Told each turn's committed events in the core's thread, asked from others. Keeps the latest; holds
no truth that the journal has not.
"""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from locker.contract import event as e
from locker.contract.event import Event
from locker.contract.tech import Opening
from locker.contract.vocabulary import AttemptState

KEPT = 200


class OpeningBook:
    """Tickets by number. `boot` makes them unique across runs."""

    def __init__(self, boot: str) -> None:
        self._boot = boot.removeprefix("b-")[:6]
        self._numbers = itertools.count(1)
        self._openings: OrderedDict[str, Opening] = OrderedDict()
        self._ticket_of: dict[str, str] = {}
        self._lock = threading.Lock()

    def new_ticket(self) -> str:
        """Begin a page for an opening that is about to be asked for."""
        ticket = f"t{next(self._numbers)}-{self._boot}"
        with self._lock:
            self._openings[ticket] = Opening(ticket=ticket)
            while len(self._openings) > KEPT:
                gone, _ = self._openings.popitem(last=False)
                self._ticket_of = {k: t for k, t in self._ticket_of.items() if t != gone}
        return ticket

    def find(self, ticket: str) -> Opening | None:
        """Give what has become of it so far."""
        with self._lock:
            return self._openings.get(ticket)

    def saw(self, events: Iterable[Event]) -> None:
        """Take the committed events of one turn."""
        turn = tuple(events)
        with self._lock:
            for event in turn:
                if isinstance(event, e.TechnicianAsked) and event.ticket in self._openings:
                    self._asked(event, turn)
            for event in turn:
                self._follow(event)

    def _asked(self, ask: e.TechnicianAsked, turn: tuple[Event, ...]) -> None:
        self._put(ask.ticket, failure=ask.failure, visit=ask.visit)
        for event in turn:
            if isinstance(event, e.AttemptCommitted) and event.visit == ask.visit:
                self._ticket_of[event.attempt] = ask.ticket
                self._ticket_of[event.visit] = ask.ticket
                self._put(ask.ticket, state=AttemptState.COMMITTED)

    def _follow(self, event: Event) -> None:
        match event:
            case e.AttemptNotSent(attempt=key, reason=reason):
                self._move(key, state=AttemptState.NOT_SENT, reason=reason)
            case e.AttemptAcknowledged(attempt=key):
                self._move(key, state=AttemptState.ACKNOWLEDGED, pulsed=True)
            case e.AttemptInDoubt(attempt=key, reason=reason):
                self._move(key, state=AttemptState.IN_DOUBT, reason=reason, pulsed=True)
            case e.AttemptOpened(attempt=key, after_ms=after_ms):
                self._move(key, state=AttemptState.OPENED, after_ms=after_ms, pulsed=True)
            case e.AttemptFailed(attempt=key):
                self._move(key, state=AttemptState.FAILED, pulsed=True)
            case e.AttemptUnresolved(attempt=key, reason=reason):
                self._move(key, state=AttemptState.UNRESOLVED, reason=reason, pulsed=True)
            case e.AttemptCompleted(attempt=key):
                self._move(key, shut=True)
            case e.PersonAnswered(visit=key):
                self._move(key, looked=True)
            case _:
                pass

    def _move(self, key: str, **fields: Any) -> None:
        ticket = self._ticket_of.get(key)
        if ticket is not None:
            self._put(ticket, **fields)

    def _put(self, ticket: str, **fields: Any) -> None:
        self._openings[ticket] = self._openings[ticket].model_copy(update=fields)
