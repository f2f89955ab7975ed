"""What must hold after every step, whatever people, hardware, power and lines do.

One class a promise; each is shown to notice a planted bug of its own (`planted`). They know the
wire, the true doors and the disk, and believe the core in nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from drivers.simulator.cabinet import Door
from locker.contract import event as e
from locker.contract.chain import Entry
from locker.contract.event import Event
from locker.contract.vocabulary import AttemptState, Condition, DoorState, GrantState, Purpose
from locker.core.staff_round import boxes_to_look_at, take_out_boxes
from locker.core.state import (
    AttemptRecord,
    CompartmentRecord,
    GrantRecord,
    State,
    Table,
    VisitRecord,
)

if TYPE_CHECKING:
    from tests.simulation.life import Life
    from tests.simulation.machine import Machine

PUTS_IN = frozenset({Purpose.DEPOSIT, Purpose.LOAD})
INTENT_S = 6.0
"""A pulse follows its intent within its life of 5 s and one exchange."""
EPS_S = 1e-6
UNTOUCHED_S = 400.0
"""More than any visit waits for a touch."""


class BrokenPromiseError(AssertionError):
    """A promise does not hold; `name` is the class of the promise."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        super().__init__(f"{name}: {text}")


class Promise:
    """One promise. Every method may be left as it is."""

    def __init__(self, life: Life) -> None:
        self.life = life

    def broken(self, text: str) -> BrokenPromiseError:
        """Make the error."""
        return BrokenPromiseError(type(self).__name__, text)

    def forget(self) -> None:
        """Another disk is in the machine: what is on it is told anew by `folded`."""

    def folded(self, event: Event) -> None:
        """Take an event that is on the disk, without judging it."""

    def committed(self, event: Event) -> None:
        """Judge an event that just became durable; `folded` follows."""

    def pulsed(self, box: int) -> None:
        """Judge a pulse that the board received just now."""

    def heard_doors(self, doors: Mapping[int, DoorState], at_s: float) -> None:
        """See what the board worker told the core."""

    def booted(self, machine: Machine) -> None:
        """Judge a disk at boot."""

    def stepped(self, machine: Machine) -> None:
        """Judge everything held after one message of the core."""

    def notified(self, consignment: str) -> None:
        """Judge a notice that says that this lies in the cabinet."""

    def ended(self) -> None:
        """Judge the end: all is repaired, and everything that waited has arrived."""


class OneConsignmentABox(Promise):
    """No compartment for two consignments, no consignment in two compartments."""

    def forget(self) -> None:
        """See Promise."""
        self.box: dict[int, tuple[Condition, str | None]] = {}
        self.at: dict[str, int] = {}
        self.used: set[str] = set()

    def folded(self, event: Event) -> None:
        """See Promise."""
        match event:
            case e.BooksEntered():
                self.box[event.compartment] = (event.condition, event.consignment)
            case e.VisitOpened():
                self.at[event.visit] = event.compartment
            case e.VisitEnded():
                self.at.pop(event.visit, None)
            case e.GrantUsed():
                self.used.add(event.grant)
            case e.GrantPut(source=e.AGAIN):
                self.used.discard(event.grant)
            case _:
                pass

    def committed(self, event: Event) -> None:
        """See Promise."""
        if isinstance(event, e.VisitOpened):
            self._judge_visit(event)
        if isinstance(event, e.BooksEntered) and event.condition in _HOLDS and event.consignment:
            for number, (condition, held) in self.box.items():
                elsewhere = condition in _HOLDS and number != event.compartment
                if elsewhere and held == event.consignment:
                    raise self.broken(f"{held} in box {number} and in box {event.compartment}")

    def _judge_visit(self, visit: e.VisitOpened) -> None:
        if visit.compartment in self.at.values():
            raise self.broken(f"two visits at box {visit.compartment}")
        condition, held = self.box.get(visit.compartment, (Condition.FREE, None))
        new = visit.purpose in PUTS_IN and visit.grant not in self.used
        if new and condition is not Condition.FREE:
            raise self.broken(f"box {visit.compartment} given twice: it is {condition}, {held}")


_HOLDS = frozenset({Condition.RESERVED, Condition.OCCUPIED})


