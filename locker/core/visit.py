"""One person's use of one grant at one compartment, from the first pulse to the last answer."""

from __future__ import annotations

from locker.contract import event as e
from locker.contract.failure import Failure
from locker.contract.vocabulary import (
    RATINGS,
    AttemptState,
    Choice,
    Condition,
    CredentialKind,
    DoorState,
    GrantState,
    Purpose,
    VisitOutcome,
    VisitPhase,
)
from locker.core import attempt as attempts
from locker.core import coil, contact
from locker.core.attempt import Unclear
from locker.core.docket import Docket
from locker.core.input import Settings
from locker.core.memory import Memory, Wish
from locker.core.settlement import end_visit
from locker.core.state import AttemptRecord, Draft, GrantRecord, State, VisitRecord
from locker.core.two_people import Permit

_WISHES = {
    Purpose.COLLECT: (Choice.NOT_MINE,),
    Purpose.DEPOSIT: (Choice.OTHER_BOX, Choice.LOWER),
    Purpose.LOAD: (Choice.OTHER_BOX, Choice.LARGER),
}
"""What a person may find at an open door; it is carried out once the door is shut.

A larger box is asked for after that only: it says that this one is empty, as NOTHING does.
"""


def start(
    docket: Docket,
    grant: GrantRecord,
    *,
    compartment: int,
    credential: CredentialKind,
    staff: str | None = None,
    command: str | None = None,
    permit: Permit,
) -> VisitRecord:
    """Open a visit and commit its first attempt; all of it is one commit with the caller's."""
    ledger = docket.draft.ledger
    key = f"v{ledger.visits + 1}-{ledger.journal[:6]}"
    docket.emit(
        e.VisitOpened(
            key,
            grant.grant,
            grant.purpose,
            grant.consignment,
            compartment,
            credential,
            staff,
            command,
            permit.counted,
            permit.second,
        )
    )
    reopening = grant.state is GrantState.USED
    if not reopening:
        docket.emit(e.GrantReserved(grant.grant, key))
    _take_box(docket, grant, compartment, reopening=reopening)
    visit = docket.draft.must(VisitRecord, key)
    attempts.commit(docket, visit, reopening=reopening)
    docket.remember(
        visit=key,
        visit_touched_s=docket.now.mono_s,
        visit_done_s=None,
        last_outcome=None,
        refused=None,
        offer=None,
        wish=None,
    )
    return docket.draft.must(VisitRecord, key)


def _take_box(docket: Docket, grant: GrantRecord, compartment: int, *, reopening: bool) -> None:
    """Keep the box from others; one that was left open with papers is no longer waited for."""
    box = docket.box(compartment)
    puts_in = grant.purpose in {Purpose.DEPOSIT, Purpose.LOAD}
    if puts_in and (not reopening or box.condition is Condition.FREE):
        docket.emit(
            e.BooksEntered(compartment, Condition.RESERVED, grant.consignment, grant.purpose)
        )
    elif box.condition is Condition.FREE:
        docket.emit(e.BooksEntered(compartment, Condition.RESERVED, None, "reopened"))
    elif box.condition is Condition.RESERVED:
        docket.emit(e.BooksEntered(compartment, Condition.WITHHELD, box.consignment, "left_open"))


def phase(found: Draft | State, visit: VisitRecord, door: DoorState) -> VisitPhase:
    """Say what the person is living through; shared with the view."""
    if visit.outcome is not None:
        jammed = visit.outcome is VisitOutcome.JAMMED
        return VisitPhase.JAMMED if jammed else VisitPhase.DONE
    attempt = _find_attempt(found, visit)
    match attempt.state:
        case AttemptState.OPENED:
            return VisitPhase.OPEN
        case AttemptState.COMPLETED | AttemptState.FAILED | AttemptState.NOT_SENT if visit.opened:
            return VisitPhase.OPEN if door is DoorState.OPEN else VisitPhase.ASK
        case AttemptState.UNRESOLVED | AttemptState.FAILED if visit.person_saw_open:
            return VisitPhase.ASK
        case AttemptState.UNRESOLVED:
            return VisitPhase.LOOK
        case AttemptState.FAILED | AttemptState.NOT_SENT:
            return VisitPhase.NOT_OPENED
        case _:
            return VisitPhase.OPENING


