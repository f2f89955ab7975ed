"""How one event changes the records: the only place where records are written.

`fold` is total over the kinds of events and asks nothing but the records, so that replaying a
journal gives the same records. Whether an event may happen was decided before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from locker.contract import event as e
from locker.contract.event import Event
from locker.contract.outage import OUT, SERVING_NEEDS, Outage
from locker.contract.vocabulary import (
    AttemptState,
    Choice,
    Condition,
    Contact,
    Found,
    GrantState,
)
from locker.core.state import (
    JUMP_HELD_S,
    AttemptRecord,
    AuditRecord,
    CommandRecord,
    CompartmentRecord,
    ContactRecord,
    Draft,
    GrantRecord,
    KeyRecord,
    LedgerRecord,
    StaffRecord,
    VisitRecord,
)

ENDED_GRANTS_KEPT = 2000
"""So many used and revoked grants are remembered, to say so when they are shown again."""
COMMANDS_KEPT = 200
COUNTED_FOR_S = 600.0
"""As long as the rule of two people counts; longer where a box was opened again meanwhile."""
OUTAGES_KEPT_S = 60 * 86_400.0
OUTAGES_KEPT = 200
PULSES_KEPT = 20
"""More pulses than any profile allows within its window."""


def fold(draft: Draft, event: Event, at: float) -> None:
    """Put the event's consequence into the draft; `at` is its stamp's wall time, Unix seconds."""
    match event:
        case (
            e.JournalStarted()
            | e.BootStarted()
            | e.NewsApplied()
            | e.KeypadCounted()
            | e.DigitsCounted()
        ):
            _fold_ledger(draft, event)
        case e.WalkInAccepted():
            draft.put(replace(draft.ledger, walk_ins=draft.ledger.walk_ins + 1))
        case e.ServiceChanged() | e.ClockJumped():
            _fold_clock(draft, event, e.happened_at(event, at))
        case e.GrantPut() | e.GrantReserved() | e.GrantReleased():
            _fold_grant(draft, event)
        case e.GrantUsed() | e.GrantRevoked():
            _end_grant(draft, event)
        case e.VisitOpened() | e.VisitEnded() | e.PersonAnswered() | e.DoorLeftOpen():
            _fold_visit(draft, event, e.happened_at(event, at))
        case e.ConsignmentMoved():
            _move(draft, event)
        case e.AttemptCommitted():
            _commit_attempt(draft, event, at)
        case e.AttemptNotSent() | e.AttemptAcknowledged() | e.AttemptInDoubt():
            _move_attempt(draft, event)
        case e.AttemptOpened() | e.AttemptFailed() | e.AttemptUnresolved() | e.AttemptCompleted():
            _move_attempt(draft, event)
        case e.BooksEntered():
            _enter_books(draft, event, e.happened_at(event, at))
        case e.ContactDoubted() | e.ContactJudged():
            _fold_contact(draft, event)
        case e.AuditStarted() | e.AuditFound() | e.AuditEnded():
            _fold_audit(draft, event)
        case e.StaffPut() | e.StaffRemoved():
            _fold_staff(draft, event)
        case e.KeyPut() | e.KeyRemoved():
            _fold_key(draft, event)
        case e.CommandTaken():
            _fold_command(draft, event)
        case (
            e.DoorSeen()
            | e.DoorOpenedUnasked()
            | e.StaffSignedIn()
            | e.StaffSignedOut()
            | e.StaffVouched()
            | e.ServiceOrdered()
            | e.CredentialRefused()
            | e.HelpCalled()
            | e.LeftOut()
            | e.TechnicianAsked()
            | e.GlassRestarted()
        ):
            pass
        case _ as never:
            assert_never(never)


def _fold_staff(draft: Draft, event: e.StaffPut | e.StaffRemoved) -> None:
    match event:
        case e.StaffPut(staff=staff, lookup=lookup, digest=digest):
            draft.put(StaffRecord(staff, lookup, digest, event.capabilities, event.expires_at))
        case e.StaffRemoved(staff=gone):
            if found := draft.find(StaffRecord, gone):
                draft.drop(found)


_ATTEMPT_AFTER = {
    e.AttemptNotSent: AttemptState.NOT_SENT,
    e.AttemptAcknowledged: AttemptState.ACKNOWLEDGED,
    e.AttemptInDoubt: AttemptState.IN_DOUBT,
    e.AttemptOpened: AttemptState.OPENED,
    e.AttemptFailed: AttemptState.FAILED,
    e.AttemptUnresolved: AttemptState.UNRESOLVED,
    e.AttemptCompleted: AttemptState.COMPLETED,
}


def _fold_ledger(
    draft: Draft,
    event: e.JournalStarted | e.BootStarted | e.NewsApplied | e.KeypadCounted | e.DigitsCounted,
) -> None:
    ledger = draft.ledger
    match event:
        case e.JournalStarted(journal=journal):
            ledger = replace(ledger, journal=journal)
        case e.BootStarted(boot=boot):
            ledger = replace(ledger, boot=boot)
        case e.NewsApplied(n=n):
            ledger = replace(ledger, news=n)
        case e.KeypadCounted(wrong_in_a_row=wrong, pause_s=pause_s):
            ledger = replace(ledger, wrong_codes=wrong, keypad_pause_s=pause_s)
        case e.DigitsCounted():
            ledger = _digits_counted(ledger, event)
    draft.put(ledger)


def _digits_counted(ledger: LedgerRecord, event: e.DigitsCounted) -> LedgerRecord:
    """Only one day's counts are kept."""
    counts = dict(ledger.digits_wrong) if ledger.digits_day == event.day else {}
    counts[event.tried] = event.wrong
    kept = {tried: wrong for tried, wrong in counts.items() if wrong}
    return replace(ledger, digits_day=event.day, digits_wrong=kept)


