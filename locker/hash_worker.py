"""The code-hashing thread: what was typed becomes a digest, and the digits are forgotten.

It also holds what four or more digits are typed to, in memory and for a while only: the secret of
the badge, the number of the card, and the code, that was shown last. Knows no books.
"""

from __future__ import annotations

import queue
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from locker.contract.credential import CODE_DIGITS, LAST_FOUR_S
from locker.contract.digest import (
    badge_digest,
    badge_lookup,
    card_at,
    card_digest,
    card_lookup,
    code_digest,
)
from locker.contract.failure import Failure
from locker.contract.vocabulary import CredentialKind
from locker.core.input import (
    CardLeft,
    CardTyped,
    CodeTyped,
    Input,
    LastFourLeft,
    LastFourTyped,
    PinTyped,
    ShownRefused,
    WalkInAsked,
)
from locker.crew import SignOfLife

BADGE_HELD_S = 60.0
CARD_HELD_S = 120.0
WAITING = 4
"""Jobs that may wait; each takes some 40 ms, and there is one keypad."""


@dataclass(frozen=True, slots=True)
class CodeJob:
    """Eight typed digits."""

    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LastFourJob:
    """Four digits to the code that was shown last."""

    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PinJob:
    """A PIN for the badge that was shown last."""

    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WalkInJob:
    """A code, number and ids are to be made for a person with no phone."""

    low_door: bool
    matter: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CardJob:
    """The digits of a person's own to the card that was shown last."""

    digits: str = field(repr=False)


Job = CodeJob | LastFourJob | PinJob | WalkInJob | CardJob | CardLeft | LastFourLeft
"""Who goes back passes here, too: what is held for their digits is forgotten."""


class HashWorker:
    """Owner of the salts. `tell` hands the finished input to the core."""

    def __init__(
        self,
        *,
        code_salt: bytes,
        badge_key: bytes,
        clock: Callable[[], float],
        tell: Callable[[Input], None],
    ) -> None:
        self._code_salt = code_salt
        self._badge_key = badge_key
        self._clock = clock
        self._tell = tell
        self._jobs: queue.Queue[Job] = queue.Queue(WAITING)
        self._held: tuple[str, float] | None = None
        self._card: tuple[str, float] | None = None
        self._code: tuple[str, float] | None = None
        self.checking = False
        """Whether a typed code is being hashed now."""

    def submit(self, job: Job) -> bool:
        """Take a job; False when too many wait."""
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            return False
        self.checking = self.checking or isinstance(job, CodeJob | LastFourJob | CardJob)
        return True

    def hold(self, secret: str) -> None:
        """Keep a badge's secret for its PIN."""
        self._held = (secret, self._clock() + BADGE_HELD_S)

    def hold_card(self, number: str) -> None:
        """Keep a card's number for its digits."""
        self._card = (number, self._clock() + CARD_HELD_S)

    def hold_code(self, digits: str) -> None:
        """Keep the code that was shown last for four digits more."""
        self._code = (digits, self._clock() + LAST_FOUR_S)

    def run(self, life: SignOfLife, stop: threading.Event) -> None:
        """Hash until stopped."""
        while not stop.is_set():
            life.beat()
            self.turn(timeout_s=0.5)

    def turn(self, *, timeout_s: float) -> None:
        """Do one job, if one comes in time."""
        try:
            job = self._jobs.get(timeout=timeout_s)
        except queue.Empty:
            self._forget()
            return
        done = self._do(job)
        self.checking = False
        self._tell(done)

    def _do(self, job: Job) -> Input:
        match job:
            case CodeJob(digits=digits):
                self.hold_code(digits)
                return CodeTyped(code_digest(digits, salt=self._code_salt))
            case LastFourJob(digits=digits):
                return self._with_last_four(digits)
            case WalkInJob():
                return self._mint(job)
            case PinJob(pin=pin):
                return self._check_pin(pin)
            case CardJob(digits=digits):
                return self._check_card(digits)
            case CardLeft():
                self._card = None
                return job
            case LastFourLeft():
                self._code = None
                return job

    def _with_last_four(self, digits: str) -> Input:
        self._forget()
        if self._code is None:
            return LastFourTyped("")
        (code, _), self._code = self._code, None
        return LastFourTyped(code_digest(code + digits, salt=self._code_salt))

    def _check_pin(self, pin: str) -> Input:
        self._forget()
        if self._held is None:
            return ShownRefused(Failure.BADGE_OR_PIN_WRONG, CredentialKind.STAFF)
        secret, _ = self._held
        lookup = badge_lookup(secret, badge_key=self._badge_key)
        return PinTyped(lookup, badge_digest(secret, pin, badge_key=self._badge_key))

    def _check_card(self, digits: str) -> Input:
        self._forget()
        if self._card is None:
            return ShownRefused(Failure.CARD_WRONG, CredentialKind.CARD)
        (number, _), self._card = self._card, None
        slow = card_lookup(number), card_digest(number, digits)
        return CardTyped(*(card_at(one, badge_key=self._badge_key) for one in slow))

    def _mint(self, job: WalkInJob) -> WalkInAsked:
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        return WalkInAsked(
            deposit_grant=_new_id("gw"),
            return_grant=_new_id("gr"),
            consignment=_new_id("cw"),
            number=f"W{secrets.randbelow(10**6):06d}",
            code=code,
            code_digest=code_digest(code, salt=self._code_salt),
            low_door=job.low_door,
            matter=job.matter,
            missing=job.missing,
        )

    def _forget(self) -> None:
        if self._held is not None and self._clock() > self._held[1]:
            self._held = None
        if self._card is not None and self._clock() > self._card[1]:
            self._card = None
        if self._code is not None and self._clock() > self._code[1]:
            self._code = None


def _new_id(prefix: str) -> str:
    return f"{prefix}-{secrets.token_hex(8)}"
