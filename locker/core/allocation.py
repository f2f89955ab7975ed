"""Which free compartment a person is given.

Only a compartment that the books call free is offered, whose board answers, whose contact is
believed and whose door does not read open. Papers go where everybody can reach; low doors are
kept for who needs them.
"""

from __future__ import annotations

from locker.contract.vocabulary import Condition, DoorState, Purpose
from locker.core import contact
from locker.core.coil import is_rested
from locker.core.docket import Docket
from locker.core.place import Place

LOW_DOORS_KEPT = 2


def allocate(docket: Docket, purpose: Purpose, *, size: str, low_door: bool) -> int | None:
    """Give the number of the best free compartment, or None when none may be given."""
    free = [place for place in free_places(docket) if is_rested(docket, place.number)]
    if purpose is Purpose.LOAD:
        free = _leave_for_drop_offs(docket, free)
    sizes = docket.settings.sizes
    wanted = sizes.index(size) if size in sizes else 0
    fitting = [place for place in free if sizes.index(place.size) >= wanted]
    if low_door:
        fitting = [place for place in fitting if place.low] or [
            place for place in fitting if not place.top_row
        ]
    best = min(fitting, key=lambda place: _rank(place, sizes, low_door=low_door), default=None)
    return None if best is None else best.number


def free_places(docket: Docket) -> list[Place]:
    """Give the places that may be offered now."""
    return [
        place
        for place in docket.places
        if docket.box(place.number).condition is Condition.FREE
        and docket.door(place.number) is DoorState.CLOSED
        and contact.is_believed(docket, place.number)
    ]


def _leave_for_drop_offs(docket: Docket, free: list[Place]) -> list[Place]:
    if len(free) <= docket.settings.keep_for_drop_off:
        return []
    low = [place for place in free if place.low]
    kept = {place.number for place in low[:LOW_DOORS_KEPT]}
    return [place for place in free if place.number not in kept]


def _rank(place: Place, sizes: tuple[str, ...], *, low_door: bool) -> tuple[bool, int, bool, int]:
    """Easy handles first, then the smallest box that fits; low doors last unless asked for."""
    return (not place.easy, sizes.index(place.size), place.low and not low_door, place.order)
