"""The centre's secrets: kept in files of the data folder (mode 0600), never in the database.

`master.key` wraps one random data key a person and, through derived keys, the blind index and the
cookies; `signing.key` is the Ed25519 key of signed QR codes, `signing-next.key` the one that will
take its place, and `signing-old.json` the public halves of those before. Knows no table, no route.
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
from pydantic import TypeAdapter, ValidationError

from locker.contract.centre import SigningKey
from locker.contract.credential import TOKEN_TYPE, GrantClaims

ERASURE_TYPE = "bbg-erasure"
MASTER = "master.key"
SIGNING, NEXT, OLD = "signing.key", "signing-next.key", "signing-old.json"
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


class OldKey(SigningKey):
    """A signing key that was replaced. `accepted`: whether cabinets still take what it signed."""

    accepted: bool = True


_OLD_KEYS: TypeAdapter[tuple[OldKey, ...]] = TypeAdapter(tuple[OldKey, ...])


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Every secret of one centre. `upcoming`: the next signing key, told to the cabinets."""

    master: bytes
    signing: Ed25519PrivateKey
    upcoming: SigningKey | None = None
    old: tuple[OldKey, ...] = ()

    @classmethod
    def open(cls, folder: Path) -> KeyRing:
        """Read the key files, making those that are missing. Raises KeyFileError."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in (SIGNING, MASTER):
            _key_file(folder / name)
        return cls.read(folder)

    @classmethod
    def read(cls, folder: Path) -> KeyRing:
        """Read the key files and make none. Raises KeyFileError."""
        signing = Ed25519PrivateKey.from_private_bytes(_read_key(folder / SIGNING))
        upcoming = _public(_read_key(folder / NEXT)) if (folder / NEXT).exists() else None
        return cls(_read_key(folder / MASTER), signing, upcoming, _old_keys(folder / OLD))

    @property
    def public(self) -> SigningKey:
        """The public half of the signing key, as cabinets get it."""
        return _public(self.signing.private_bytes_raw())

    @property
    def accepted(self) -> tuple[SigningKey, ...]:
        """What cabinets take as signed by this centre: the key in use, the next, and old ones."""
        upcoming = () if self.upcoming is None else (self.upcoming,)
        old = (SigningKey(kid=key.kid, key=key.key) for key in self.old if key.accepted)
        return (self.public, *upcoming, *old)

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
        if not any(
            is_signed(key.key, signature=signature, message=body.encode())
            for key in (self.public, *self.old)
        ):
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


def make_next(folder: Path) -> SigningKey:
    """Make the next signing key, or give the one that is there. Raises KeyFileError."""
    return _public(_key_file(folder / NEXT))


def use_next(folder: Path) -> SigningKey:
    """Let the next signing key take the place of the one in use, whose private half is destroyed.

    The public half of the old one is kept. Raises KeyFileError where there is no next one.
    """
    used, coming = _public(_read_key(folder / SIGNING)), _public(_read_key(folder / NEXT))
    others = (key for key in _old_keys(folder / OLD) if key.kid != used.kid)
    _keep_old(folder, (*others, OldKey(kid=used.kid, key=used.key)))
    (folder / NEXT).replace(folder / SIGNING)
    return coming


def drop_old(folder: Path, kid: str) -> bool:
    """Note that cabinets are to take nothing more of an old key; False where there is none such."""
    old = _old_keys(folder / OLD)
    _keep_old(
        folder,
        tuple(k.model_copy(update={"accepted": k.accepted and k.kid != kid}) for k in old),
    )
    return any(key.kid == kid for key in old)


def _public(raw: bytes) -> SigningKey:
    public = Ed25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw()
    return SigningKey(kid=hashlib.sha256(public).hexdigest()[:8], key=encode(public))


def _old_keys(path: Path) -> tuple[OldKey, ...]:
    try:
        return _OLD_KEYS.validate_json(path.read_bytes())
    except FileNotFoundError:
        return ()
    except ValidationError as error:
        raise KeyFileError(path) from error


def _keep_old(folder: Path, keys: tuple[OldKey, ...]) -> None:
    fresh = folder / f".{OLD}.new"
    with fresh.open("wb") as file:
        file.write(_OLD_KEYS.dump_json(keys, indent=1))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / OLD)


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
    return _read_key(path)


def _read_key(path: Path) -> bytes:
    try:
        raw = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise KeyFileError(path) from error
    if len(raw) != 32:
        raise KeyFileError(path)
    return raw