class TrueContent(Promise):
    """No box is offered, and no notice sent, against the box's true content."""

    def stepped(self, machine: Machine) -> None:
        """See Promise."""
        for box in boxes_of(machine.engine.state):
            held = self.life.content(box.number)
            if box.condition is Condition.FREE and held and box.number not in self.life.excused:
                raise self.broken(f"box {box.number} is offered and holds {', '.join(held)}")

    def notified(self, consignment: str) -> None:
        """See Promise."""
        if consignment not in self.life.excused and not self.life.lies_at(consignment):
            raise self.broken(f"told that {consignment} is there, and it is in no box")


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
    """*Opened* is said only after shut was read before the pulse, and open after it."""

    def __init__(self, life: Life) -> None:
        super().__init__(life)
        self.told: dict[int, DoorState] = {}
        self.shut_before: dict[str, bool] = {}
        self.box_of: dict[str, int] = {}
        self.pulsed_boxes: set[int] = set()
        self.open_since: set[int] = set()

    def heard_doors(self, doors: Mapping[int, DoorState], at_s: float) -> None:
        """See Promise."""
        self.told.update({n: s for n, s in doors.items() if s is not DoorState.UNKNOWN})
        open_now = {n for n, state in doors.items() if state is DoorState.OPEN}
        self.open_since |= open_now & self.pulsed_boxes

    def pulsed(self, box: int) -> None:
        """See Promise."""
        self.pulsed_boxes.add(box)

    def committed(self, event: Event) -> None:
        """See Promise."""
        if isinstance(event, e.AttemptCommitted):
            box = event.compartment
            self.box_of[event.attempt] = box
            self.shut_before[event.attempt] = self.told.get(box) is DoorState.CLOSED
            self.pulsed_boxes.discard(box)
            self.open_since.discard(box)
        elif isinstance(event, e.AttemptOpened):
            self._judge(event)

    def _judge(self, opened: e.AttemptOpened) -> None:
        box = self.box_of.get(opened.attempt)
        if box is None:
            raise self.broken(f"{opened.attempt} opened, and was never committed")
        if box not in self.pulsed_boxes:
            raise self.broken(f"{opened.attempt} opened box {box} without a pulse")
        if box not in self.open_since:
            raise self.broken(f"{opened.attempt} opened box {box}, whose contact told shut")
        if not opened.late and not self.shut_before[opened.attempt]:
            raise self.broken(f"{opened.attempt} opened box {box}, which was not shut before")


class EachEventOnce(Promise):
    """No event is lost or doubled at the centre, whatever the line does."""

    def stepped(self, machine: Machine) -> None:
        """See Promise."""
        rows, delivered = machine.disk.rows, self.life.centre.delivered
        for entry in rows[self._looked_to(machine) : machine.journal.acked]:
            if (entry.journal, entry.sequence, entry.hash) not in delivered:
                raise self.broken(f"{_name(entry)} counts as arrived, and is not at the centre")
        self._acked = machine.journal.acked

    def _looked_to(self, machine: Machine) -> int:
        return min(self._acked, machine.journal.acked)

    def forget(self) -> None:
        """See Promise."""
        self._acked = 0

    def ended(self) -> None:
        """See Promise."""
        stored = Counter(row[:3] for row in self.life.centre.stored())
        ours = {(entry.journal, entry.sequence, entry.hash) for entry in self.life.disk.rows}
        if twice := sorted(place for place, n in stored.items() if n > 1):
            raise self.broken(f"twice at the centre: {twice[:3]}")
        if lost := sorted(ours - stored.keys()):
            raise self.broken(f"never at the centre: {lost[:3]}")
        if foreign := sorted(stored.keys() - self.life.written):
            raise self.broken(f"at the centre, and never written: {foreign[:3]}")


class GrantUsedOnce(Promise):
    """No grant is both used and live: a door that was opened by it has spent it.

    Use names the visit: a late opening of a visit that gave the grant back spends nothing while a
    later visit of the same grant holds it.
    """

    def forget(self) -> None:
        """See Promise."""
        self.visit_of: dict[str, str] = {}
        self.grant_of: dict[str, str] = {}
        self.held_by: dict[str, str] = {}
        self.spent: set[str] = set()

    def folded(self, event: Event) -> None:
        """See Promise."""
        match event:
            case e.VisitOpened():
                self.grant_of[event.visit] = event.grant
            case e.GrantReserved():
                self.held_by[event.grant] = event.visit
            case e.GrantReleased():
                self.held_by.pop(event.grant, None)
            case e.AttemptCommitted():
                self.visit_of[event.attempt] = event.visit
            case e.AttemptOpened():
                visit = self.visit_of.get(event.attempt, "")
                grant = self.grant_of.get(visit, "")
                if self.held_by.get(grant, visit) == visit:
                    self.spent.add(grant)
            case e.GrantUsed():
                self.spent.add(event.grant)
            case e.GrantPut(source=e.AGAIN):
                self.spent.discard(event.grant)
                self.held_by.pop(event.grant, None)
            case _:
                pass

    def stepped(self, machine: Machine) -> None:
        """See Promise."""
        for grant in self.spent:
            held = machine.engine.state.get(Table.GRANT, grant)
            if isinstance(held, GrantRecord) and held.state is GrantState.LIVE:
                raise self.broken(f"{grant} has opened a door and is live")

    def ended(self) -> None:
        """See Promise."""
        if both := sorted(self.spent & self.life.centre.live_grants()):
            raise self.broken(f"used at the cabinet, live at the centre: {both[:3]}")


