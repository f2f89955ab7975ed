"""What a person found at the open door: another box instead, or something that is not theirs.

It is carried out when the door has been seen shut, for a box that stands open is not left.
"""

from __future__ import annotations

from dataclasses import replace

from locker.contract import event as e
from locker.contract.vocabulary import Choice, Condition, VisitOutcome, VisitPhase
from locker.core import judge
from locker.core import visit as visits
from locker.core.docket import Docket
from locker.core.memory import Wish
from locker.core.settlement import end_visit, put_again
from locker.core.state import GrantRecord, VisitRecord


def carry_out(docket: Docket) -> None:
    """Do what the person wishes, if the door of their visit is shut."""
    wish, visit = docket.memory.wish, docket.visit
    if wish is None:
        return
    if visit is None or visit.visit != wish.visit:
        docket.remember(wish=None)
        return
    if visits.phase(docket.draft, visit, docket.door(visit.compartment)) is not VisitPhase.ASK:
        return
    docket.remember(wish=None)
    held = docket.box(visit.compartment).consignment
    end_visit(docket, visit, VisitOutcome.NOTHING)
    if wish.choice is Choice.NOT_MINE or wish.choice is Choice.OTHER_BOX:
        # Nobody is offered this box until staff have looked, and they are called to look.
        keeps = held if wish.choice is Choice.NOT_MINE else None
        docket.emit(
            e.BooksEntered(visit.compartment, Condition.WITHHELD, keeps, wish.choice),
            e.HelpCalled(wish.choice, visit.visit),
        )
    if wish.choice is not Choice.NOT_MINE:
        _open_another(docket, visit, wish)


def _open_another(docket: Docket, visit: VisitRecord, wish: Wish) -> None:
    """Give the same permission another compartment."""
    grant = docket.draft.must(GrantRecord, visit.grant)
    sizes = docket.settings.sizes
    if wish.choice is Choice.LARGER:
        here = next(place for place in docket.places if place.number == visit.compartment)
        grant = replace(grant, size=sizes[min(sizes.index(here.size) + 1, len(sizes) - 1)])
    if wish.choice is Choice.LOWER:
        grant = replace(grant, low_door=True)
    put_again(docket, grant)
    again = docket.draft.must(GrantRecord, visit.grant)
    judge.use(docket, again, visit.credential, staff=visit.staff)
