"""What the door contacts say, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from locker.contract import event as e
from locker.contract.number_text import runs
from locker.contract.vocabulary import AttemptState, Contact, DoorState, Health
from locker.core import attempt as attempts
from locker.core import contact, open_door
from locker.core.docket import Docket
from locker.core.memory import DoorReading, Memory
from locker.core.settlement import settle_late_shut
from locker.core.state import AttemptRecord, VisitRecord


def read(docket: Docket, doors: Mapping[int, DoorState], at_s: float) -> None:
    """Take one board's reading. States other than open and shut are no valid reading."""
    known = docket.memory.doors
    valid = {n: state for n, state in doors.items() if state is not DoorState.UNKNOWN}
    docket.remember(doors={**known, **{n: DoorReading(s, at_s) for n, s in valid.items()}})
    for compartment, state in valid.items():
        before = known.get(compartment)
        attempts.saw_reading(docket, compartment, state, at_s)
        if before is not None and before.state is state:
            continue
        open_door.note(docket, compartment, state, at_s)
        if before is not None:
            contact.note_change(docket, compartment, at_s)
        if contact.of(docket, compartment) is not Contact.FLICKERING:
            _moved(docket, compartment, state, before=before, at_s=at_s)


PART_S = 3.0
"""So much longer than others a door may be unread: a cable takes all of them, a little apart."""


def judge_board(docket: Docket) -> None:
    """Say whether the boards answer: doors read within the last two seconds.

    The cabinet is down where no door can be read; where some can, it serves with those.
    """
    fresh = [docket.is_fresh(place.number) for place in docket.places]
    before = docket.memory.health.get("board")
    if all(fresh) or before is not None or _waited_long(docket):
        docket.remember(ready=True)
        note_health(docket, "board", ok=any(fresh))
    if docket.memory.health.get("board") is Health.OK:
        if before is not Health.OK:
            docket.remember(board_at_s=docket.now.mono_s)
        _judge_part(docket, whole=all(fresh))


def _judge_part(docket: Docket, *, whole: bool) -> None:
    """Say which doors cannot be read though others can, and when all can be again."""
    memory = docket.memory
    least_s = docket.now.mono_s - docket.settings.board_fresh_s - PART_S
    silent = frozenset(
        place.number for place in docket.places if _last_heard_s(memory, place.number) <= least_s
    )
    long_back = whole and "doors" in docket.draft.ledger.down_since
    if silent != memory.silent or (long_back and not memory.silent):
        docket.remember(silent=silent)
        docket.emit(e.ServiceChanged("doors", not silent, None, runs(silent)))


def _last_heard_s(memory: Memory, compartment: int) -> float:
    reading = memory.doors.get(compartment)
    return max(memory.board_at_s, 0.0 if reading is None else reading.at_s)


def due_s(docket: Docket) -> Iterator[float]:
    """Give the seconds at which doors will be unread for too long, or the first wait is over."""
    memory, fresh_s = docket.memory, docket.settings.board_fresh_s
    if memory.health.get("board") is Health.OK:
        for place in docket.places:
            if (reading := memory.doors.get(place.number)) is not None:
                yield reading.at_s + fresh_s
            yield _last_heard_s(memory, place.number) + fresh_s + PART_S
    elif memory.started_at_s is not None and not memory.ready:
        yield memory.started_at_s + fresh_s


def note_health(docket: Docket, what: str, *, ok: bool, detail: str = "") -> None:
    """Journal a part's going and coming back, once each, and what is said of one that works."""
    now = Health.OK if ok else Health.DOWN
    before = docket.memory.health.get(what)
    if before is now:
        if ok and detail:
            docket.emit(e.ServiceChanged(what, ok, None, detail))
        return
    docket.remember(
        health={**docket.memory.health, what: now},
        health_since={**docket.memory.health_since, what: docket.now.wall},
    )
    was_down = what in docket.draft.ledger.down_since
    if not ok or was_down or before is not None:
        docket.emit(e.ServiceChanged(what, ok, None, detail))


def _waited_long(docket: Docket) -> bool:
    started_s = docket.memory.started_at_s
    return started_s is not None and docket.now.mono_s >= started_s + docket.settings.board_fresh_s


def _moved(
    docket: Docket,
    compartment: int,
    state: DoorState,
    *,
    before: DoorReading | None,
    at_s: float,
) -> None:
    attempt = _latest(docket, compartment)
    visit = docket.draft.find(VisitRecord, attempt.visit) if attempt else None
    if before is not None or state is DoorState.OPEN:
        ours = visit is not None and (visit.outcome is None or not visit.shut)
        docket.emit(e.DoorSeen(compartment, state, visit.visit if visit and ours else None))
    if state is DoorState.CLOSED:
        contact.note_shut(docket, compartment, at_s)
        if attempt is not None and attempt.state is AttemptState.OPENED:
            attempts.saw_shut(docket, attempt, at_start=before is None)
            if docket.visit is not None and docket.visit.visit == attempt.visit:
                docket.touch()
        if attempt is not None:
            settle_late_shut(docket, attempt)
        return
    if attempt is not None and _is_late_opening(docket, attempt, before, at_s):
        attempts.saw_late_edge(docket, attempt, None if before is None else at_s)
    elif before is not None and not _is_explained(attempt, visit):
        docket.emit(e.DoorOpenedUnasked(compartment))
        contact.note_unasked(docket, compartment, at_s)


def _is_late_opening(
    docket: Docket, attempt: AttemptRecord, before: DoorReading | None, at_s: float
) -> bool:
    """An open edge within 60 s of the last pulse, with no newer attempt.

    The edge may span a restart: shut before the pulse, open at the first reading after it.
    """
    if attempt.state not in attempts.GIVEN_UP:
        return False
    if before is None and attempt.door_before is not DoorState.CLOSED:
        return False
    since_s = attempts.since_pulse_s(docket, attempt, at_s)
    return since_s is not None and since_s <= docket.settings.late_s


def _is_explained(attempt: AttemptRecord | None, visit: VisitRecord | None) -> bool:
    """A door that moves within a live visit is no alarm: the bolt may bounce, or be pulled."""
    if attempt is None or visit is None:
        return False
    if attempt.state in attempts.PENDING or attempt.state is AttemptState.OPENED:
        return True
    return visit.outcome is None and attempt.state is AttemptState.COMPLETED


def _latest(docket: Docket, compartment: int) -> AttemptRecord | None:
    """Give the newest attempt at this compartment; earlier visits' are forgotten by then."""
    at_door = [a for a in docket.draft.all(AttemptRecord) if a.compartment == compartment]
    return max(at_door, key=lambda attempt: attempt.number, default=None)
