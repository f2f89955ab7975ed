"""A person's own card with four digits of theirs: it collects what lies here for them.

A card can be found and copied, so it opens nothing alone. An unknown card, wrong digits and nothing
to collect are told apart to nobody. They slow the keypad like wrong codes; besides, one card rests
after five wrong on one day, until the next, or until the centre issues its grants anew.
"""

from __future__ import annotations

from typing import assert_never

from locker.contract import event as e
from locker.contract.failure import Failure
from locker.contract.vocabulary import CredentialKind, GrantState, Purpose
from locker.core import judge, keypad, staff, tries
from locker.core.docket import Docket
from locker.core.input import CardLeft, CardShown, CardTyped
from locker.core.state import GrantRecord

DIGITS_S = 120.0
"""How long the digits are waited for."""


def happened(docket: Docket, what: CardShown | CardTyped | CardLeft, *, awaited: bool) -> None:
    """Take one step of somebody with a card. `awaited`: one was shown, and nobody left since."""
    match what:
        case CardShown():
            _shown(docket)
        case CardTyped():
            if keypad.is_paused(docket):
                return
            if awaited:
                _typed(docket, what)
            else:
                docket.show_refusal(Failure.CARD_WRONG)
        case CardLeft():
            pass
        case _ as never:
            assert_never(never)


def _shown(docket: Docket) -> None:
    """Ask for the digits, unless somebody is at a door, at the number of a drop-off, or at work."""
    memory = docket.memory
    if memory.staff is not None and memory.staff.signed_in:
        docket.refuse(Failure.NOT_OURS, CredentialKind.CARD)
    elif docket.visit is not None or memory.offer is not None:
        docket.refuse(Failure.BUSY, CredentialKind.CARD)
    elif not keypad.is_paused(docket):
        staff.sign_out(docket, "card")
        docket.remember(card_until_s=docket.now.mono_s + DIGITS_S, refused=None)


def _typed(docket: Docket, card: CardTyped) -> None:
    if tries.rests(docket, tries.of_card(card.lookup)):
        docket.refuse(Failure.CARD_RESTS, CredentialKind.CARD)
        return
    known = [grant for grant in docket.draft.all(GrantRecord) if grant.card_lookup == card.lookup]
    grant = _best(docket, [grant for grant in known if grant.card_digest == card.digest])
    if grant is None:
        _wrong(docket, card.lookup, next((one.grant for one in known), None))
        return
    tries.begin_anew(docket, tries.of_card(card.lookup))
    if judge.use(docket, grant, CredentialKind.CARD) is None:
        keypad.right(docket)


def _best(docket: Docket, grants: list[GrantRecord]) -> GrantRecord | None:
    """Give what there is to collect, the oldest first, or else what may be opened again.

    What is long collected is no answer to a card, as it would be to a code: codes are used once.
    """
    mine = [grant for grant in grants if grant.purpose is Purpose.COLLECT]
    mine.sort(key=lambda grant: (grant.issued_at, grant.grant))
    waiting = [one for one in mine if one.state in {GrantState.LIVE, GrantState.RESERVED}]
    again = [one for one in mine if judge.reopening_place(docket, one) is not None]
    recalled = [one for one in mine if one.revoked_for == e.RECALLED]
    return next(iter(waiting + again[::-1] + recalled[::-1]), None)


def _wrong(docket: Docket, lookup: str, grant: str | None) -> None:
    rests = tries.wrong(docket, tries.of_card(lookup), grant)
    keypad.wrong(docket, Failure.CARD_RESTS if rests else Failure.CARD_WRONG, CredentialKind.CARD)