def _fold_clock(draft: Draft, event: e.ServiceChanged | e.ClockJumped, at: float) -> None:
    """Jumps that follow each other within the hour are held back together."""
    if isinstance(event, e.ServiceChanged):
        _fold_service(draft, event, at)
        return
    ledger = draft.ledger
    before_s = ledger.jumped_s if at - ledger.jumped_at < JUMP_HELD_S else 0.0
    draft.put(replace(ledger, jumped_at=at, jumped_s=before_s + event.forward_s))


def _fold_service(draft: Draft, event: e.ServiceChanged, at: float) -> None:
    if event.what not in SERVING_NEEDS:
        return
    ledger = draft.ledger
    down = dict(ledger.down_since)
    outages = [o for o in ledger.outages if (o.ended or at) > at - OUTAGES_KEPT_S]
    if not event.ok:
        down.setdefault(event.what, at)
    else:
        began = down.pop(event.what, None if event.off_s is None else at - event.off_s)
        if began is not None and began < at:
            outages.append(Outage(began, at))
    draft.put(replace(ledger, down_since=down, outages=_few(outages)))


def _few(outages: list[Outage]) -> tuple[Outage, ...]:
    """Join the two that lie closest, when a flapping board has made too many of them.

    The short time between them then counts as an outage too: to nobody's harm.
    """
    spans = sorted((o.began, o.began if o.ended is None else o.ended) for o in outages)
    while len(spans) > OUTAGES_KEPT:
        at = min(range(1, len(spans)), key=lambda n: spans[n][0] - spans[n - 1][1])
        spans[at - 1 : at + 1] = [(spans[at - 1][0], max(spans[at - 1][1], spans[at][1]))]
    return tuple(Outage(began, ended) for began, ended in spans)


def _fold_grant(draft: Draft, event: e.GrantPut | e.GrantReserved | e.GrantReleased) -> None:
    old = draft.find(GrantRecord, event.grant)
    match event:
        case e.GrantPut():
            new = GrantRecord(
                event.grant,
                event.purpose,
                event.consignment,
                event.issued_at,
                event.expires_at,
                event.source,
                event.matter,
                event.reference,
                event.code_digest,
                event.low_door,
                event.size,
                card_lookup=event.card_lookup,
                card_digest=event.card_digest,
                last_four=event.last_four,
                last_four_digest=event.last_four_digest,
            )
            draft.put(new if old is None else _put_over(old, new))
        case e.GrantReserved(visit=visit):
            draft.put(replace(draft.must(GrantRecord, event.grant), visit=visit, state=_RESERVED))
        case e.GrantReleased(visit=visit):
            if old is not None and old.state is GrantState.RESERVED and old.visit == visit:
                draft.put(replace(old, visit=None, state=GrantState.LIVE))


_RESERVED = GrantState.RESERVED


def _put_over(old: GrantRecord, new: GrantRecord) -> GrantRecord:
    """A newer issue keeps where the grant stands; "again" makes it live once more."""
    if new.source == e.AGAIN:
        return replace(new, source=old.source)
    return replace(
        new,
        state=old.state,
        visit=old.visit,
        reopenings=old.reopenings,
        opened_compartment=old.opened_compartment,
        ended=old.ended,
        revoked_for=old.revoked_for,
    )


