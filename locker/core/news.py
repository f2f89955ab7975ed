"""What the centre says: permissions and badges come and go, a phone arrived, open now."""

from __future__ import annotations

from locker.contract import event as e
from locker.contract.failure import Failure
from locker.contract.vocabulary import STAFF_PURPOSES, Capability, CredentialKind, GrantState
from locker.core import judge, staff, tries, two_people
from locker.core import visit as visits
from locker.core.docket import Docket
from locker.core.input import HelpAnswered, NewsCame, NewsValue, OpenCommanded, PhoneArrived
from locker.core.state import CommandRecord, GrantRecord, KeyRecord, StaffRecord
from locker.core.two_people import Opener

WORD_SHOWN_S = 60.0
ANSWER_SHOWN_S = 600.0
"""An answer to a call for help that is older says nothing of whoever stands there now."""


def came(docket: Docket, news: NewsCame) -> None:
    """Apply a page of news in order; its counter is journaled in the same commit."""
    if not news.snapshot and news.n <= docket.draft.ledger.news:
        return
    if news.snapshot:
        _drop_unnamed(docket, news.items)
    for item in news.items:
        _apply(docket, item)
    if news.n != docket.draft.ledger.news:
        docket.emit(e.NewsApplied(news.n))


def _apply(docket: Docket, item: NewsValue) -> None:
    match item:
        case e.GrantPut():
            _put_grant(docket, item)
        case e.GrantRevoked():
            _revoke(docket, item)
        case e.StaffRemoved():
            session = docket.memory.staff
            if session is not None and session.staff == item.staff:
                staff.sign_out(docket, "removed")
            docket.emit(item)
        case e.StaffPut() | e.KeyPut() | e.KeyRemoved():
            docket.emit(item)
        case PhoneArrived():
            phone_arrived(docket, item)
        case HelpAnswered():
            help_answered(docket, item)
        case OpenCommanded():
            commanded(docket, item)


def phone_arrived(docket: Docket, arrival: PhoneArrived) -> None:
    """Answer a scan on the glass with the shared word, unless it is long past."""
    left_s = WORD_SHOWN_S - arrival.age_s
    if left_s > 0:
        docket.remember(word=arrival.word, word_until_s=docket.now.mono_s + left_s)


def help_answered(docket: Docket, answered: HelpAnswered) -> None:
    """Let the glass say that somebody comes, unless the answer is long past."""
    if answered.age_s < ANSWER_SHOWN_S:
        docket.remember(help_answer=answered.answer)


def commanded(docket: Docket, command: OpenCommanded) -> None:
    """Open for a command of the centre: fresh, never seen before, and for a known grant."""
    if docket.draft.find(CommandRecord, command.command) is not None:
        _judged(docket, command, Failure.COMMAND_REPLAYED)
        return
    if command.left_s is None or command.left_s <= 0:
        _judged(docket, command, Failure.COMMAND_STALE)
        return
    grant = docket.draft.find(GrantRecord, command.grant)
    if grant is None:
        _judged(docket, command, Failure.NOT_FOUND)
        return
    if grant.state is GrantState.USED:
        # A re-opening is for who stands at the door; a late command is nobody who does.
        _judged(docket, command, Failure.CREDENTIAL_USED)
        return
    by_phone = command.by == "resident"
    if by_phone and (grant.purpose in STAFF_PURPOSES or grant.last_four is not None):
        _judged(docket, command, Failure.NOT_ALLOWED)
        return
    docket.remember(word=None)
    kind = CredentialKind.PHONE if by_phone else CredentialKind.COMMAND
    opener = None if by_phone else Opener(two_people.CENTRE, Capability.TAKE_OUT, command.second)
    failure = judge.use(docket, grant, kind, command=command.command, opener=opener)
    visit = docket.visit if failure is None else None
    docket.emit(e.CommandTaken(command.command, failure or "", visit.visit if visit else None))


def _judged(docket: Docket, command: OpenCommanded, failure: Failure) -> None:
    docket.emit(e.CommandTaken(command.command, failure))


def _put_grant(docket: Docket, put: e.GrantPut) -> None:
    old = docket.draft.find(GrantRecord, put.grant)
    if old is None or _differs(old, put):
        docket.emit(put)
        if old is not None and put.issued_at > old.issued_at:
            tries.issued_anew(docket, put)


def _differs(old: GrantRecord, put: e.GrantPut) -> bool:
    return _told(old) != _told(put)


def _told(grant: GrantRecord | e.GrantPut) -> tuple[float | str | None, ...]:
    return (
        grant.issued_at,
        grant.expires_at,
        grant.code_digest,
        grant.last_four_digest,
        grant.card_digest,
    )


def _revoke(docket: Docket, revoked: e.GrantRevoked) -> None:
    grant = docket.draft.find(GrantRecord, revoked.grant)
    if grant is None or grant.state is GrantState.REVOKED:
        return
    used = grant.state is GrantState.USED
    docket.emit(e.GrantRevoked(grant.grant, revoked.reason, already_used=used))
    visit = docket.visit
    if visit is not None and visit.grant == grant.grant:
        now = visits.phase(docket.draft, visit, docket.door(visit.compartment))
        if not visit.opened:
            visits.leave(docket, visit, now)


def _drop_unnamed(docket: Docket, items: tuple[NewsValue, ...]) -> None:
    """A snapshot is the whole of what is in force: what it does not name is withdrawn."""
    grants = {item.grant for item in items if isinstance(item, e.GrantPut)}
    badges = {item.staff for item in items if isinstance(item, e.StaffPut)}
    for grant in list(docket.draft.all(GrantRecord)):
        ours = grant.source == "cabinet" or grant.grant in grants
        if not ours and grant.state in {GrantState.LIVE, GrantState.RESERVED}:
            _revoke(docket, e.GrantRevoked(grant.grant, "not_in_snapshot"))
    for member in list(docket.draft.all(StaffRecord)):
        if member.staff not in badges:
            _apply(docket, e.StaffRemoved(member.staff))
    named = {item.kid for item in items if isinstance(item, e.KeyPut)}
    for key in list(docket.draft.all(KeyRecord)):
        if named and key.kid not in named:
            docket.emit(e.KeyRemoved(key.kid))
