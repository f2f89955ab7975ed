"""Staff: accounts, sessions and badges. Knows passwords only as argon2 hashes."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass

from pwdlib import PasswordHash
from sqlalchemy import delete
from sqlmodel import Session, col, select

from central.database import take_turns
from central.key import KeyRing, digest, encode, new_id
from central.operation import limit, news
from central.operation.role import BADGE, Duty, Role, duties_of, may_be_let_maintain
from central.record.cabinet import Cabinet
from central.record.people import Badge, Staff, StaffSession
from locker.contract.centre import StaffGoneNews
from locker.contract.credential import BADGE_PREFIX
from locker.contract.failure import Failure
from locker.contract.vocabulary import Capability

IDLE_S = 4 * 3600.0
SESSION_S = 12 * 3600.0
"""However busy: pages that refresh by themselves must not keep a session for ever."""
GIVEN_S = 3 * 86400.0
"""So long a password that somebody else chose waits for its owner to set one of their own."""
BADGE_LIFE_S = 365 * 86400.0
PASSWORD_LENGTH = 8
_TRIES_LIMIT, _TRIES_WINDOW_S = 8, 300.0


@dataclass(frozen=True, slots=True)
class NewStaff:
    """A person to be given an account."""

    login: str
    name: str
    password: str
    role: Role
    may: tuple[Capability, ...] | None = None
    """What the badge opens at cabinets, where that is not what the role's badge opens."""
    password_given: bool = False
    """Somebody else chose the password."""


def create(session: Session, new: NewStaff, *, now: float) -> Staff | Failure:
    """Make an account. Refused where the login is taken or the password is short."""
    taken = session.exec(select(Staff.id).where(Staff.login == new.login)).first()
    if taken is not None or len(new.password) < PASSWORD_LENGTH:
        return Failure.FORM_INVALID
    row = Staff(
        id=new_id("s"),
        login=new.login,
        name=new.name,
        password=PasswordHash.recommended().hash(new.password),
        password_given_at=now if new.password_given else None,
        role=new.role.value,
        capabilities=[word.value for word in (BADGE[new.role] if new.may is None else new.may)],
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def sign_in(session: Session, *, login: str, password: str, peer: str, now: float) -> str | Failure:
    """Open a session and give its token; limited by login and by the address it comes from."""
    keys = (_tries(login), f"sign-in-from:{peer}")
    allowed = [
        limit.allow(session, key, limit=most, window_s=_TRIES_WINDOW_S, now=now)
        for key, most in zip(keys, (_TRIES_LIMIT, 4 * _TRIES_LIMIT), strict=True)
    ]
    if not all(allowed):
        return Failure.TOO_MANY_TRIES
    row = session.exec(select(Staff).where(Staff.login == login)).first()
    hasher = PasswordHash.recommended()
    if row is None or row.left_at is not None:
        hasher.hash(password)  # as slow as a wrong password, so that logins cannot be found out
        return Failure.SIGN_IN_WRONG
    if not hasher.verify(password, row.password):
        return Failure.SIGN_IN_WRONG
    if row.password_given_at is not None and now - row.password_given_at > GIVEN_S:
        return Failure.GIVEN_TOO_LONG_AGO
    limit.forgive(session, keys[0])
    token = encode(secrets.token_bytes(32))
    session.execute(delete(StaffSession).where(col(StaffSession.seen_at) < now - IDLE_S))
    session.add(
        StaffSession(
            digest=digest(token), staff=row.id, created_at=now, seen_at=now,
            waits=bool(row.second_factor),
        )
    )  # fmt: skip
    return token


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody of the staff at a console. `idle_s`: since the session's end was last put off.

    `waits`: the second factor is still to come.
    """

    staff: Staff
    idle_s: float
    waits: bool = False


def signed_in(session: Session, token: str, *, now: float) -> SignedIn | None:
    """Give the member of staff of a session that has not ended."""
    row = session.get(StaffSession, digest(token))
    if row is None or now - row.seen_at > IDLE_S or now - row.created_at > SESSION_S:
        return None
    person = session.get_one(Staff, row.staff)
    return SignedIn(person, now - row.seen_at, row.waits) if person.left_at is None else None


def stay(session: Session, token: str, *, now: float) -> None:
    """Put the end of a session off."""
    row = session.get(StaffSession, digest(token))
    if row is not None:
        row.seen_at = now


def sign_out(session: Session, token: str) -> None:
    """End a session."""
    session.execute(delete(StaffSession).where(col(StaffSession.digest) == digest(token)))


def set_password(session: Session, person: Staff, password: str, *, given_at: float | None) -> None:
    """Give an account another password; whoever is signed in with the former one is signed out.

    `given_at`: now, where somebody else chose it, who knows it. The tries with the former one are
    forgotten: who forgot theirs can sign in at once.
    """
    limit.forgive(session, _tries(person.login))
    person.password = PasswordHash.recommended().hash(password)
    person.password_given_at = given_at
    session.execute(delete(StaffSession).where(col(StaffSession.staff) == person.id))


def change_own_password(
    session: Session, person: Staff, *, password_now: str, password: str, now: float
) -> Failure | None:
    """Give oneself another password. Tries are limited as those of signing in are."""
    key = _tries(person.login)
    if not limit.allow(session, key, limit=_TRIES_LIMIT, window_s=_TRIES_WINDOW_S, now=now):
        return Failure.TOO_MANY_TRIES
    if not PasswordHash.recommended().verify(password_now, person.password):
        return Failure.SIGN_IN_WRONG
    set_password(session, person, password, given_at=None)
    return None


def _tries(login: str) -> str:
    return f"sign-in:{digest(login)[:32]}"


def let_maintain(person: Staff, *, maintains: bool) -> None:
    """Let the badges made from now on look into every box and audit, or not; where that is open."""
    if may_be_let_maintain(person.capabilities):
        kept = [word for word in person.capabilities if word != Capability.MAINTAIN]
        person.capabilities = [*kept, Capability.MAINTAIN.value] if maintains else kept


def issue_badge(
    session: Session, person: Staff, *, pin: str, keys: KeyRing, now: float
) -> Badge | Failure:
    """Make a badge in place of the person's former ones, and tell every cabinet."""
    if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8):
        return Failure.FORM_INVALID
    _revoke_badges(session, person, now=now)
    secret = base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=")
    badge_id = new_id("a")
    badge = Badge(
        id=badge_id,
        staff=person.id,
        sealed=keys.sealer.seal(f"{secret} {pin}", place=f"badge:{badge_id}"),
        expires_at=float(int(now + BADGE_LIFE_S)),
        created_at=now,
    )
    session.add(badge)
    session.flush()
    for cabinet in _enrolled(session):
        item = news.staff_news(badge, cabinet, capabilities=person.capabilities, keys=keys)
        news.put(session, cabinet.id, item, now=now)
    return badge


