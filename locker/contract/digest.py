"""The digests of typed codes, badges and cards: one rule, computed alike by cabinet and centre.

Pure; standard library only. Knows no store and no person. Each scrypt takes about 31 ms and
18 MB on a small PC, so the cabinet computes them in a thread of its own.
"""

from __future__ import annotations

import hashlib
import hmac

from locker.contract.credential import SCRYPT_BYTES, SCRYPT_N, SCRYPT_P, SCRYPT_R

_CARD_CONTEXT = b"bangbangui card v1"
_MAXMEM = 64 * 1024 * 1024


def code_digest(digits: str, *, salt: bytes) -> str:
    """Give the digest, in hex, of an eight-digit code under the cabinet's `code_salt`.

    Where four digits more are asked, the other digest is of the code followed by them.
    """
    return _scrypt(digits.encode(), salt)


def badge_lookup(secret: str, *, badge_key: bytes) -> str:
    """Give the keyed look-up, in hex, of a badge's 26 base32 characters."""
    return hmac.new(badge_key, secret.encode(), hashlib.sha256).hexdigest()


def badge_digest(secret: str, pin: str, *, badge_key: bytes) -> str:
    """Give the digest, in hex, of a badge's 26 base32 characters followed by the PIN."""
    return _scrypt((secret + pin).encode(), badge_key)


def card_lookup(number: str) -> str:
    """Give the slow hash, in hex, by which the same card is known again; see `card_at`."""
    return _scrypt(number.encode(), _CARD_CONTEXT)


def card_digest(number: str, digits: str) -> str:
    """Give the slow hash, in hex, of a card and the digits of its owner; see `card_at`."""
    return _scrypt(f"{number}\0{digits}".encode(), _CARD_CONTEXT)


def card_at(slow: str, *, badge_key: bytes) -> str:
    """Give a card's slow hash, in hex, as one cabinet keeps it: under that cabinet's own key.

    A card's number is short, so neither slow hash is ever kept bare: the centre seals them with the
    person's key, and so can tell each cabinet its own form without knowing card or digits.
    """
    return hmac.new(badge_key, b"card\0" + slow.encode(), hashlib.sha256).hexdigest()


def _scrypt(text: bytes, salt: bytes) -> str:
    return hashlib.scrypt(
        text,
        salt=salt,
        n=SCRYPT_N,
        r=SCRYPT_R,
        p=SCRYPT_P,
        maxmem=_MAXMEM,
        dklen=SCRYPT_BYTES,
    ).hex()
