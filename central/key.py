"""The centre's secrets: kept in files of the data folder (mode 0600), never in the database.

`master.key` wraps one random data key a person and, through derived keys, the blind index and the
cookies; `signing.key` is the Ed25519 key of signed QR codes. Knows no table and no route.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from locker.contract.centre import SigningKey
from locker.contract.credential import TOKEN_TYPE, GrantClaims

ERASURE_TYPE = "bbg-erasure"
_NONCE_BYTES = 12


class KeyFileError(Exception):
    """A key file is there and is not a key; carries its path."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: not 32 bytes in hex; restore it from its backup")
        self.path = path


def encode(raw: bytes) -> str:
    """Write base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Read base64url with or without padding. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def new_id(prefix: str) -> str:
    """Make a short token: the prefix and 50 random bits in lower-case base32."""
    return prefix + base64.b32encode(secrets.token_bytes(7)).decode().lower()[:10]


def digest(secret: str) -> str:
    """Give the SHA-256, in hex, under which a random secret is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_signed(key: str, *, signature: str, message: bytes) -> bool:
    """Tell whether `signature` (base64url) is that of the raw Ed25519 public `key` (base64url)."""
    try:
        Ed25519PublicKey.from_public_bytes(decode(key)).verify(decode(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Sealer:
    """Encrypts short texts with one key; `place` binds a text to where it is stored."""

    key: bytes

    def seal(self, text: str, *, place: str) -> str:
        """Encrypt a text with AES-256-GCM."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return encode(nonce + AESGCM(self.key).encrypt(nonce, text.encode(), place.encode()))

    def open(self, sealed: str, *, place: str) -> str:
        """Decrypt a text. Raises cryptography's InvalidTag when it is not from this place."""
        raw = decode(sealed)
        nonce, body = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
        return AESGCM(self.key).decrypt(nonce, body, place.encode()).decode()


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Every secret of one centre."""

    master: bytes
    signing: Ed25519PrivateKey

    @classmethod
    def open(cls, folder: Path) -> KeyRing:
        """Read the key files, making those that are missing. Raises KeyFileError."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        signing = Ed25519PrivateKey.from_private_bytes(_key_file(folder / "signing.key"))
        return cls(_key_file(folder / "master.key"), signing)

    @property
    def public(self) -> SigningKey:
        """The public half of the signing key, as cabinets get it."""
        raw = self.signing.public_key().public_bytes_raw()
        return SigningKey(kid=hashlib.sha256(raw).hexdigest()[:8], key=encode(raw))

    def sign_grant(self, claims: GrantClaims) -> str:
        """Make the signed QR: a compact JWS, alg EdDSA (RFC 8037).

        Written out because joserfc warns of this alg's name at each use; the tests read it back
        with joserfc.
        """
        return self._sign(TOKEN_TYPE, claims.to_json())

    def sign_erasure(self, statement: Mapping[str, Any]) -> str:
        """Make the proof of an erasure: a compact JWS that no cabinet takes for a grant."""
        return self._sign(ERASURE_TYPE, statement)

    def read_erasure(self, proof: str) -> dict[str, Any] | None:
        """Give what a proof of erasure says, or None where it is not this centre's."""
        body, _, signature = proof.rpartition(".")
        if not is_signed(self.public.key, signature=signature, message=body.encode()):
            return None
        head, statement = (json.loads(decode(part)) for part in body.split("."))
        return dict(statement) if head["typ"] == ERASURE_TYPE else None

    @property
    def sealer(self) -> Sealer:
        """Seals what belongs to nobody in particular: staff badges, a form between two pages."""
        return Sealer(self._derived("seal"))

    @property
    def cookie_secret(self) -> bytes:
        """Signs cookies."""
        return self._derived("cookie")

    def new_person(self, resident: str) -> tuple[str, Sealer]:
        """Make a data key for a person: wrapped for the database, and ready to use."""
        raw = secrets.token_bytes(32)
        wrapped = Sealer(self._derived("wrap")).seal(raw.hex(), place=f"person:{resident}")
        return wrapped, Sealer(raw)

    def person(self, resident: str, wrapped: str) -> Sealer:
        """Unwrap a person's data key."""
        raw = Sealer(self._derived("wrap")).open(wrapped, place=f"person:{resident}")
        return Sealer(bytes.fromhex(raw))

    def index(self, field: str, value: str) -> str:
        """Give the keyed hash, in hex, by which an exact value of a field is found."""
        text = f"{field}\0{value}".encode()
        return hmac.new(self._derived("index"), text, hashlib.sha256).hexdigest()

    def _sign(self, kind: str, statement: Mapping[str, Any]) -> str:
        head = {"alg": "EdDSA", "kid": self.public.kid, "typ": kind}
        body = ".".join(
            encode(json.dumps(part, separators=(",", ":"), ensure_ascii=False).encode())
            for part in (head, statement)
        )
        return f"{body}.{encode(self.signing.sign(body.encode()))}"

    def _derived(self, purpose: str) -> bytes:
        info = b"bangbangui centre v1 " + purpose.encode()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self.master)


def _key_file(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_bytes(32).hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
    try:
        raw = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError as error:
        raise KeyFileError(path) from error
    if len(raw) != 32:
        raise KeyFileError(path)
    return raw
