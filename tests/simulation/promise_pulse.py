"""What is promised about pulses and the openings that they count as."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from locker.contract import event as e
from locker.contract.event import Event
from locker.contract.vocabulary import DoorState
from tests.simulation.promise import Promise

if TYPE_CHECKING:
    from tests.simulation.life import Life
    from tests.simulation.machine import Machine

INTENT_S = 6.0
"""A pulse follows its intent within its life of 5 s and one exchange."""


class JournaledIntent(Promise):
    """No pulse without a journaled intent of this very run; a restart fires nothing."""

    def forget(self) -> None:
        """See Promise."""
        self.intent_s: dict[int, float] = {}

    def folded(self, event: Event) -> None:
        """See Promise."""

    def booted(self, machine: Machine) -> None:
        """See Promise."""
        self.intent_s.clear()

    def committed(self, event: Event) -> None:
        """See Promise."""
        if isinstance(event, e.AttemptCommitted):
            self.intent_s[event.compartment] = self.life.world.now_s

    def pulsed(self, box: int) -> None:
        """See Promise."""
        since_s = self.intent_s.get(box)
        if since_s is None or self.life.world.now_s - since_s > INTENT_S:
            raise self.broken(f"box {box} is pulsed and no intent is on the disk")


class OnePulseAnAttempt(Promise):
    """At most one pulse an attempt."""

    def forget(self) -> None:
        """See Promise."""
        self.last: dict[int, str] = {}
        self.pulses: Counter[str] = Counter()

    def folded(self, event: Event) -> None:
        """See Promise."""
        if isinstance(event, e.AttemptCommitted):
            self.last[event.compartment] = event.attempt

    def pulsed(self, box: int) -> None:
        """See Promise."""
        attempt = self.last.get(box, "")
        self.pulses[attempt] += 1
        if self.pulses[attempt] > 1:
            raise self.broken(f"attempt {attempt} pulses box {box} again")


class ThreeAttemptsAVisit(Promise):
    """Three attempts to open a visit's door, and two re-openings of a grant's, at most."""

    def forget(self) -> None:
        """See Promise."""
        self.attempts: Counter[str] = Counter()
        self.reopenings: Counter[str] = Counter()
        self.grant_of: dict[str, str] = {}

    def folded(self, event: Event) -> None:
        """See Promise."""
        match event:
            case e.VisitOpened():
                self.grant_of[event.visit] = event.grant
            case e.GrantPut(source=e.AGAIN):
                self.reopenings.pop(event.grant, None)
            case e.AttemptCommitted(reopening=True):
                self.reopenings[self.grant_of[event.visit]] += 1
            case e.AttemptCommitted():
                self.attempts[event.visit] += 1
            case _:
                pass

    def committed(self, event: Event) -> None:
        """See Promise."""
        if not isinstance(event, e.AttemptCommitted):
            return
        if event.reopening:
            grant = self.grant_of[event.visit]
            if self.reopenings[grant] >= 2:
                raise self.broken(f"{grant} opens its box a third time again")
        elif self.attempts[event.visit] >= 3:
            raise self.broken(f"a fourth attempt in visit {event.visit}")


class OpenedByAnEdge(Promise):
    """*Opened* is said only after shut was read before the pulse, and open after it.

    The frame that asks for the pulse had reached the board, or the journal says that nobody knows.
    What a board made of it, and whether a hand moved the door, no contact can tell.
    """

    def __init__(self, life: Life) -> None:
        super().__init__(life)
        self.told: dict[int, DoorState] = {}
        self.shut_before: dict[str, bool] = {}
        self.box_of: dict[str, int] = {}
        self.asked_boxes: set[int] = set()
        self.open_since: set[int] = set()

    def heard_doors(self, doors: Mapping[int, DoorState], at_s: float) -> None:
        """See Promise."""
        self.told.update({n: s for n, s in doors.items() if s is not DoorState.UNKNOWN})
        open_now = {n for n, state in doors.items() if state is DoorState.OPEN}
        self.open_since |= open_now & self.asked_boxes

    def asked(self, box: int) -> None:
        """See Promise."""
        self.asked_boxes.add(box)

    def committed(self, event: Event) -> None:
        """See Promise."""
        if isinstance(event, e.AttemptCommitted):
            box = event.compartment
            self.box_of[event.attempt] = box
            self.shut_before[event.attempt] = self.told.get(box) is DoorState.CLOSED
            self.asked_boxes.discard(box)
            self.open_since.discard(box)
        elif isinstance(event, e.AttemptInDoubt):
            self.asked_boxes.add(self.box_of[event.attempt])
        elif isinstance(event, e.AttemptOpened):
            self._judge(event)

    def _judge(self, opened: e.AttemptOpened) -> None:
        box = self.box_of.get(opened.attempt)
        if box is None:
            raise self.broken(f"{opened.attempt} opened, and was never committed")
        if box not in self.asked_boxes:
            raise self.broken(f"{opened.attempt} opened box {box}, and no pulse was asked for")
        if box not in self.open_since:
            raise self.broken(f"{opened.attempt} opened box {box}, whose contact told shut")
        if not opened.late and not self.shut_before[opened.attempt]:
            raise self.broken(f"{opened.attempt} opened box {box}, which was not shut before")


class CoilsRest(Promise):
    """No coil is pulsed again before it has rested, over a restart too."""

    def __init__(self, life: Life) -> None:
        super().__init__(life)
        self.last_s: dict[int, float] = {}

    def pulsed(self, box: int) -> None:
        """See Promise."""
        now_s, rest_s = self.life.world.now_s, self.life.profile.coil_rest_ms / 1000
        if now_s - self.last_s.get(box, -1e9) < rest_s - 0.1:
            raise self.broken(f"box {box} is pulsed after {now_s - self.last_s[box]:.2f} s")
        self.last_s[box] = now_s
