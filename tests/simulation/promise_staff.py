"""What is promised about those who open what is not theirs: two people, audits, recall, service."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from locker.contract import event as e
from locker.contract.event import Event
from locker.contract.vocabulary import Condition, Found, Purpose
from tests.simulation.promise import PUTS_IN, Promise

if TYPE_CHECKING:
    from tests.simulation.machine import Machine

ALONE, WITHIN_S = 3, 600.0
CLOCK_ERROR_S = 5.0


class SecondPerson(Promise):
    """Nobody alone opens a fourth box that may hold something, without its own grant, in 10 min."""

    def forget(self) -> None:
        """See Promise."""
        self.condition: dict[int, Condition] = {}
        self.minted: set[str] = set()
        self.opened_s: dict[int, float] = {}
        self.own_empty: tuple[str, int] | None = None

    def booted(self, machine: Machine) -> None:
        """See Promise."""
        if self.life.world.wall_error_s and self.life.world.synchronised:
            self.opened_s.clear()  # a wrong clock that is believed tells another time

    def folded(self, event: Event) -> None:
        """See Promise."""
        match event:
            case e.BooksEntered():
                self.condition[event.compartment] = event.condition
            case e.GrantPut(source=e.MINTED):
                self.minted.add(event.grant)
            case _:
                pass

    def committed(self, event: Event) -> None:
        """See Promise."""
        if not isinstance(event, e.VisitOpened):
            return
        box, now_s = event.compartment, self.life.world.now_s
        minted = event.purpose is Purpose.TAKE_OUT and event.grant in self.minted
        opener = (event.staff or "", box)
        free = self.condition.get(box) is Condition.FREE or self.own_empty == opener
        self.own_empty = opener if free else None
        if free or not (event.purpose is Purpose.MAINTAIN or minted):
            return
        others = {n for n, s in self.opened_s.items() if n != box and now_s - s < WITHIN_S}
        if len(others) >= ALONE and event.second in {None, event.staff}:
            raise self.broken(f"{event.staff} opens box {box} alone, after {sorted(others)}")
        self.opened_s[box] = now_s


class KeptItsTime(Promise):
    """Nothing is taken back while a code to collect it is good.

    Nobody can know better than the cabinet's clock, where that is believed and ahead. Outages make
    a code good for longer, never for less.
    """

    def forget(self) -> None:
        """See Promise."""
        self.codes: dict[str, e.GrantPut] = {}

    def folded(self, event: Event) -> None:
        """See Promise."""
        match event:
            case e.GrantPut(purpose=Purpose.COLLECT):
                self.codes[event.grant] = event
            case e.GrantUsed() | e.GrantRevoked():
                self.codes.pop(event.grant, None)
            case _:
                pass

    def committed(self, event: Event) -> None:
        """See Promise."""
        machine, now = self.life.machine, self.life.world.true_wall
        if not isinstance(event, e.VisitOpened) or event.purpose is not Purpose.RECALL:
            return
        if machine is None or machine.moment().surely > now + CLOCK_ERROR_S:
            return
        for code in self.codes.values():
            if code.consignment == event.consignment and code.expires_at > now + CLOCK_ERROR_S:
                raise self.broken(f"{event.consignment} is taken back, and {code.grant} is good")


class OutOfServiceStaysShut(Promise):
    """A box that is out of service is opened by staff only, and nothing is put into it."""

    def forget(self) -> None:
        """See Promise."""
        self.out: set[int] = set()

    def folded(self, event: Event) -> None:
        """See Promise."""
        if isinstance(event, e.BooksEntered):
            self.out.discard(event.compartment)
            if event.condition is Condition.OUT_OF_SERVICE:
                self.out.add(event.compartment)

    def committed(self, event: Event) -> None:
        """See Promise."""
        if isinstance(event, e.VisitOpened) and event.compartment in self.out:
            resident = event.purpose is Purpose.COLLECT
            if resident or event.purpose in PUTS_IN:
                raise self.broken(f"{event.purpose} opens box {event.compartment}, out of service")


class AuditIsTrue(Promise):
    """What an audit enters was in the box, and its report counts what it found."""

    def forget(self) -> None:
        """See Promise."""
        self.books: dict[int, Condition] = {}
        self.before: dict[int, Condition] = {}
        self.found: Counter[str] = Counter()

    def folded(self, event: Event) -> None:
        """See Promise."""
        match event:
            case e.BooksEntered():
                self.books[event.compartment] = event.condition
            case e.VisitOpened():
                self.before[event.compartment] = self.books.get(event.compartment, Condition.FREE)
            case e.AuditStarted():
                self.found = Counter()
            case e.AuditFound():
                self.found[self._counts_as(event)] += 1
                self.found["checked"] += event.found is not Found.SKIPPED
            case _:
                pass

    def committed(self, event: Event) -> None:
        """See Promise."""
        if isinstance(event, e.AuditFound):
            self._judge_box(event)
        elif isinstance(event, e.AuditEnded):
            told = (event.checked, event.missing, event.unexpected)
            found = tuple(self.found[name] for name in ("checked", "missing", "unexpected"))
            if told != found:
                raise self.broken(f"the audit tells {told} and found {found}")

    def _judge_box(self, found: e.AuditFound) -> None:
        if found.found is Found.SKIPPED or found.compartment in self.life.excused:
            return
        held = self.life.content(found.compartment)
        if bool(held) is not (found.found is Found.HOLDS):
            raise self.broken(f"box {found.compartment} is {found.found}, and holds {held}")

    def _counts_as(self, found: e.AuditFound) -> str:
        said = self.before.get(found.compartment, Condition.FREE)
        other = found.label is not None and found.label != found.consignment
        if found.found is Found.EMPTY and said is Condition.OCCUPIED:
            return "missing"
        if found.found is Found.HOLDS and (said is Condition.FREE or other):
            return "unexpected"
        return "as said"
