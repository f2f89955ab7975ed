"""The glass's QR for phones: an address that proves when it was read at this cabinet.

Signed anew each 30 s step of the centre's time. Without that time, or without the centre, there
is none: a phone could do nothing with it.
"""

from __future__ import annotations

from locker.clock import CentreTime
from locker.contract.credential import PRESENCE_STEP_S
from locker.identity import Identity


class Presence:
    """Makes the address, once a step."""

    def __init__(self, identity: Identity, centre_time: CentreTime) -> None:
        self._identity = identity
        self._centre_time = centre_time
        self._made: tuple[int, str] | None = None

    def address(self, mono_s: float, *, reachable: bool) -> str | None:
        """Give the address to show now, or None."""
        now = self._centre_time.at(mono_s)
        if now is None or not reachable:
            return None
        step = int(now // PRESENCE_STEP_S)
        if self._made is None or self._made[0] != step:
            enrolment = self._identity.enrolment
            token = f"{step}.{self._identity.sign_presence(step)}"
            self._made = (step, f"{enrolment.public_url}/s/{enrolment.cabinet}?t={token}")
        return self._made[1]
