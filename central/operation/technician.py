"""A technician's pass: a signed QR that lets one member of staff in to one cabinet's figures.

Shown once, within five minutes, to the cabinet's scanner; no network is needed there. It opens no
door by itself: each pulse is asked for at the glass, and journaled by the cabinet with this name.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from central.key import KeyRing, new_id
from central.operation import audit
from central.record.cabinet import Cabinet
from locker.contract.credential import CLAIMS_VERSION, PASS_LIFE_S, GrantClaims
from locker.contract.vocabulary import Purpose

ABOUT = "technician"
"""What stands where other codes name what lies in a box."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What the QR says, and until when it can be shown (Unix seconds)."""

    text: str
    until: float


def make_pass(session: Session, cabinet: Cabinet, *, keys: KeyRing, staff: str, now: float) -> Pass:
    """Sign a pass to this cabinet for this member of staff, and write down that it was made."""
    claims = GrantClaims(
        v=CLAIMS_VERSION,
        grant=new_id("g"),
        cabinet=cabinet.id,
        purpose=Purpose.MAINTAIN,
        consignment=ABOUT,
        matter="",
        reference="",
        iat=int(now),
        exp=int(now) + PASS_LIFE_S,
        staff=staff,
    )
    audit.note(session, "pass_made", resident="", staff=staff, now=now)
    return Pass(keys.sign_grant(claims), float(claims.exp))
