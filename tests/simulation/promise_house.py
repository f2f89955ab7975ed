"""What is promised about events, permissions, and people who wait."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from locker.contract import event as e
from locker.contract.chain import Entry
from locker.contract.event import Event
from locker.contract.vocabulary import GrantState
from locker.core.state import GrantRecord, Table
from tests.simulation.promise import PUTS_IN, Promise

if TYPE_CHECKING:
    from tests.simulation.machine import Machine

UNTOUCHED_S = 400.0
"""More than any visit waits for a touch."""


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
        if odd := [row for row in self.life.centre.stored() if row[3] == "unprojected"]:
            raise self.broken(f"the books of the centre could not follow: {odd[:3]}")
        if foreign := sorted(stored.keys() - self.life.written):
            raise self.broken(f"at the centre, and never written: {foreign[:3]}")


class GrantUsedOnce(Promise):
    """No grant is both used and live: a door that was opened by it has spent it.

    But for one that puts in: where it was given back and a later visit holds it, at another empty
    box, a late opening of the first box spends nothing. Use names the visit.
    """

    def forget(self) -> None:
        """See Promise."""
        self.visit_of: dict[str, str] = {}
        self.grant_of: dict[str, str] = {}
        self.held_by: dict[str, str] = {}
        self.puts_in: set[str] = set()
        self.spent: set[str] = set()

    def folded(self, event: Event) -> None:
        """See Promise."""
        match event:
            case e.VisitOpened():
                self.grant_of[event.visit] = event.grant
                if event.purpose in PUTS_IN:
                    self.puts_in.add(event.visit)
            case e.GrantReserved():
                self.held_by[event.grant] = event.visit
            case e.GrantReleased():
                self.held_by.pop(event.grant, None)
            case e.AttemptCommitted():
                self.visit_of[event.attempt] = event.visit
            case e.AttemptOpened():
                visit = self.visit_of.get(event.attempt, "")
                grant = self.grant_of.get(visit, "")
                if visit not in self.puts_in or self.held_by.get(grant, visit) == visit:
                    self.spent.add(grant)
            case e.GrantUsed():
                self.spent.add(event.grant)
            case e.GrantPut(source=e.AGAIN):
                self.spent.discard(event.grant)
                self.held_by.pop(event.grant, None)
            case _:
                pass

    def changed(self, machine: Machine) -> None:
        """See Promise."""
        for grant in self.spent:
            held = machine.engine.state.get(Table.GRANT, grant)
            if isinstance(held, GrantRecord) and held.state is GrantState.LIVE:
                raise self.broken(f"{grant} has opened a door and is live")

    def ended(self) -> None:
        """See Promise."""
        if both := sorted(self.spent & self.life.centre.live_grants()):
            raise self.broken(f"used at the cabinet, live at the centre: {both[:3]}")


class NobodyIsStuck(Promise):
    """Whoever stands at the glass has a way on: what is due is done, and every visit ends."""

    def stepped(self, machine: Machine) -> None:
        """See Promise."""
        engine = machine.engine
        visit = engine.docket_for_reading().visit
        untouched_s = engine.memory.turned_at_s - engine.memory.visit_touched_s
        if visit is not None and untouched_s > UNTOUCHED_S:
            raise self.broken(f"visit {visit.visit} does not end though nobody is there")


def _name(entry: Entry) -> str:
    return f"{entry.journal}/{entry.sequence} {entry.kind}"
