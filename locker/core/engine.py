"""The core: a plain function of what the cabinet holds, what happened and when.

`Engine.handle` changes nothing: it gives a `Turn`. The daemon commits the turn's events and
record changes in one transaction, then calls `adopt`, then carries out the effects. A turn whose
commit failed is simply not adopted.
"""

from __future__ import annotations

from dataclasses import dataclass

from locker.contract.event import Event
from locker.core.effect import Effect
from locker.core.input import Input, Settings
from locker.core.memory import Memory
from locker.core.moment import Moment
from locker.core.place import Place
from locker.core.state import Changes, State


@dataclass(frozen=True, slots=True)
class Turn:
    """What one input leads to. Without events there is nothing to commit; adopt it all the same."""

    events: tuple[Event, ...]
    changes: Changes
    effects: tuple[Effect, ...]
    memory: Memory


class Engine:
    """The single writer's mind. `state` and `memory` may be read between turns, by the view."""

    def __init__(self, places: tuple[Place, ...], state: State, settings: Settings) -> None:
        self.places = places
        self.state = state
        self.settings = settings
        self.memory = Memory()

    def handle(self, happened: Input, now: Moment) -> Turn:
        """Judge one input at one moment; nothing is changed."""
        raise NotImplementedError

    def adopt(self, turn: Turn) -> None:
        """Make a committed turn the state."""
        self.state.put(turn.changes)
        self.memory = turn.memory

    def next_due_s(self) -> float | None:
        """Give the monotonic second at which a Tick will matter next, or None."""
        raise NotImplementedError
