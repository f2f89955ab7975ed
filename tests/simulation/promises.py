"""All promises together, told everything that happens in a life."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from drivers.simulator.cabinet import Door
from locker.contract.chain import Entry
from locker.contract.event import Event
from locker.contract.vocabulary import DoorState
from tests.simulation import promise_books as books
from tests.simulation import promise_centre as centre
from tests.simulation import promise_house as house
from tests.simulation import promise_pulse as pulse
from tests.simulation import promise_staff as staff
from tests.simulation.promise import Promise

if TYPE_CHECKING:
    from tests.simulation.life import Life
    from tests.simulation.machine import Machine

ALL: tuple[type[Promise], ...] = (
    books.OneConsignmentABox,
    books.TrueContent,
    pulse.JournaledIntent,
    pulse.OnePulseAnAttempt,
    pulse.ThreeAttemptsAVisit,
    pulse.OpenedByAnEdge,
    house.EachEventOnce,
    house.GrantUsedOnce,
    books.DepositFindable,
    books.RecordsAreTheReplay,
    pulse.CoilsRest,
    house.NobodyIsStuck,
    staff.SecondPerson,
    staff.KeptItsTime,
    staff.OutOfServiceStaysShut,
    staff.AuditIsTrue,
    centre.RevokedStaysShut,
    centre.GoodTokensOnly,
    centre.LookedAtFirst,
    centre.RevokedHearsNothing,
    centre.ResidentIsTold,
)


class Promises:
    """All promises of one life."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self.all = tuple(kind(life) for kind in ALL)
        self._steps = tuple(p for p in self.all if type(p).stepped is not Promise.stepped)
        self._changes = tuple(p for p in self.all if type(p).changed is not Promise.changed)
        self._read: dict[int, DoorState] = {}
        self._ready = False
        self._has_changed = True
        for promise in self.all:
            promise.forget()

    def touched(self) -> None:
        """What truly lies somewhere has changed, or a door, or what anybody can know of it."""
        self._has_changed = True

    def committed(self, events: Sequence[Event], entries: Sequence[Entry]) -> None:
        """A batch is durable."""
        self._has_changed = True
        self._life.wrote(events, entries)
        for event in events:
            for promise in self.all:
                promise.committed(event)
                promise.folded(event)

    def replaced(self, events: Iterable[Event]) -> None:
        """An older image of the disk is in the machine."""
        self._has_changed = True
        for promise in self.all:
            promise.forget()
        for event in events:
            for promise in self.all:
                promise.folded(event)

    def asked(self, box: int) -> None:
        """The board received a frame that asks for a pulse."""
        for promise in self.all:
            promise.asked(box)

    def pulsed(self, door: Door) -> None:
        """The board received a pulse."""
        for promise in self.all:
            promise.pulsed(self._life.box_of(door))

    def heard_doors(self, doors: Mapping[int, DoorState], at_s: float) -> None:
        """The board worker told the core."""
        for promise in self.all:
            promise.heard_doors(doors, at_s)
        if not doors.items() <= self._read.items():
            self._has_changed = True
            self._read.update(doors)

    def booted(self, machine: Machine) -> None:
        """The machine came up."""
        self._has_changed, self._ready = True, False
        self._read.clear()
        for promise in self.all:
            promise.booted(machine)

    def stepped(self, machine: Machine) -> None:
        """The core took a message."""
        for promise in self._steps:
            promise.stepped(machine)
        ready = machine.engine.memory.ready
        if self._has_changed or ready is not self._ready:
            self._has_changed, self._ready = False, ready
            for promise in self._changes:
                promise.changed(machine)

    def scanned(self, text: str) -> None:
        """A code was shown to the scanner."""
        for promise in self.all:
            promise.scanned(text)

    def answered(self, token: str) -> None:
        """The centre let the cabinet in."""
        for promise in self.all:
            promise.answered(token)

    def enrolled(self) -> None:
        """The cabinet was enrolled."""
        for promise in self.all:
            promise.enrolled()

    def notified(self, consignment: str) -> None:
        """A notice went out."""
        for promise in self.all:
            promise.notified(consignment)

    def ended(self) -> None:
        """The life is over."""
        for promise in self.all:
            promise.ended()
