"""The second factor of staff: six digits that change every 30 s (RFC 6238), and recovery codes.

The secret is sealed with the centre's own key; a code that was used once is refused a second time.
"""

from __future__ import annotations

import secrets

import pyotp
from sqlmodel import Session

from central.key import KeyRing, digest
from central.operation import limit
from central.record.people import Staff, StaffSession
from locker.contract.failure import Failure

ISSUER = "帮办柜"
RECOVERY_CODES = 8
_STEP_S = 30
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_TRIES, _WINDOW_S = 5, 300.0


def new_secret() -> str:
    """Make the secret that goes into the QR."""
    return pyotp.random_base32()


def address(secret: str, login: str) -> str:
    """Give what the QR says, in the form that every authenticator reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def enrol(
    session: Session, staff: str, secret: str, code: str, *, keys: KeyRing, now: float
) -> list[str] | Failure:
    """Take a secret whose code is right; give the recovery codes, to be shown this once."""
    if not _allowed(session, staff, now=now):
        return Failure.TOO_MANY_TRIES
    step = _step_of(secret, code, now=now)
    if step is None:
        return Failure.SIGN_IN_WRONG
    person = session.get_one(Staff, staff, with_for_update=True)
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    person.second_factor = keys.sealer.seal(secret, place=f"second:{staff}")
    person.second_step = step
    person.recovery = [digest(code) for code in codes]
    return codes


def check(session: Session, token: str, typed: str, *, keys: KeyRing, now: float) -> Failure | None:
    """Let a session pass that waits for its second factor."""
    row = session.get(StaffSession, digest(token), with_for_update=True)
    if row is None:
        return Failure.SESSION_OVER
    if not row.waits:
        return None
    if not _allowed(session, row.staff, now=now):
        return Failure.TOO_MANY_TRIES
    person = session.get_one(Staff, row.staff, with_for_update=True)
    if not _is_right(person, typed, keys=keys, now=now):
        return Failure.SIGN_IN_WRONG
    limit.forgive(session, f"second:{row.staff}")
    row.waits = False
    return None


def drop(session: Session, staff: str) -> None:
    """Take the second factor away, for who lost phone and recovery codes."""
    person = session.get_one(Staff, staff, with_for_update=True)
    person.second_factor, person.second_step, person.recovery = "", 0, []


def _is_right(person: Staff, typed: str, *, keys: KeyRing, now: float) -> bool:
    plain = typed.replace(" ", "").replace("-", "").upper()
    if digest(plain) in person.recovery:
        person.recovery = [one for one in person.recovery if one != digest(plain)]
        return True
    secret = keys.sealer.open(person.second_factor, place=f"second:{person.id}")
    step = _step_of(secret, plain, now=now)
    if step is None or step <= person.second_step:
        return False
    person.second_step = step
    return True


def _step_of(secret: str, code: str, *, now: float) -> int | None:
    """Give the step whose code this is: this one, or a neighbour for a phone's wrong clock."""
    totp, this = pyotp.TOTP(secret), int(now // _STEP_S)
    near = (this, this - 1, this + 1)
    if not (code.isascii() and code.isdecimal() and len(code) == 6):
        return None
    return next(
        (step for step in near if secrets.compare_digest(totp.at(step * _STEP_S), code)), None
    )


def _allowed(session: Session, staff: str, *, now: float) -> bool:
    return limit.allow(session, f"second:{staff}", limit=_TRIES, window_s=_WINDOW_S, now=now)