def _end_grant(draft: Draft, event: e.GrantUsed | e.GrantRevoked) -> None:
    grant = draft.find(GrantRecord, event.grant)
    if grant is None:
        return
    ledger = draft.ledger
    if grant.ended == 0:
        ledger = replace(ledger, ended_grants=ledger.ended_grants + 1)
        grant = replace(grant, ended=ledger.ended_grants)
        draft.put(ledger)
    if isinstance(event, e.GrantUsed):
        visit = draft.find(VisitRecord, event.visit)
        where = visit.compartment if visit else grant.opened_compartment
        grant = replace(grant, state=GrantState.USED, visit=event.visit, opened_compartment=where)
    else:
        grant = replace(grant, state=GrantState.REVOKED, revoked_for=event.reason)
    draft.put(grant)
    _forget_grant(draft, ended=ledger.ended_grants - ENDED_GRANTS_KEPT)


def _forget_grant(draft: Draft, *, ended: int) -> None:
    if (oldest := draft.grant_ended_as(ended)) is not None:
        draft.drop(oldest)


def _fold_visit(
    draft: Draft,
    event: e.VisitOpened | e.VisitEnded | e.PersonAnswered | e.DoorLeftOpen,
    at: float,
) -> None:
    match event:
        case e.VisitOpened():
            counted = event.counted or _was_counted(draft, event.compartment, at)
            _forget_visits(draft, event.compartment)
            box = draft.find(CompartmentRecord, str(event.compartment))
            draft.put(
                VisitRecord(
                    event.visit,
                    event.grant,
                    event.purpose,
                    event.consignment,
                    event.compartment,
                    event.credential,
                    event.staff,
                    opened_at=at,
                    dated=event.at is None,
                    counted=counted,
                    condition_before=box.condition if box else None,
                    held_before=box.consignment if box else None,
                )
            )
            draft.put(replace(draft.ledger, visits=draft.ledger.visits + 1))
        case e.VisitEnded(outcome=outcome):
            visit = draft.must(VisitRecord, event.visit)
            draft.put(replace(visit, outcome=outcome, ended_at=at))
        case e.PersonAnswered(choice=choice):
            if choice == Choice.SAW_OPEN and (seen := draft.find(VisitRecord, event.visit)):
                draft.put(replace(seen, person_saw_open=True))
        case e.DoorLeftOpen():
            if told := draft.find(VisitRecord, event.visit):
                draft.put(replace(told, told_open=True))


def _move(draft: Draft, event: e.ConsignmentMoved) -> None:
    if visit := draft.find(VisitRecord, event.visit):
        draft.put(replace(visit, settled=True))
    box = draft.find(CompartmentRecord, str(event.compartment))
    if box is not None and event.how in {"deposited", "loaded"}:
        inbound = event.how == "deposited"
        draft.put(replace(box, inbound=inbound, confirmed=event.confirmed))


def _was_counted(draft: Draft, compartment: int, at: float) -> bool:
    """Whether an opening of late, which is forgotten now, counts in the rule of two people."""
    return any(
        visit.counted and (not visit.dated or at - visit.opened_at < COUNTED_FOR_S)
        for visit in draft.all(VisitRecord)
        if visit.compartment == compartment
    )


def _forget_visits(draft: Draft, compartment: int) -> None:
    """Drop what earlier visits at this compartment left: they can have no late opening any more."""
    for visit in list(draft.all(VisitRecord)):
        if visit.compartment == compartment:
            draft.drop(visit)
    for attempt in list(draft.all(AttemptRecord)):
        if attempt.compartment == compartment:
            draft.drop(attempt)


def _commit_attempt(draft: Draft, event: e.AttemptCommitted, at: float) -> None:
    draft.put(
        AttemptRecord(
            event.attempt,
            event.visit,
            event.compartment,
            event.number,
            event.door_before,
            event.reopening,
            at,
        )
    )
    draft.put(replace(draft.ledger, attempts=draft.ledger.attempts + 1))
    box = draft.must(CompartmentRecord, str(event.compartment))
    pulsed_at = (*box.pulsed_at, at)[-PULSES_KEPT:]
    draft.put(replace(box, pulses=box.pulses + 1, pulsed_at=pulsed_at))
    visit = draft.must(VisitRecord, event.visit)
    draft.put(replace(visit, attempt=event.attempt, attempts=event.number, person_saw_open=False))
    if event.reopening:
        grant = draft.must(GrantRecord, visit.grant)
        draft.put(replace(grant, reopenings=grant.reopenings + 1))