def failure(found: Draft | State, visit: VisitRecord, now: VisitPhase) -> Failure | None:
    """Say by its code what went wrong with the door; shared with the view.

    A lock that did not open, a board that did not answer, a contact that cannot be believed and
    a compartment that is jammed are four different things.
    """
    match now:
        case VisitPhase.JAMMED:
            return Failure.DOOR_JAMMED
        case VisitPhase.NOT_OPENED:
            failed = _find_attempt(found, visit).state is AttemptState.FAILED
            return Failure.DOOR_NOT_OPENED if failed else Failure.BOARD_SILENT
        case VisitPhase.LOOK:
            by_contact = _find_attempt(found, visit).reason in {
                Unclear.NOT_SHUT_BEFORE,
                Unclear.DOUBTFUL,
            }
            return Failure.CONTACT_DOUBTFUL if by_contact else Failure.DOOR_UNKNOWN
        case _:
            return None


def choices(
    now: VisitPhase, visit: VisitRecord, *, may_pulse: bool, failed: bool = False,
    long_open: bool = False,
) -> tuple[Choice, ...]:  # fmt: skip
    """Give the ways on that are open now.

    `may_pulse`: whether one more attempt is allowed. `failed`: whether a pulse went out and the
    contact read shut. `long_open`: whether the door reads open for so long that a person may know
    better.
    """
    again = (Choice.REOPEN,) if may_pulse else ()
    match now:
        case VisitPhase.ASK:
            return (Choice.CONFIRM, *again, Choice.NOTHING, *_WISHES.get(visit.purpose, ()))
        case VisitPhase.OPEN:
            wishes = _WISHES.get(visit.purpose, ())
            wishes = tuple(wish for wish in wishes if wish is not Choice.LARGER)
            return (*((Choice.SAW_SHUT,) if long_open else ()), Choice.LEAVE, *wishes)
        case VisitPhase.DONE if _is_rated(visit):
            return (Choice.LEAVE, *RATINGS)
        case VisitPhase.LOOK:
            return (Choice.SAW_OPEN, Choice.SAW_SHUT, *again)
        case VisitPhase.NOT_OPENED:
            return (*again, *((Choice.SAW_OPEN,) if failed else ()), Choice.LEAVE)
        case VisitPhase.JAMMED | VisitPhase.DONE:
            return (Choice.LEAVE,)
        case _:
            return ()


def _is_rated(visit: VisitRecord) -> bool:
    """Tell whether a resident is asked how it was; not who takes out by a command of the centre."""
    theirs = visit.staff is None and visit.purpose in {Purpose.DEPOSIT, Purpose.COLLECT}
    return theirs and visit.outcome is VisitOutcome.CONFIRMED


def choices_now(docket: Docket, visit: VisitRecord) -> tuple[Choice, ...]:
    """Give the ways on that are open now in this visit; shared with the view."""
    now = phase(docket.draft, visit, docket.door(visit.compartment))
    grant = docket.draft.find(GrantRecord, visit.grant)
    pulse = grant is not None and pulse_allowed(docket, visit, grant)
    open_since_s = docket.memory.open_since_s.get(visit.compartment, docket.now.mono_s)
    return choices(
        now,
        visit,
        may_pulse=pulse,
        failed=failure(docket.draft, visit, now) is Failure.DOOR_NOT_OPENED,
        long_open=docket.now.mono_s >= open_since_s + docket.settings.long_open_s,
    )


def pulse_allowed(docket: Docket, visit: VisitRecord, grant: GrantRecord) -> bool:
    """Whether the rules allow one more attempt in this visit now."""
    shut_s = shut_for_s(docket.memory, grant.grant, docket.now.mono_s)
    return may_pulse(grant, visit, docket.settings, shut_for_s=shut_s)


