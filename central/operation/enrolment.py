"""Cabinets come and go: made by the operator, enrolled once with a code, logged in by a nonce."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from central.key import KeyRing, digest, encode, is_signed, new_id
from central.operation import alarm, grant, limit, news
from central.record.cabinet import Cabinet, CabinetSession, EnrolmentCode, Journal, LoginNonce
from locker.contract.centre import Enrolled, Enrolment, Login, Nonce
from locker.contract.centre import Session as Opened
from locker.contract.chain import GENESIS
from locker.contract.credential import login_message
from locker.contract.failure import Failure

CODE_LIFE_S = 24 * 3600.0
NONCE_LIFE_S = 60.0
SESSION_LIFE_S = 3600
_CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_TRIES_LIMIT, _TRIES_WINDOW_S = 10, 600.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cabinet stands and whom to call; `short` is its number on the telephone."""

    short: str
    community: str
    site: str
    telephone: str


def create_cabinet(session: Session, place: Place, *, now: float) -> Cabinet | Failure:
    """Make a cabinet that waits for its enrolment. Refused where the short number is taken."""
    taken = session.exec(select(Cabinet.id).where(Cabinet.short == place.short)).first()
    if taken is not None:
        return Failure.FORM_INVALID
    cabinet = Cabinet(
        id=new_id("c"),
        short=place.short,
        community=place.community,
        site=place.site,
        telephone=place.telephone,
        created_at=now,
    )
    session.add(cabinet)
    session.flush()
    return cabinet


def new_code(session: Session, cabinet: str, *, now: float) -> str:
    """Make a one-time enrolment code, good for a day: 60 bits in twelve characters."""
    code = "".join(secrets.choice(_CODE_ALPHABET) for _ in range(12))
    session.add(EnrolmentCode(digest=digest(code), cabinet=cabinet, expires_at=now + CODE_LIFE_S))
    return code


def enrol(
    session: Session, ask: Enrolment, *, keys: KeyRing, public_url: str, peer: str, now: float
) -> Enrolled | Failure:
    """Take a cabinet in. An enrolment with a new code replaces the keys of the one before."""
    if not limit.allow(
        session, f"enrol:{peer}", limit=_TRIES_LIMIT, window_s=_TRIES_WINDOW_S, now=now
    ):
        return Failure.TOO_MANY_TRIES
    code = session.get(EnrolmentCode, digest(ask.code), with_for_update=True)
    if code is None or code.used_at is not None or code.expires_at < now:
        return Failure.SIGN_IN_WRONG
    code.used_at = now
    limit.forgive(session, f"enrol:{peer}")
    cabinet = session.get_one(Cabinet, code.cabinet, with_for_update=True)
    for name in ("login_key", "head_key", "code_salt", "badge_key", "software"):
        setattr(cabinet, name, getattr(ask, name))
    news.seal_keys(cabinet, keys=keys)
    cabinet.layout = ask.layout.model_dump(mode="json")
    cabinet.enrolled_at, cabinet.revoked_at = now, None
    session.execute(delete(CabinetSession).where(col(CabinetSession.cabinet) == cabinet.id))
    journal = begin_journal(session, cabinet, ask.journal, now=now)
    session.flush()
    news.start_over(session, cabinet.id)
    grant.issue_anew(session, cabinet, keys=keys, now=now)
    return Enrolled(
        cabinet=cabinet.id,
        centre_time=now,
        keys=keys.accepted,
        earlier=journal.number > 1,
        public_url=public_url,
        community=cabinet.community,
        site=cabinet.site,
        telephone=cabinet.telephone,
    )


def begin_journal(session: Session, cabinet: Cabinet, journal: str, *, now: float) -> Journal:
    """Make the next journal of a cabinet, or give the one of that name."""
    known = session.get(Journal, (cabinet.id, journal))
    if known is not None:
        return known
    numbers = select(func.max(Journal.number)).where(Journal.cabinet == cabinet.id)
    row = Journal(
        cabinet=cabinet.id,
        journal=journal,
        number=(session.exec(numbers).one() or 0) + 1,
        head_hash=GENESIS,
        first_at=now,
    )
    session.add(row)
    cabinet.journal = journal
    session.flush()
    return row


def ask_nonce(session: Session, cabinet: str, *, now: float) -> Nonce | Failure:
    """Give 128 random bits to sign."""
    row = session.get(Cabinet, cabinet)
    if row is None or row.enrolled_at is None:
        return Failure.NOT_FOUND
    if row.revoked_at is not None:
        return Failure.CREDENTIAL_REVOKED
    session.execute(delete(LoginNonce).where(col(LoginNonce.expires_at) < now))
    nonce = encode(secrets.token_bytes(16))
    session.add(LoginNonce(nonce=nonce, cabinet=cabinet, expires_at=now + NONCE_LIFE_S))
    return Nonce(nonce=nonce, centre_time=now)


def log_in(session: Session, ask: Login, *, now: float) -> Opened | Failure:
    """Open a session for a signed nonce; the nonce is spent, right or wrong."""
    nonce = session.get(LoginNonce, ask.nonce, with_for_update=True)
    row = session.get(Cabinet, ask.cabinet)
    if nonce is None or row is None:
        return Failure.SIGN_IN_WRONG
    session.delete(nonce)
    if row.revoked_at is not None:
        return Failure.CREDENTIAL_REVOKED
    message = login_message(ask.cabinet, ask.nonce)
    good = nonce.cabinet == ask.cabinet and nonce.expires_at >= now
    if not good or not is_signed(row.login_key, signature=ask.signature, message=message):
        return Failure.SIGN_IN_WRONG
    session.execute(delete(CabinetSession).where(col(CabinetSession.expires_at) < now))
    token = encode(secrets.token_bytes(32))
    session.add(
        CabinetSession(digest=digest(token), cabinet=row.id, expires_at=now + SESSION_LIFE_S)
    )
    return Opened(token=token, life_s=SESSION_LIFE_S, centre_time=now)


def who(session: Session, token: str, *, now: float) -> str | Failure:
    """Give the cabinet that a bearer token belongs to."""
    row = session.get(CabinetSession, digest(token))
    if row is None or row.expires_at < now:
        return Failure.SESSION_OVER
    if session.get_one(Cabinet, row.cabinet).revoked_at is not None:
        return Failure.CREDENTIAL_REVOKED
    return row.cabinet


def revoke(session: Session, cabinet: str, *, now: float) -> None:
    """Shut a cabinet out: its sessions end and no new one opens."""
    session.get_one(Cabinet, cabinet).revoked_at = now
    alarm.ring(session, cabinet, "cabinet.revoked", now=now)
