"""What the glass shows: the slices of `contract.kiosk`, computed from the core's state. Pure.

It asks the core's own rules what is allowed, and decides nothing. A countdown is kept as the
second at which it ends, so that a slice changes when something changed and not as time passes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from locker.contract.kiosk import (
    Face,
    HelpCall,
    Invitation,
    Keypad,
    Offer,
    Refusal,
    Service,
    Visit,
    Workings,
)
from locker.contract.vocabulary import (
    Choice,
    Condition,
    DoorState,
    Health,
    VisitPhase,
)
from locker.core import coil, contact
from locker.core import visit as visits
from locker.core.allocation import free_places
from locker.core.docket import Docket
from locker.core.staff_round import in_walking_order
from locker.core.state import GrantRecord, VisitRecord
from locker.core.walk_in import may_walk_in

_OUT_OF_ORDER = frozenset({Condition.JAMMED, Condition.OUT_OF_SERVICE})
_NO_HURRY = frozenset({VisitPhase.OPENING, VisitPhase.OPEN, VisitPhase.DONE, VisitPhase.JAMMED})


@dataclass(frozen=True, slots=True)
class Shown:
    """One slice as JSON.

    `until` names the fields that count down to a monotonic second, `since` those that count up.
    """

    value: Any
    until: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    since: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def at(self, now_s: float) -> Any:
        """Give the slice with its counters as they are now."""
        if not self.until and not self.since:
            return self.value
        left = {name: round(max(0.0, at_s - now_s), 1) for name, at_s in self.until.items()}
        gone = {name: round(max(0.0, now_s - at_s), 1) for name, at_s in self.since.items()}
        return {**self.value, **left, **gone}


@dataclass(frozen=True, slots=True)
class Around:
    """What the glass shows beside the core's state. `workings`: for a technician, when asked."""

    qr: str | None = None
    checking: bool = False
    scanner_fitted: bool = True
    reads_cards: bool = False
    ahead_s: float = 0.0
    workings: Callable[[], Workings | None] = lambda: None


def face_slice(face: Face) -> Shown:
    """Who and where; it never changes while the daemon runs."""
    return shown(face)


def slices(docket: Docket, around: Around) -> dict[str, Shown]:
    """Give the slices that any input may change; `staff_view` is apart, it looks at all grants."""
    return {
        "service": shown(_service(docket, around)),
        "invitation": shown(Invitation(qr=around.qr, word=docket.memory.word)),
        "visit": _visit(docket),
        "offer": _offer(docket),
        "help": shown(HelpCall(answer=docket.memory.help_answer)),
        "keypad": _keypad(docket, around),
        "refusal": _refusal(docket),
        "open_doors": Shown(_open_doors(docket)),
    }


def _service(docket: Docket, around: Around) -> Service:
    memory = docket.memory
    scanner = memory.health.get("scanner", Health.STARTING)
    board = memory.health.get("board", Health.STARTING)
    can_open = memory.recording and board is Health.OK
    free = len(free_places(docket))
    return Service(
        board=board,
        scanner=scanner if around.scanner_fitted else Health.NOT_FITTED,
        centre=memory.health.get("centre", Health.STARTING),
        recording=memory.recording,
        board_since=memory.health_since.get("board"),
        centre_since=memory.health_since.get("centre"),
        free=free,
        out_of_order=sum(box.condition in _OUT_OF_ORDER for box in in_walking_order(docket)),
        silent=tuple(sorted(memory.silent)),
        walk_in=can_open and may_walk_in(docket, free),
        full=can_open and free <= docket.settings.walk_in_keep_free,
        reads_cards=around.reads_cards and memory.health.get("card_reader") is not Health.DOWN,
        ahead_s=around.ahead_s,
    )


def _visit(docket: Docket) -> Shown:
    memory, settings = docket.memory, docket.settings
    visit = docket.draft.find(VisitRecord, memory.visit) if memory.visit else None
    if visit is None:
        return Shown(None)
    grant = docket.draft.find(GrantRecord, visit.grant)
    door = docket.door(visit.compartment)
    phase = visits.phase(docket.draft, visit, door)
    choices = visits.choices_now(docket, visit)
    shown = Visit(
        visit=visit.visit,
        purpose=visit.purpose,
        phase=phase,
        compartment=visit.compartment,
        choices=choices,
        attempt=max(1, visit.attempts),
        door_open=door is DoorState.OPEN,
        reference=grant.reference if grant else "",
        outcome=visit.outcome,
        failure=visits.failure(docket.draft, visit, phase) or "",
        wish=memory.wish.choice if memory.wish and memory.wish.visit == visit.visit else None,
    )
    until = {}
    rested_at_s = coil.rested_at_s(memory, settings, visit.compartment)
    if Choice.REOPEN in choices and rested_at_s > docket.now.mono_s:
        until["rest_s"] = rested_at_s
    if phase not in _NO_HURRY:
        until["hurry_s"] = memory.visit_touched_s + visits.patience_s(settings, phase)
    since_s = memory.open_since_s.get(visit.compartment) if phase is VisitPhase.OPEN else None
    since = {} if since_s is None else {"open_for_s": since_s}
    return Shown(shown.model_dump(mode="json"), until, since)


def _offer(docket: Docket) -> Shown:
    offer = docket.memory.offer
    if offer is None:
        return Shown(None)
    return shown(Offer(number=offer.ask.number, code=offer.ask.code, slip=offer.slip))


def _keypad(docket: Docket, around: Around) -> Shown:
    asked = docket.memory.last_four
    value = Keypad(
        wrong_in_a_row=docket.draft.ledger.wrong_codes,
        checking=around.checking,
        last_four=None if asked is None else asked.grant.last_four,
        card=bool(docket.memory.card_until_s),
    ).model_dump(mode="json")
    ends_s = docket.memory.keypad_until_s
    return Shown(value, {"pause_s": ends_s} if ends_s > docket.now.mono_s else {})


def _refusal(docket: Docket) -> Shown:
    refused = docket.memory.refused
    if refused is None:
        return Shown(None)
    return shown(Refusal(n=refused.n, failure=refused.failure.value, values=dict(refused.values)))


def _open_doors(docket: Docket) -> list[int]:
    visit = docket.visit
    own = visit.compartment if visit is not None else None
    return [
        place.number
        for place in docket.places
        if place.number != own
        and docket.door(place.number) is DoorState.OPEN
        and contact.is_believed(docket, place.number)
    ]


def shown(value: BaseModel) -> Shown:
    """Make a slice of a message that does not count."""
    return Shown(value.model_dump(mode="json"))
