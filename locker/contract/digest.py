"""The digests of typed codes and badges: one rule, computed alike by the cabinet and the centre.

Pure; standard library only. Knows no store and no person. Each scrypt takes about 31 ms and
18 MB on a small PC, so the cabinet computes them in a thread of its own.
"""

from __future__ import annotations

import hashlib
import hmac

from locker.contract.credential import SCRYPT_BYTES, SCRYPT_N, SCRYPT_P, SCRYPT_R

_MAXMEM = 64 * 1024 * 1024


def code_digest(digits: str, *, salt: bytes) -> str:
    """Give the digest, in hex, of an eight-digit code under the cabinet's `code_salt`."""
    return _scrypt(digits.encode(), salt)


def badge_lookup(secret: str, *, badge_key: bytes) -> str:
    """Give the keyed look-up, in hex, of a badge's 26 base32 characters."""
    return hmac.new(badge_key, secret.encode(), hashlib.sha256).hexdigest()


def badge_digest(secret: str, pin: str, *, badge_key: bytes) -> str:
    """Give the digest, in hex, of a badge's 26 base32 characters followed by the PIN."""
    return _scrypt((secret + pin).encode(), badge_key)


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
