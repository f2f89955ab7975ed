"""What is promised about boxes, what lies in them, and the books that say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locker.contract import event as e
from locker.contract.event import Event
from locker.contract.vocabulary import AttemptState, Condition, DoorState
from locker.core.staff_round import boxes_to_look_at, take_out_boxes
from locker.core.state import AttemptRecord, CompartmentRecord, State, Table, VisitRecord
from tests.simulation.promise import PUTS_IN, Promise

if TYPE_CHECKING:
    from tests.simulation.machine import Machine

_HOLDS = frozenset({Condition.RESERVED, Condition.OCCUPIED})


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


class TrueContent(Promise):
    """No box is offered, and no notice sent, against the box's true content."""

    def changed(self, machine: Machine) -> None:
        """See Promise."""
        for box in boxes_of(machine.engine.state):
            held = self.life.content(box.number)
            if box.condition is Condition.FREE and held and box.number not in self.life.excused:
                raise self.broken(f"box {box.number} is offered and holds {', '.join(held)}")

    def notified(self, consignment: str) -> None:
        """See Promise."""
        if consignment not in self.life.excused and not self.life.lies_at(consignment):
            raise self.broken(f"told that {consignment} is there, and it is in no box")


class DepositFindable(Promise):
    """Papers that lie in a box are found by staff: in their list, or in a box to look into."""

    def changed(self, machine: Machine) -> None:
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


def boxes_of(state: State) -> list[CompartmentRecord]:
    """Give the books of all compartments."""
    found = (state.get(Table.COMPARTMENT, key) for key in state.keys(Table.COMPARTMENT))
    return [box for box in found if isinstance(box, CompartmentRecord)]
