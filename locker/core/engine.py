"""The core: a plain function of what the cabinet holds, what happened and when.

`Engine.handle` changes nothing: it gives a `Turn`. The daemon commits the turn's events and
record changes in one transaction, then calls `adopt`, then carries out the effects. A turn whose
commit failed is simply not adopted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from locker.contract import event as e
from locker.contract.event import Event
from locker.contract.vocabulary import (
    AttemptState,
    Condition,
    Health,
    Purpose,
    VisitOutcome,
    VisitPhase,
)
from locker.core import attempt as attempts
from locker.core import (
    audit,
    card,
    coil,
    contact,
    door,
    flood,
    judge,
    keypad,
    news,
    open_door,
    staff,
    staff_round,
    technician,
    two_people,
    unsure,
    walk_in,
    wall_clock,
    wish,
)
from locker.core import input as i
from locker.core import visit as visits
from locker.core.docket import Docket
from locker.core.effect import Effect, WatchDoors
from locker.core.input import Input, Settings
from locker.core.memory import DoorWanted, Memory
from locker.core.moment import Moment
from locker.core.place import Place
from locker.core.settlement import end_visit
from locker.core.state import (
    AttemptRecord,
    Changes,
    CompartmentRecord,
    State,
    VisitRecord,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one input leads to. Without events there is nothing to commit; adopt it all the same."""

    events: tuple[Event, ...]
    changes: Changes
    effects: tuple[Effect, ...]
    memory: Memory


class Engine:
    """The single writer's mind. `state` and `memory` may be read between turns, by the view."""

    def __init__(self, places: tuple[Place, ...], state: State, settings: Settings) -> None:
        self.places = places
        self.state = state
        self.settings = settings
        self.memory = Memory()

    def docket(self, now: Moment) -> Docket:
        """Lay out a working paper; also how the view asks what would be allowed now."""
        return Docket(
            self.places, state=self.state, memory=self.memory, settings=self.settings, now=now
        )

    def handle(self, happened: Input, now: Moment) -> Turn:
        """Judge one input at one moment; nothing is changed."""
        docket = self.docket(now)
        wall_clock.follow(docket)
        _dispatch(docket, happened)
        _pass_time(docket)
        _watch(docket)
        return Turn(
            tuple(docket.events), docket.draft.changes, tuple(docket.effects), docket.memory
        )

    def adopt(self, turn: Turn) -> None:
        """Make a committed turn the state."""
        self.state.put(turn.changes)
        self.memory = turn.memory

    def next_due_s(self, *, readings: bool = True) -> float | None:
        """Give the monotonic second at which a Tick will matter next, or None.

        `readings`: whether it matters that the readings of the doors grow too old.
        """
        memory, settings = self.memory, self.settings
        due = [memory.keypad_until_s, memory.pin_until_s, memory.card_until_s]
        due.append(memory.word_until_s if memory.word else 0.0)
        due.extend(attempts.due_s(watch, settings) for watch in memory.watches.values())
        if memory.walk_in_at_s is not None:
            due.append(memory.walk_in_at_s + settings.walk_in_every_s)
        reading = self.docket_for_reading()
        if readings:
            due += door.due_s(reading)
        due += [*open_door.due_s(reading), *contact.unasked_due_s(reading)]
        if memory.offer is not None:
            due.append(memory.offer.until_s)
        if memory.visit is not None:
            due += _visit_due_s(reading)
        if memory.staff is not None:
            due.append(memory.staff.touched_at_s + staff.patience_s(settings, memory.staff))
        if memory.second is not None:
            due.append(memory.second.touched_at_s + settings.pin_s)
        if memory.last_four is not None:
            due.append(memory.last_four.until_s)
        if memory.refused is not None:
            due.append(memory.refused.at_s + settings.refusal_s)
        return min((at_s for at_s in due if at_s > memory.turned_at_s), default=None)

    def docket_for_reading(self) -> Docket:
        """Lay out a working paper at the moment of the last turn."""
        at_s = self.memory.turned_at_s
        return self.docket(Moment(at_s, 0.0, trusted=False, floor=0.0))


def _dispatch(docket: Docket, happened: Input) -> None:
    if isinstance(happened, i.Started):
        _start(docket, happened)
    elif isinstance(happened, i.HardwareInput):
        _from_hardware(docket, happened)
    elif isinstance(happened, i.CredentialInput):
        _from_credential(docket, happened)
    elif isinstance(happened, i.PersonInput):
        _from_person(docket, happened)
    elif isinstance(happened, i.TechnicianInput):
        _from_technician(docket, happened)
    else:
        _from_centre(docket, happened)


