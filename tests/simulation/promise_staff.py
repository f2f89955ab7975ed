"""What is promised about those who open what is not theirs: two people, audits, recall, service."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from locker.contract import event as e
from locker.contract.event import Event
from locker.contract.vocabulary import Condition, Found, Purpose
from tests.simulation.promise import PUTS_IN, Promise
from tests.simulation.world import KEPT_DAYS

if TYPE_CHECKING:
    from tests.simulation.machine import Machine

ALONE, WITHIN_S = 3, 600.0
DAY_S = 86_400.0


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
    """Nothing is taken back before its keeping time is over, whatever the clock says."""

    def forget(self) -> None:
        """See Promise."""
        self.loaded_s: dict[str, float] = {}
        self.wrong_s = -1e9

    def stepped(self, machine: Machine) -> None:
        """See Promise."""
        world = self.life.world
        if world.wall_error_s and world.synchronised:
            self.wrong_s = world.now_s  # believed, and wrong: nobody can know the time

    def committed(self, event: Event) -> None:
        """See Promise."""
        now_s = self.life.world.now_s
        if isinstance(event, e.ConsignmentMoved) and event.how == "loaded":
            self.loaded_s[event.consignment] = now_s
        if not isinstance(event, e.VisitOpened) or event.purpose is not Purpose.RECALL:
            return
        since_s = self.loaded_s.get(event.consignment)
        if since_s is None or self.wrong_s >= since_s:
            return
        if now_s - since_s < KEPT_DAYS * DAY_S:
            raise self.broken(f"{event.consignment} is taken back after {now_s - since_s:.0f} s")


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
