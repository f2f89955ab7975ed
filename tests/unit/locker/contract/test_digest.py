"""Codes, badges and cards are digested slowly, and by the same rule on both sides."""

from __future__ import annotations

import hashlib

from locker.contract.digest import badge_digest, card_digest, card_lookup, code_digest

SALT = b"salt of a cabinet"


def slowly(text: str, salt: bytes) -> str:
    """Digest as the contract says, in plain numbers: a cheaper rule is another rule."""
    return hashlib.scrypt(text.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32, maxmem=2**26).hex()


def test_a_code_a_badge_and_a_card_cost_sixteen_thousand_rounds() -> None:
    assert code_digest("12345678", salt=SALT) == slowly("12345678", SALT)
    assert badge_digest("A" * 26, "4711", badge_key=SALT) == slowly("A" * 26 + "4711", SALT)
    of_cards = b"bangbangui card v1"
    assert card_lookup("0123456789") == slowly("0123456789", of_cards)
    assert card_digest("0123456789", "4711") == slowly("0123456789\x004711", of_cards)