def _from_hardware(docket: Docket, happened: i.HardwareInput) -> None:
    match happened:
        case i.DoorsRead(doors=doors, at_s=at_s):
            door.read(docket, doors, at_s)
        case i.BoardSilent() | i.Tick():
            pass  # what follows from time follows every input
        case i.PulseDone():
            attempts.pulse_done(docket, happened)
        case i.PartChanged(what=what, ok=ok, detail=detail):
            door.note_health(docket, what, ok=ok, detail=detail)
        case i.SlipPrinted(number=number, slip=slip):
            walk_in.slip_printed(docket, number, slip)
        case i.RecordingChanged(ok=ok, off_s=off_s):
            docket.remember(recording=ok)
            if ok and off_s is not None:
                docket.emit(e.ServiceChanged("recording", ok=True, off_s=round(off_s, 3)))
        case i.CentreHeard(ok=ok):
            _centre(docket, ok=ok)
        case _ as never:
            assert_never(never)


def _from_credential(docket: Docket, happened: i.CredentialInput) -> None:
    asked, card_awaited = docket.memory.last_four, docket.memory.card_until_s > 0.0
    docket.remember(card_until_s=0.0, last_four=None)  # what was shown last counts
    match happened:
        case i.QrShown(claims=claims):
            if claims.purpose is Purpose.MAINTAIN:
                technician.arrived(docket, claims)
            else:
                judge.show_qr(docket, claims)
        case i.CodeTyped(digest=digest):
            keypad.typed(docket, digest)
        case i.CardShown() | i.CardTyped() | i.CardLeft():
            card.happened(docket, happened, awaited=card_awaited)
        case i.LastFourTyped(digest=digest):
            keypad.last_four_typed(docket, asked, digest)
        case i.LastFourLeft():
            pass
        case i.ShownRefused(failure=failure, credential=credential):
            docket.refuse(failure, credential)
        case i.BadgeShown(lookup=lookup):
            staff.badge_shown(docket, lookup)
        case i.PinTyped(lookup=lookup, digest=digest):
            if (wanted := staff.pin_typed(docket, lookup, digest)) is not None:
                _go_on(docket, wanted)
        case i.LabelShown(consignment=consignment):
            if not audit.label_shown(docket, consignment):
                staff.label_shown(docket, consignment)
        case _ as never:
            assert_never(never)


def _go_on(docket: Docket, wanted: DoorWanted) -> None:
    """Open what a second person has just vouched for."""
    if wanted.audit:
        audit.opened(docket)
    elif wanted.reason:
        technician.door_asked(docket, wanted.compartment, wanted.reason)
    else:
        staff_round.door_asked(docket, wanted.compartment)


def _from_person(docket: Docket, happened: i.PersonInput) -> None:
    presses = not isinstance(happened, i.PersonPresent | i.RefusalSeen)
    if presses and not docket.admits(flood.Stream.TOUCHES):
        return
    match happened:
        case i.StaffDoorAsked(compartment=compartment):
            staff_round.door_asked(docket, compartment)
        case i.RecallAsked(compartment=compartment):
            staff_round.recall_asked(docket, compartment)
        case i.ServiceAsked(compartment=compartment, in_service=in_service):
            staff_round.service_asked(docket, compartment, in_service=in_service)
        case i.AuditAsked() | i.AuditOpened() | i.AuditSkipped() | i.AuditStopped():
            _audit(docket, happened)
        case i.TechnicianDoorAsked(compartment=compartment, reason=reason):
            technician.door_asked(docket, compartment, reason)
        case i.GlassRestarted():
            technician.glass_restarted(docket)
        case i.StaffLeft():
            staff.leave(docket)
        case i.WalkInAsked():
            walk_in.asked(docket, happened)
        case i.WalkInNoted():
            walk_in.noted(docket)
        case i.WalkInDropped():
            walk_in.taken_back(docket)
        case i.Chosen(visit=visit, choice=choice):
            visits.chosen(docket, visit, choice)
        case i.PersonPresent(visit=visit):
            visits.present(docket, visit)
        case i.RefusalSeen():
            docket.remember(refused=None)
        case i.HelpAsked(page=page):
            if docket.admits(flood.Stream.HELP):
                docket.remember(help_answer=None)
                docket.emit(e.HelpCalled(page, docket.memory.visit))
        case _ as never:
            assert_never(never)


def _audit(docket: Docket, happened: i.AuditInput) -> None:
    match happened:
        case i.AuditAsked(everything=everything):
            audit.asked(docket, everything=everything)
        case i.AuditOpened():
            audit.opened(docket)
        case i.AuditSkipped():
            audit.skipped(docket)
        case i.AuditStopped():
            audit.stopped(docket)
        case _ as never:
            assert_never(never)


def _from_centre(docket: Docket, happened: i.CentreInput) -> None:
    match happened:
        case i.NewsCame():
            news.came(docket, happened)
        case i.PhoneArrived():
            news.phone_arrived(docket, happened)
        case i.HelpAnswered():
            news.help_answered(docket, happened)
        case i.OpenCommanded():
            news.commanded(docket, happened)
        case i.JournalForked():
            unsure.forked(docket, happened)
        case _ as never:
            assert_never(never)


