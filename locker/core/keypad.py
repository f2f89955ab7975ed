"""Wrong codes: the keypad slows down, and nobody is ever locked out.

A wrong code belongs to nobody. After five wrong in a row the keypad pauses for 10, 20 … 60 s; a
right one starts the count anew. A signed QR or a badge is never slowed. The count outlives a
restart, and a restart begins the pause again.
"""

from __future__ import annotations

from locker.contract import event as e
from locker.contract.failure import Failure
from locker.contract.vocabulary import CredentialKind
from locker.core import judge
from locker.core.docket import Docket
from locker.core.state import GrantRecord

FREE_TRIES = 5
STEP_S = 10
LONGEST_S = 60


def pause_after(wrong_in_a_row: int) -> int:
    """Give the seconds of pause after so many wrong codes in a row."""
    if wrong_in_a_row < FREE_TRIES:
        return 0
    return min(LONGEST_S, STEP_S * (wrong_in_a_row - FREE_TRIES + 1))


def typed(docket: Docket, digest: str) -> None:
    """Judge eight digits by their digest; while the keypad pauses nothing is looked at."""
    if is_paused(docket):
        return
    matching = [g for g in docket.draft.all(GrantRecord) if g.code_digest == digest]
    if not matching:
        wrong(docket, Failure.CODE_WRONG, CredentialKind.TYPED_CODE)
        return
    right(docket)
    grant = min(matching, key=lambda g: (g.ended, g.grant))
    judge.use(docket, grant, CredentialKind.TYPED_CODE)


def is_paused(docket: Docket) -> bool:
    """Whether the keypad pauses; says so on the glass."""
    left_s = docket.memory.keypad_until_s - docket.now.mono_s
    if left_s <= 0:
        return False
    docket.show_refusal(Failure.KEYPAD_PAUSED, seconds=round(left_s))
    return True


def wrong(docket: Docket, failure: Failure, credential: str) -> None:
    """Count a wrong code or PIN, and pause when it is time."""
    count = docket.draft.ledger.wrong_codes + 1
    pause_s = pause_after(count)
    docket.refuse(failure, credential, counted=True, seconds=pause_s)
    docket.emit(e.KeypadCounted(count, pause_s))
    if pause_s:
        docket.remember(keypad_until_s=docket.now.mono_s + pause_s)


def right(docket: Docket) -> None:
    """A right code or PIN: the count starts anew."""
    if docket.draft.ledger.wrong_codes:
        docket.emit(e.KeypadCounted(0, 0))