def badge_text(badge: Badge, *, keys: KeyRing) -> str:
    """Give what the badge's QR says."""
    secret, _pin = keys.sealer.open(badge.sealed, place=f"badge:{badge.id}").split(" ")
    return BADGE_PREFIX + secret


def show_badge_once(session: Session, badge_id: str, *, keys: KeyRing, now: float) -> str | Failure:
    """Give the badge's text for its page to print, the first time only."""
    badge = session.get(Badge, badge_id, with_for_update=True)
    if badge is None or badge.revoked_at is not None:
        return Failure.NOT_FOUND
    if badge.shown_at is not None:
        return Failure.CREDENTIAL_USED
    badge.shown_at = now
    return badge_text(badge, keys=keys)


def give_role(
    session: Session, person: Staff, role: Role, *, by: str, now: float
) -> Failure | None:
    """Let a person be something else at once. The badge of before ends: it opened other things."""
    if not _makes_accounts(session, by):
        return Failure.NOT_YOUR_DUTY
    person.role = role.value
    person.capabilities = [word.value for word in BADGE[role]]
    _end_badge(session, person, now=now)
    return None


def leave(session: Session, person: Staff, *, by: str, now: float) -> Failure | None:
    """End an account: its sessions, and its badge at every cabinet."""
    if not _makes_accounts(session, by):
        return Failure.NOT_YOUR_DUTY
    person.left_at = now
    session.execute(delete(StaffSession).where(col(StaffSession.staff) == person.id))
    _end_badge(session, person, now=now)
    return None


def _makes_accounts(session: Session, by: str) -> bool:
    """Tell whether somebody makes accounts, once who changes another's just now is done.

    Two who take the duty from each other at once leave one who has it: nobody takes their own.
    """
    take_turns(session, "accounts")
    row = session.get(Staff, by)
    return row is not None and row.left_at is None and Duty.PEOPLE in duties_of(row.role)


def _end_badge(session: Session, person: Staff, *, now: float) -> None:
    _revoke_badges(session, person, now=now)
    for cabinet in _enrolled(session):
        news.put(session, cabinet.id, StaffGoneNews(staff=person.id), now=now)


def _revoke_badges(session: Session, person: Staff, *, now: float) -> None:
    live = select(Badge).where(Badge.staff == person.id, col(Badge.revoked_at).is_(None))
    for badge in session.exec(live):
        badge.revoked_at = now


def _enrolled(session: Session) -> list[Cabinet]:
    return list(
        session.exec(
            select(Cabinet).where(
                col(Cabinet.enrolled_at).is_not(None), col(Cabinet.revoked_at).is_(None)
            )
        )
    )