def may_pulse(
    grant: GrantRecord, visit: VisitRecord, settings: Settings, *, shut_for_s: float
) -> bool:
    """Whether the rules allow one more attempt: three to open, then two re-openings in 5 min."""
    if grant.state is GrantState.REVOKED:
        return False
    if visit.opened or grant.state is GrantState.USED:
        return grant.reopenings < settings.reopenings and shut_for_s <= settings.reopen_within_s
    return visit.attempts < settings.attempts


def shut_for_s(memory: Memory, grant: str, now_s: float) -> float:
    """Give the seconds since the grant's door was seen shut; none, while it is not known."""
    shut_at_s = memory.shut_at_s.get(grant)
    return 0.0 if shut_at_s is None else now_s - shut_at_s


def chosen(docket: Docket, key: str, choice: Choice) -> None:
    """Carry out a choice of the person, if it is open in the visit on the glass now."""
    visit = docket.visit
    if visit is None or visit.visit != key:
        _chosen_after(docket, key, choice)
        return
    now = phase(docket.draft, visit, docket.door(visit.compartment))
    offered = choices_now(docket, visit)
    docket.touch()
    if choice not in offered and choice is not Choice.LEAVE:
        return
    docket.remember(retry_wanted=None)
    match choice:
        case Choice.REOPEN:
            want_retry(docket, visit)
        case Choice.SAW_OPEN | Choice.SAW_SHUT:
            docket.emit(e.PersonAnswered(visit.visit, choice))
            _looked(docket, visit, choice, now)
        case Choice.CONFIRM | Choice.NOTHING:
            docket.emit(e.PersonAnswered(visit.visit, choice))
            end_visit(docket, visit, _answered(visit, choice))
        case Choice.LEAVE:
            leave(docket, visit, now)
        case Choice.OTHER_BOX | Choice.LOWER | Choice.LARGER | Choice.NOT_MINE:
            docket.emit(e.PersonAnswered(visit.visit, choice))
            docket.remember(wish=Wish(visit.visit, choice))
        case Choice.SATISFIED | Choice.FAIR | Choice.DISSATISFIED:
            pass  # offered when the visit is over only


def _chosen_after(docket: Docket, key: str, choice: Choice) -> None:
    """Take what a person says on the last page: goodbye, or how it went."""
    if docket.memory.visit != key:
        return
    visit = docket.draft.find(VisitRecord, key)
    if visit is not None and choice in RATINGS:
        if choice not in choices(VisitPhase.DONE, visit, may_pulse=False):
            return
        docket.emit(e.PersonAnswered(key, choice))
    if choice is Choice.LEAVE or choice in RATINGS:
        docket.remember(visit=None)


def _looked(docket: Docket, visit: VisitRecord, choice: Choice, now: VisitPhase) -> None:
    """Take what a person saw, and hold it against a contact that says the opposite."""
    door = docket.door(visit.compartment)
    if choice is Choice.SAW_OPEN:
        if door is DoorState.CLOSED:
            contact.doubt(docket, visit.compartment, contact.Doubt.SAID_OPEN)
        return
    if door is DoorState.OPEN:
        contact.doubt(docket, visit.compartment, contact.Doubt.SAID_SHUT)
    grant = docket.draft.must(GrantRecord, visit.grant)
    if now is not VisitPhase.OPEN and pulse_allowed(docket, visit, grant):
        want_retry(docket, visit)
    else:
        leave(docket, visit, now)


def present(docket: Docket, key: str) -> None:
    """Somebody touched the glass: put the visit's end off."""
    if docket.memory.visit == key:
        docket.touch()


def leave(docket: Docket, visit: VisitRecord, now: VisitPhase) -> None:
    """End a visit whose person has gone, or says that they go."""
    match now:
        case VisitPhase.OPENING:
            return
        case VisitPhase.OPEN:
            end_visit(docket, visit, VisitOutcome.LEFT_OPEN)
        case _ if visit.opened:
            end_visit(docket, visit, VisitOutcome.PRESUMED)
        case VisitPhase.ASK | VisitPhase.LOOK:
            end_visit(docket, visit, VisitOutcome.UNRESOLVED)
        case _:
            end_visit(docket, visit, VisitOutcome.NOT_OPENED)


