"""The working paper of one turn: what is held, what happened so far, what is to be done.

Every rule of the core is a function that takes the docket. Nothing on it counts until the daemon
has committed the turn.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from locker.contract.event import RECKONED, CredentialRefused, Event
from locker.contract.failure import Failure
from locker.contract.vocabulary import DoorState
from locker.core import flood
from locker.core.effect import Effect
from locker.core.fold import fold
from locker.core.input import Settings
from locker.core.memory import Memory, Refused
from locker.core.moment import Moment
from locker.core.place import Place
from locker.core.state import Changes, CompartmentRecord, Draft, State, VisitRecord


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a turn stood before a trial: copies and counts of what the docket holds."""

    changes: Changes
    events: int
    effects: int
    memory: Memory


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

    def mark(self) -> Mark:
        """Note where this turn stands, so that a trial can be taken back."""
        return Mark(dict(self.draft.changes), len(self.events), len(self.effects), self.memory)

    def rewind(self, mark: Mark) -> None:
        """Take back everything since the mark, as if it had not been tried."""
        self.draft.rewind(mark.changes)
        del self.events[mark.events :]
        del self.effects[mark.effects :]
        self.memory = mark.memory

    def emit(self, *events: Event) -> None:
        """State that something happened; its consequence is in the draft at once.

        Where the wall clock is not believed, events that times are reckoned from carry the second
        that is certainly reached.
        """
        for event in events:
            if isinstance(event, RECKONED) and event.at is None and not self.now.trusted:
                event = dataclasses.replace(event, at=self.now.surely)  # noqa: PLW2901
            self.events.append(event)
            fold(self.draft, event, self.now.wall)

    @property
    def surely(self) -> float:
        """The Unix second that expiries are compared with: certain, and hurried by no jump."""
        return self.now.surely - self.held_back_s

    @property
    def held_back_s(self) -> float:
        """By how much a jump of the last hour must not hurry anything."""
        if self.settings.jumps_are_meant:
            return 0.0
        return self.draft.ledger.held_back_s(self.now.surely)

    def remember(self, **changes: Any) -> None:
        """Change what is known of this boot only; names are the fields of Memory."""
        memory = self.memory
        if any(getattr(memory, name) != value for name, value in changes.items()):
            self.memory = dataclasses.replace(memory, **changes)

    def touch(self) -> None:
        """Put the end of the visit on the glass off, and of the session of the staff in it."""
        now_s, session, visit = self.now.mono_s, self.memory.staff, self.visit
        if session is not None and visit is not None and visit.staff == session.staff:
            session = dataclasses.replace(session, touched_at_s=now_s)
        self.remember(visit_touched_s=now_s, staff=session)

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
        """Refuse a credential: journaled, and shown on the glass.

        `counted`: it slows its keypad down. The others are written up to so many a minute.
        """
        if counted or self.admits(flood.Stream.REFUSALS):
            self.emit(CredentialRefused(failure, credential, counted, grant))
        self.show_refusal(failure, **values)

    def admits(self, stream: flood.Stream) -> bool:
        """Count one of a stream; whether it may be written."""
        self.memory, admitted = flood.admit(self.memory, stream, self.now.mono_s)
        return admitted

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
        if reading is None or self.now.mono_s >= reading.at_s + self.settings.board_fresh_s:
            return DoorState.UNKNOWN
        return reading.state

    def is_fresh(self, compartment: int) -> bool:
        """Whether the compartment's board answered within the last two seconds."""
        return self.door(compartment) is not DoorState.UNKNOWN
