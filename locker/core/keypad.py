"""Wrong codes: the keypad slows down, and nobody is ever locked out.

A wrong code belongs to nobody. After five wrong in a row the keypad pauses for 10, 20 … 60 s; one
that opens a door starts the count anew. A badge is never slowed by them, nor a signed QR, but one
that asks for four digits more: those are typed here. The count outlives a restart, and a restart
begins the pause again. Digits that are asked to one code rest besides (`tries`).
"""

from __future__ import annotations

import hmac
import math

from locker.contract import event as e
from locker.contract.failure import Failure
from locker.contract.vocabulary import CredentialKind, Purpose
from locker.core import judge, tries
from locker.core.docket import Docket
from locker.core.memory import LastFourAsked
from locker.core.state import GrantRecord

FREE_TRIES = 5
STEP_S = 10
LONGEST_S = 60
_BY_CODE = frozenset({Purpose.DEPOSIT, Purpose.COLLECT})


def pause_after(wrong_in_a_row: int) -> int:
    """Give the seconds of pause after so many wrong codes in a row."""
    if wrong_in_a_row < FREE_TRIES:
        return 0
    return min(LONGEST_S, STEP_S * (wrong_in_a_row - FREE_TRIES + 1))


def typed(docket: Docket, digest: str) -> None:
    """Judge eight digits by their digest; while the keypad pauses nothing is looked at."""
    if is_paused(docket):
        return
    found = docket.draft.grants_by_code(digest)
    matching = [grant for grant in found if grant.purpose in _BY_CODE]
    if not matching:
        wrong(docket, Failure.CODE_WRONG, CredentialKind.TYPED_CODE)
        return
    grant = min(matching, key=lambda g: (g.ended, g.grant))
    if judge.present(docket, grant, CredentialKind.TYPED_CODE):
        right(docket)


def last_four_typed(docket: Docket, asked: LastFourAsked | None, digest: str) -> None:
    """Judge the four digits that were asked for, by their digest together with the code.

    Wrong ones count as a wrong code does, and the code must be shown again.
    """
    if is_paused(docket):
        return
    held = docket.draft.find(GrantRecord, asked.grant.grant) if asked is not None else None
    if asked is None or held is None:
        docket.show_refusal(Failure.LAST_FOUR_WRONG)
    elif not hmac.compare_digest(held.last_four_digest or "", digest):
        rests = tries.wrong(docket, held.grant, held.grant)
        failure = Failure.LAST_FOUR_RESTS if rests else Failure.LAST_FOUR_WRONG
        wrong(docket, failure, asked.credential)
    else:
        tries.begin_anew(docket, held.grant)
        if judge.use(docket, asked.grant, asked.credential) is None:
            right(docket)


def is_paused(docket: Docket) -> bool:
    """Whether the keypad pauses; says so on the glass."""
    return pauses(docket, docket.memory.keypad_until_s)


def pauses(docket: Docket, until_s: float) -> bool:
    """Whether it must be waited until then; says so on the glass, in whole seconds, never 0."""
    if docket.now.mono_s >= until_s:
        return False
    left_s = until_s - docket.now.mono_s
    docket.show_refusal(Failure.KEYPAD_PAUSED, seconds=math.ceil(left_s))
    return True


def wrong_pin(docket: Docket) -> None:
    """Count a wrong PIN apart: whoever presses wrong codes must not keep staff out."""
    count = docket.memory.wrong_pins + 1
    pause_s = pause_after(count)
    failure = Failure.BADGE_OR_PIN_WRONG
    docket.refuse(failure, CredentialKind.STAFF, counted=True, seconds=pause_s)
    docket.remember(wrong_pins=count, pin_until_s=docket.now.mono_s + pause_s)


def wrong(docket: Docket, failure: Failure, credential: str) -> None:
    """Count a wrong code, and pause when it is time."""
    count = docket.draft.ledger.wrong_codes + 1
    pause_s = pause_after(count)
    docket.refuse(failure, credential, counted=True, seconds=pause_s)
    docket.emit(e.KeypadCounted(count, pause_s))
    if pause_s:
        docket.remember(keypad_until_s=docket.now.mono_s + pause_s)


def right(docket: Docket) -> None:
    """A code opened a door: the count starts anew."""
    if docket.draft.ledger.wrong_codes:
        docket.emit(e.KeypadCounted(0, 0))