def want_retry(docket: Docket, visit: VisitRecord) -> None:
    """Pulse again as soon as the coil has rested; on a fresh reading only.

    A door must not spring open long after it was asked for: a lock that must cool is refused.
    """
    if coil.is_cooling(docket, visit.compartment):
        docket.show_refusal(Failure.COOLING)
        return
    docket.remember(retry_wanted=visit.visit)
    try_again(docket)


def try_again(docket: Docket) -> None:
    """Make the wanted attempt, if the coil has rested and the board answers."""
    visit = docket.visit
    if visit is None or docket.memory.retry_wanted != visit.visit:
        return
    if not coil.is_rested(docket, visit.compartment):
        return
    grant = docket.draft.must(GrantRecord, visit.grant)
    if refused := _why_not_again(docket, visit, grant):
        docket.remember(retry_wanted=None)
        docket.show_refusal(refused)
        return
    if grant.state is GrantState.LIVE:
        docket.emit(e.GrantReserved(grant.grant, visit.visit))
    attempts.commit(docket, visit, reopening=grant.state is GrantState.USED)


def _why_not_again(docket: Docket, visit: VisitRecord, grant: GrantRecord) -> Failure | None:
    if not docket.memory.recording:
        return Failure.NOT_RECORDED
    if not docket.is_fresh(visit.compartment):
        return Failure.BOARD_SILENT
    match grant.state:
        case GrantState.LIVE:
            return None
        case GrantState.RESERVED:
            return None if grant.visit == visit.visit else Failure.IN_USE
        case GrantState.USED:
            here = grant.opened_compartment == visit.compartment
            return None if here else Failure.CREDENTIAL_USED
        case GrantState.REVOKED:
            return Failure.CREDENTIAL_REVOKED


def attempt_given_up(docket: Docket, attempt: AttemptRecord) -> None:
    """After a failed attempt: the third in a row jams the compartment, and ends the visit."""
    visit = docket.visit
    if visit is None or visit.visit != attempt.visit:
        return
    docket.touch()
    if attempt.state is not AttemptState.FAILED:
        return
    if docket.box(attempt.compartment).failures >= docket.settings.attempts:
        end_visit(docket, visit, VisitOutcome.JAMMED)


def end_overdue(docket: Docket) -> None:
    """End the visit on the glass when its time is over, and clear what was shown long enough."""
    memory, settings = docket.memory, docket.settings
    visit = docket.visit
    if visit is None:
        if memory.visit is not None and docket.now.mono_s >= shown_until_s(memory, settings):
            docket.remember(visit=None, visit_done_s=None)
        return
    now = phase(docket.draft, visit, docket.door(visit.compartment))
    if docket.now.mono_s >= memory.visit_touched_s + patience_s(settings, now):
        leave(docket, visit, now)


def shown_until_s(memory: Memory, settings: Settings) -> float:
    """Give the monotonic second until which a visit that ended stays on the glass."""
    done_s = memory.visit_done_s or 0.0
    jammed = memory.last_outcome is VisitOutcome.JAMMED
    return done_s + (settings.ask_s if jammed else settings.done_s)


def patience_s(settings: Settings, now: VisitPhase) -> float:
    """Give the seconds without a touch after which a visit in this phase ends by itself."""
    return settings.open_untouched_s if now is VisitPhase.OPEN else settings.ask_s


def _answered(visit: VisitRecord, choice: Choice) -> VisitOutcome:
    if not visit.opened:
        return VisitOutcome.UNRESOLVED
    return VisitOutcome.CONFIRMED if choice is Choice.CONFIRM else VisitOutcome.NOTHING


def _find_attempt(found: Draft | State, visit: VisitRecord) -> AttemptRecord:
    key = visit.attempt or ""
    if isinstance(found, Draft):
        return found.must(AttemptRecord, key)
    record = found.get(AttemptRecord.table, key)
    assert isinstance(record, AttemptRecord)  # noqa: S101 - a visit always has its attempt
    return record
