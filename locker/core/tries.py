"""Four digits that go with something shown: so many wrong on one day, and it rests until the next.

What is counted is the card, or the grant whose code asks for more; who tried is not known. The
counts outlive a restart. A rest ends early where the centre issues its grants anew.
"""

from __future__ import annotations

from locker.contract import event as e
from locker.contract.credential import DIGIT_TRIES
from locker.contract.local_time import local_time
from locker.core.docket import Docket

_NAMED = 16
"""Hex digits of a look-up that name a card in the journal."""


def of_card(lookup: str) -> str:
    """Name a card by its look-up at this cabinet."""
    return lookup[:_NAMED]


def rests(docket: Docket, tried: str) -> bool:
    """Whether no digits are looked at for this today."""
    return _wrong_today(docket, tried) >= DIGIT_TRIES


def wrong(docket: Docket, tried: str, grant: str | None) -> bool:
    """Count wrong digits; whether it rests from now on. `grant`: what would have opened."""
    _count(docket, tried, _wrong_today(docket, tried) + 1, grant)
    return rests(docket, tried)


def issued_anew(docket: Docket, put: e.GrantPut) -> None:
    """Let what rests be used again: the centre has spoken to its owner."""
    begin_anew(docket, put.grant)
    if put.card_lookup is not None:
        begin_anew(docket, of_card(put.card_lookup))


def begin_anew(docket: Docket, tried: str) -> None:
    """Forget what was wrong today."""
    if _wrong_today(docket, tried):
        _count(docket, tried, 0, None)


def _count(docket: Docket, tried: str, wrong: int, grant: str | None) -> None:
    docket.emit(e.DigitsCounted(tried, wrong, _today(docket), grant))


def _wrong_today(docket: Docket, tried: str) -> int:
    ledger = docket.draft.ledger
    return ledger.digits_wrong.get(tried, 0) if ledger.digits_day == _today(docket) else 0


def _today(docket: Docket) -> int:
    """Give the local date by the time that is certain: a wrong clock ends no rest."""
    return local_time(docket.surely).toordinal()
