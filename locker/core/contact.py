"""Whether a door contact is believed: judged from its history, never from one reading.

A contact that is not believed takes its box out of allocation and proves nothing: no edge of a
flickering one opens an attempt, and no shut reading of a stuck one fails it, so that people are
asked to look and never told what only the contact says.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from locker.contract import event as e
from locker.contract.vocabulary import Condition, Contact, DoorState
from locker.core.docket import Docket
from locker.core.state import CompartmentRecord, ContactRecord


class Doubt(StrEnum):
    """What speaks against a contact."""

    SAID_OPEN = "a person saw it open while it read shut"
    SAID_SHUT = "a person saw it shut while it read open"
    OPEN_THROUGHOUT = "read open before a pulse and until its deadline"
    BLIP = "opened unasked for less than a second"
    CHANGES = "changed more often than a hand can move a door"


LIMITS: Mapping[Doubt, tuple[int, Contact]] = MappingProxyType(
    {
        Doubt.SAID_OPEN: (2, Contact.STUCK_SHUT),
        Doubt.SAID_SHUT: (2, Contact.STUCK_OPEN),
        Doubt.OPEN_THROUGHOUT: (2, Contact.STUCK_OPEN),
        Doubt.BLIP: (3, Contact.FLICKERING),
        Doubt.CHANGES: (1, Contact.FLICKERING),
    }
)
"""How often each may happen, with no clean cycle between, until the contact is not believed."""

CHANGES_LIMIT = 12
CHANGES_WITHIN_S = 60.0
CHANGES_A_PULSE = 2
BLIP_S = 1.0
"""A door that springs open stays open longer; a loose wire does not."""
REASON = "contact"
"""Before the contact's state, the reason in the books of a box that is out of service for it."""


def of(docket: Docket, compartment: int) -> Contact:
    """Give what is thought of a door's contact."""
    found = docket.draft.find(ContactRecord, str(compartment))
    return Contact.TRUSTED if found is None else found.contact


def is_believed(docket: Docket, compartment: int) -> bool:
    """Whether the contact's word counts."""
    return of(docket, compartment) is Contact.TRUSTED


def doubt(docket: Docket, compartment: int, why: Doubt) -> None:
    """Hold something against a contact; enough of it, and it is not believed any more."""
    if not is_believed(docket, compartment):
        return
    docket.emit(e.ContactDoubted(compartment, why.name.lower()))
    count, verdict = LIMITS[why]
    held = docket.draft.must(ContactRecord, str(compartment))
    if held.doubts.get(why.name.lower(), 0) < count:
        return
    docket.emit(e.ContactJudged(compartment, verdict, why.name.lower()))
    box = docket.box(compartment)
    if box.condition is Condition.FREE:
        docket.emit(e.BooksEntered(compartment, Condition.OUT_OF_SERVICE, None, reason(verdict)))


def reason(contact: Contact) -> str:
    """Give the reason in the books for a box that is out of service for its contact."""
    return f"{REASON}_{contact.value}"


def note_change(docket: Docket, compartment: int, at_s: float) -> None:
    """Count a change of state; doors flap less often than broken wires.

    What our own pulses explain is no flapping: each springs a door open that somebody shuts.
    """
    memory, since_s = docket.memory, at_s - CHANGES_WITHIN_S
    recent = (*(t for t in memory.changes_at_s.get(compartment, ()) if t > since_s), at_s)
    docket.remember(changes_at_s={**memory.changes_at_s, compartment: recent})
    pulses = sum(t > since_s for t in memory.coil_at_s.get(compartment, ()))
    if len(recent) - CHANGES_A_PULSE * pulses >= CHANGES_LIMIT:
        doubt(docket, compartment, Doubt.CHANGES)


def note_unasked(docket: Docket, compartment: int, at_s: float) -> None:
    """Begin to watch whether a door that opened by itself stays open."""
    unasked = {**docket.memory.unasked_at_s, compartment: at_s}
    docket.remember(unasked_at_s=unasked)


def note_shut(docket: Docket, compartment: int, at_s: float) -> None:
    """A door that opened by itself is shut again: at once, it was the contact."""
    opened_at_s = docket.memory.unasked_at_s.get(compartment)
    if opened_at_s is None:
        return
    _forget_unasked(docket, compartment)
    if at_s - opened_at_s < BLIP_S:
        doubt(docket, compartment, Doubt.BLIP)
    else:
        _withhold(docket, compartment)


def settle_unasked(docket: Docket) -> None:
    """Withhold free boxes whose doors opened by themselves and stayed so: nobody knows why."""
    for compartment, opened_at_s in list(docket.memory.unasked_at_s.items()):
        if docket.now.mono_s < opened_at_s + BLIP_S or not docket.is_fresh(compartment):
            continue
        if docket.door(compartment) is DoorState.OPEN:
            _forget_unasked(docket, compartment)
            _withhold(docket, compartment)


def unasked_due_s(docket: Docket) -> list[float]:
    """Give the monotonic seconds at which `settle_unasked` will matter."""
    return [at_s + BLIP_S for at_s in docket.memory.unasked_at_s.values()]


def _withhold(docket: Docket, compartment: int) -> None:
    if docket.box(compartment).condition is Condition.FREE:
        docket.emit(e.BooksEntered(compartment, Condition.WITHHELD, None, e.DoorOpenedUnasked.kind))


def _forget_unasked(docket: Docket, compartment: int) -> None:
    left = {n: at_s for n, at_s in docket.memory.unasked_at_s.items() if n != compartment}
    docket.remember(unasked_at_s=left)


def after_freed(docket: Docket, box: CompartmentRecord) -> tuple[Condition, str] | None:
    """Give what to enter in place of "free" for a box whose contact is not believed."""
    contact = of(docket, box.number)
    if contact is Contact.TRUSTED:
        return None
    return Condition.OUT_OF_SERVICE, reason(contact)