class DepositFindable(Promise):
    """Papers that lie in a box are found by staff: in their list, or in a box to look into."""

    def stepped(self, machine: Machine) -> None:
        """See Promise."""
        if not machine.engine.memory.ready:
            return  # a start believes no door before it has read it
        state = machine.engine.state
        boxes = {box.number: box for box in boxes_of(state)}
        if not boxes:
            return
        listed = take_out_boxes(list(boxes.values())) + boxes_to_look_at(list(boxes.values()))
        numbers = {box.number for box in listed}
        for number, papers in self.life.deposits().items():
            box = boxes[number]
            waits = box.condition is Condition.RESERVED and self._is_busy(machine, number)
            out = box.condition is Condition.OUT_OF_SERVICE
            misnamed = box.condition is Condition.OCCUPIED and box.consignment not in papers
            if misnamed or not (waits or out or number in numbers):
                raise self.broken(f"{papers} lie in box {number}, which is {box.condition}")

    def _is_busy(self, machine: Machine, number: int) -> bool:
        """Whether a visit is at the box, or its door has not been seen shut since it opened."""
        state, read = machine.engine.state, machine.engine.memory.doors.get(number)
        if self.life.door(number).open or (read is not None and read.state is DoorState.OPEN):
            return True
        visits = (state.get(Table.VISIT, key) for key in state.keys(Table.VISIT))
        attempts = (state.get(Table.ATTEMPT, key) for key in state.keys(Table.ATTEMPT))
        return any(
            isinstance(v, VisitRecord) and v.compartment == number and v.outcome is None
            for v in visits
        ) or any(
            isinstance(a, AttemptRecord)
            and a.compartment == number
            and a.state is AttemptState.OPENED
            for a in attempts
        )

    def ended(self) -> None:
        """See Promise."""
        centre = self.life.centre
        asked = centre.to_look_at()
        for number, papers in self.life.deposits().items():
            if number not in asked and not any(centre.where(p) == number for p in papers):
                raise self.broken(f"the centre does not know that {papers} lie in box {number}")


class RecordsAreTheReplay(Promise):
    """What the records say at a boot and at the end is what all events say."""

    def booted(self, machine: Machine) -> None:
        """See Promise."""
        self._judge(machine)

    def ended(self) -> None:
        """See Promise."""
        if self.life.machine is not None:
            self._judge(self.life.machine)

    def _judge(self, machine: Machine) -> None:
        held, replayed = machine.engine.state.records(), machine.disk.replay()
        for key in held.keys() | replayed.keys():
            if held.get(key) != replayed.get(key):
                raise self.broken(f"{key}: {held.get(key)} is held, {replayed.get(key)} replayed")


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


class NobodyIsStuck(Promise):
    """Whoever stands at the glass has a way on: what is due is done, and every visit ends."""

    def stepped(self, machine: Machine) -> None:
        """See Promise."""
        engine = machine.engine
        due_s = engine.next_due_s()
        if due_s is not None and due_s <= engine.memory.turned_at_s - EPS_S:
            raise self.broken("something was due and is not done")
        visit = engine.docket_for_reading().visit
        untouched_s = engine.memory.turned_at_s - engine.memory.visit_touched_s
        if visit is not None and untouched_s > UNTOUCHED_S:
            raise self.broken(f"visit {visit.visit} does not end though nobody is there")


ALL: tuple[type[Promise], ...] = (
    OneConsignmentABox,
    TrueContent,
    JournaledIntent,
    OnePulseAnAttempt,
    ThreeAttemptsAVisit,
    OpenedByAnEdge,
    EachEventOnce,
    GrantUsedOnce,
    DepositFindable,
    RecordsAreTheReplay,
    CoilsRest,
    NobodyIsStuck,
)


class Promises:
    """All promises, told everything."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self.all = tuple(kind(life) for kind in ALL)
        for promise in self.all:
            promise.forget()

    def committed(self, events: Sequence[Event], entries: Sequence[Entry]) -> None:
        """A batch is durable."""
        self._life.wrote(events, entries)
        for event in events:
            for promise in self.all:
                promise.committed(event)
                promise.folded(event)

    def replaced(self, events: Iterable[Event]) -> None:
        """An older image of the disk is in the machine."""
        for promise in self.all:
            promise.forget()
        for event in events:
            for promise in self.all:
                promise.folded(event)

    def pulsed(self, door: Door) -> None:
        """The board received a pulse."""
        for promise in self.all:
            promise.pulsed(self._life.box_of(door))

    def heard_doors(self, doors: Mapping[int, DoorState], at_s: float) -> None:
        """The board worker told the core."""
        for promise in self.all:
            promise.heard_doors(doors, at_s)

    def booted(self, machine: Machine) -> None:
        """The machine came up."""
        for promise in self.all:
            promise.booted(machine)

    def stepped(self, machine: Machine) -> None:
        """The core took a message."""
        for promise in self.all:
            promise.stepped(machine)

    def notified(self, consignment: str) -> None:
        """A notice went out."""
        for promise in self.all:
            promise.notified(consignment)

    def ended(self) -> None:
        """The life is over."""
        for promise in self.all:
            promise.ended()


def boxes_of(state: State) -> list[CompartmentRecord]:
    """Give the books of all compartments."""
    found = (state.get(Table.COMPARTMENT, key) for key in state.keys(Table.COMPARTMENT))
    return [box for box in found if isinstance(box, CompartmentRecord)]


def _name(entry: Entry) -> str:
    return f"{entry.journal}/{entry.sequence} {entry.kind}"