def _from_technician(docket: Docket, happened: i.TechnicianInput) -> None:
    match happened:
        case i.TechnicianAsked():
            technician.asked(docket, happened)
        case i.TechnicianSawEmpty():
            technician.saw_empty(docket, happened)
        case _ as never:
            assert_never(never)


def _start(docket: Docket, started: i.Started) -> None:
    """Reconcile what the last run left; nothing is pulsed, nothing serves before doors are read."""
    docket.remember(started_at_s=docket.now.mono_s)
    docket.emit(e.BootStarted(started.boot, started.version))
    wall_clock.start(docket, started.last_alive)
    for place in docket.places:
        if docket.draft.find(CompartmentRecord, str(place.number)) is None:
            docket.emit(e.BooksEntered(place.number, Condition.FREE, None, "commissioned"))
    attempts.restart(docket)
    coil.restart(docket)
    pause_s = docket.draft.ledger.keypad_pause_s
    if pause_s:
        docket.remember(keypad_until_s=docket.now.mono_s + pause_s)
    two_people.restart(docket)
    _pick_up_visit(docket)


def _pick_up_visit(docket: Docket) -> None:
    """The newest visit that had not ended is on the glass again; older ones end as they stand."""
    active = [visit for visit in docket.draft.all(VisitRecord) if visit.outcome is None]
    active.sort(key=lambda visit: int(visit.visit.split("-")[0].removeprefix("v")))
    for visit in active[:-1]:
        end_visit(
            docket, visit, VisitOutcome.LEFT_OPEN if visit.opened else VisitOutcome.UNRESOLVED
        )
    for visit in active[-1:]:
        docket.remember(visit=visit.visit, visit_touched_s=docket.now.mono_s)
        if visit.shut:
            attempts.note_shut(docket, visit)


def _pass_time(docket: Docket) -> None:
    """Do what is due, after every input: time passes with each of them."""
    wall_clock.measure_power(docket)
    door.judge_board(docket)
    for attempt in attempts.settle_overdue(docket):
        visits.attempt_given_up(docket, docket.draft.must(AttemptRecord, attempt.attempt))
    visits.try_again(docket)
    wish.carry_out(docket)
    walk_in.end_overdue(docket)
    visits.end_overdue(docket)
    open_door.tell(docket)
    contact.settle_unasked(docket)
    audit.follow(docket)
    staff.end_overdue(docket)
    docket.memory, left_out = flood.overdue(docket.memory, docket.now.mono_s)
    docket.emit(*(e.LeftOut(stream, count) for stream, count in left_out.items()))
    memory, now_s = docket.memory, docket.now.mono_s
    if memory.word is not None and now_s >= memory.word_until_s:
        docket.remember(word=None)
    if memory.refused is not None and now_s >= memory.refused.at_s + docket.settings.refusal_s:
        docket.remember(refused=None)
    if docket.visit is not None or now_s >= memory.card_until_s:
        docket.remember(card_until_s=0.0)
    asked = memory.last_four
    if asked is not None and (docket.visit is not None or now_s >= asked.until_s):
        docket.remember(last_four=None)
    docket.remember(turned_at_s=now_s)


def _watch(docket: Docket) -> None:
    """Ask for fast readings of the doors that somebody may be moving."""
    wanted = {watch.compartment for watch in docket.memory.watches.values()}
    if docket.visit is not None:
        wanted.add(docket.visit.compartment)
    wanted |= {
        attempt.compartment
        for attempt in docket.draft.all(AttemptRecord)
        if attempt.state is AttemptState.OPENED
    }
    watching = frozenset(wanted)
    if watching != docket.memory.watching:
        docket.remember(watching=watching)
        docket.effects.append(WatchDoors(watching))


def _centre(docket: Docket, *, ok: bool) -> None:
    """Being cut off is no outage: it is shown, and not journaled."""
    now = Health.OK if ok else Health.DOWN
    if docket.memory.health.get("centre") is not now:
        docket.remember(
            health={**docket.memory.health, "centre": now},
            health_since={**docket.memory.health_since, "centre": docket.now.wall},
        )
    if ok:
        docket.remember(centre_heard=docket.now.wall)
    else:
        # What works without the centre matters more now than the word of a scan before.
        docket.remember(word=None)


def _visit_due_s(docket: Docket) -> list[float]:
    memory, settings = docket.memory, docket.settings
    visit = docket.visit
    if visit is None:
        return [visits.shown_until_s(memory, settings)]
    if memory.retry_wanted == visit.visit:
        return [coil.rested_at_s(memory, settings, visit.compartment)]
    now: VisitPhase = visits.phase(docket.draft, visit, docket.door(visit.compartment))
    due = [memory.visit_touched_s + visits.patience_s(settings, now)]
    open_since_s = memory.open_since_s.get(visit.compartment)
    if open_since_s is not None:
        due.append(open_since_s + settings.long_open_s)
    return due
