"""The working paper of one turn: what is held, what happened so far, what is to be done.

Every rule of the core is a function that takes the docket. Nothing on it counts until the daemon
has committed the turn.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from locker.contract.event import CredentialRefused, Event
from locker.contract.failure import Failure
from locker.contract.vocabulary import DoorState
from locker.core.effect import Effect
from locker.core.fold import fold
from locker.core.input import Settings
from locker.core.memory import Memory, Refused
from locker.core.moment import Moment
from locker.core.place import Place
from locker.core.state import CompartmentRecord, Draft, State, VisitRecord


class Docket:
    """Reads see what the turn has written so far."""

    def __init__(
        self,
        places: tuple[Place, ...],
        *,
        state: State,
        memory: Memory,
        settings: Settings,
        now: Moment,
    ) -> None:
        self.places = places
        self.draft = Draft(state)
        self.memory = memory
        self.settings = settings
        self.now = now
        self.events: list[Event] = []
        self.effects: list[Effect] = []

    def emit(self, *events: Event) -> None:
        """State that something happened; its consequence is in the draft at once."""
        for event in events:
            self.events.append(event)
            fold(self.draft, event, self.now.wall)

    def remember(self, **changes: Any) -> None:
        """Change what is known of this boot only; names are the fields of Memory."""
        self.memory = dataclasses.replace(self.memory, **changes)

    def show_refusal(self, failure: Failure, **values: str | float) -> None:
        """Tell the person at the glass why nothing opened."""
        n = self.memory.refusals + 1
        self.remember(refusals=n, refused=Refused(n, failure, self.now.mono_s, values))

    def refuse(
        self,
        failure: Failure,
        credential: str,
        *,
        grant: str | None = None,
        counted: bool = False,
        **values: str | float,
    ) -> None:
        """Refuse a credential: journaled, and shown on the glass."""
        self.emit(CredentialRefused(failure, credential, counted, grant))
        self.show_refusal(failure, **values)

    def box(self, compartment: int) -> CompartmentRecord:
        """Give the books of a compartment."""
        return self.draft.must(CompartmentRecord, str(compartment))

    @property
    def visit(self) -> VisitRecord | None:
        """The visit that the glass is for, if it has not ended."""
        if self.memory.visit is None:
            return None
        visit = self.draft.find(VisitRecord, self.memory.visit)
        return None if visit is None or visit.outcome is not None else visit

    def door(self, compartment: int) -> DoorState:
        """Give the state of a door now: unknown where the last reading is too old."""
        reading = self.memory.doors.get(compartment)
        if reading is None or self.now.mono_s - reading.at_s > self.settings.board_fresh_s:
            return DoorState.UNKNOWN
        return reading.state

    def is_fresh(self, compartment: int) -> bool:
        """Whether the compartment's board answered within the last two seconds."""
        return self.door(compartment) is not DoorState.UNKNOWN