def _move_attempt(
    draft: Draft,
    event: e.AttemptNotSent
    | e.AttemptAcknowledged
    | e.AttemptInDoubt
    | e.AttemptOpened
    | e.AttemptFailed
    | e.AttemptUnresolved
    | e.AttemptCompleted,
) -> None:
    state = _ATTEMPT_AFTER[type(event)]
    attempt = draft.must(AttemptRecord, event.attempt)
    reason = event.reason if isinstance(event, e.AttemptUnresolved) else ""
    draft.put(replace(attempt, state=state, reason=reason))
    box = draft.must(CompartmentRecord, str(attempt.compartment))
    if state is AttemptState.NOT_SENT:
        draft.put(replace(box, pulses=box.pulses - 1, pulsed_at=box.pulsed_at[:-1]))
    if state is AttemptState.FAILED:
        draft.put(replace(box, failures=box.failures + 1))
    if state is AttemptState.OPENED:
        draft.put(replace(box, failures=0))
    visit = draft.find(VisitRecord, attempt.visit)
    if visit is not None and state is AttemptState.OPENED:
        draft.put(replace(visit, opened=True, shut=False))
    if visit is not None and state is AttemptState.COMPLETED:
        draft.put(replace(visit, shut=True))
    if isinstance(event, e.AttemptCompleted) and not event.found_shut_at_start:
        _clean_cycle(draft, attempt.compartment)


def _clean_cycle(draft: Draft, compartment: int) -> None:
    """A contact that showed a door open and shut again has answered what was held against it."""
    contact = draft.find(ContactRecord, str(compartment))
    if contact is not None and contact.contact is Contact.TRUSTED:
        draft.drop(contact)


def _fold_contact(draft: Draft, event: e.ContactDoubted | e.ContactJudged) -> None:
    held = draft.find(ContactRecord, str(event.compartment)) or ContactRecord(event.compartment)
    if isinstance(event, e.ContactDoubted):
        count = held.doubts.get(event.why, 0) + 1
        draft.put(replace(held, doubts={**held.doubts, event.why: count}))
    elif event.contact is not Contact.TRUSTED:
        draft.put(replace(held, contact=event.contact))
    else:
        draft.drop(held)


def _fold_audit(draft: Draft, event: e.AuditStarted | e.AuditFound | e.AuditEnded) -> None:
    held = draft.find(AuditRecord, "")
    if isinstance(event, e.AuditStarted):
        count = len(event.compartments)
        draft.put(AuditRecord(event.audit, event.staff, count, event.compartments))
    elif held is not None and isinstance(event, e.AuditEnded):
        draft.drop(held)
    elif held is not None and isinstance(event, e.AuditFound):
        draft.put(_counted(held, event))


def _counted(audit: AuditRecord, event: e.AuditFound) -> AuditRecord:
    left = tuple(n for n in audit.left if n != event.compartment)
    if event.found is Found.SKIPPED:
        return replace(audit, left=left, skipped=audit.skipped + 1)
    audit = replace(audit, left=left, checked=audit.checked + 1)
    if event.agrees:
        return audit
    if event.found is Found.EMPTY:
        return replace(audit, missing=audit.missing + 1)
    return replace(audit, unexpected=audit.unexpected + 1)


def _enter_books(draft: Draft, event: e.BooksEntered, at: float) -> None:
    old = draft.find(CompartmentRecord, str(event.compartment))
    box = _reckon_outage(old or CompartmentRecord(event.compartment), event.condition, at)
    box = replace(
        box, condition=event.condition, consignment=event.consignment, reason=event.reason
    )
    if event.condition is Condition.FREE:
        box = replace(box, failures=0)
    if event.consignment is None or (old and old.consignment != event.consignment):
        box = replace(box, inbound=None, confirmed=True)
    draft.put(box)


def _reckon_outage(box: CompartmentRecord, condition: Condition, at: float) -> CompartmentRecord:
    """Note when a compartment can be opened for nobody."""
    out = condition in OUT
    if out == (box.out_since is not None):
        return box
    if out:
        return replace(box, out_since=at)
    began = box.out_since
    if began is None or began >= at:
        return replace(box, out_since=None)
    recent = [o for o in box.outages if (o.ended or at) > at - OUTAGES_KEPT_S]
    return replace(box, out_since=None, outages=_few([*recent, Outage(began, at)]))


def _fold_key(draft: Draft, event: e.KeyPut | e.KeyRemoved) -> None:
    match event:
        case e.KeyPut(kid=kid, key=public):
            draft.put(KeyRecord(kid, public))
        case e.KeyRemoved(kid=kid):
            if key := draft.find(KeyRecord, kid):
                draft.drop(key)


def _fold_command(draft: Draft, event: e.CommandTaken) -> None:
    if draft.find(CommandRecord, event.command) is not None:
        return
    order = draft.ledger.commands + 1
    draft.put(replace(draft.ledger, commands=order))
    draft.put(CommandRecord(event.command, order))
    for old in list(draft.all(CommandRecord)):
        if old.order <= order - COMMANDS_KEPT:
            draft.drop(old)
