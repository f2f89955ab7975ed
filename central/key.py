"""The centre's secrets: kept in files of the data folder (mode 0600), never in the database.

`master.key` wraps one random data key a person and, through derived keys, the blind index and the
cookies. While it is changed, `master-next.key` is the one that will take its place, read but not
written with, and `master-old.key` the one before; `cookies.key` keeps what was derived for cookies
before a change, so that phones stay bound. `signing.key` is the Ed25519 key of signed QR codes,
`signing-next.key` the one that will take its place, and `signing-old.json` the public halves of
those before. Knows no table, no route.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import TypeAdapter, ValidationError

from locker.contract.centre import SigningKey
from locker.contract.credential import TOKEN_TYPE, GrantClaims

ERASURE_TYPE = "bbg-erasure"
MASTER, MASTER_NEXT, MASTER_OLD = "master.key", "master-next.key", "master-old.key"
COOKIES = "cookies.key"
SIGNING, NEXT, OLD = "signing.key", "signing-next.key", "signing-old.json"
_NONCE_BYTES = 12


class KeyFileError(Exception):
    """A key file is there and is not a key, or not the one it should be; carries its path."""

    def __init__(
        self, path: Path, why: str = "not 32 bytes in hex; restore it from its backup"
    ) -> None:
        super().__init__(f"{path}: {why}")
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
    """Encrypts short texts with one key; `place` binds a text to where it is stored.

    `others`: keys that open as well, while the master key is changed.
    """

    key: bytes
    others: tuple[bytes, ...] = ()

    def seal(self, text: str, *, place: str) -> str:
        """Encrypt a text with AES-256-GCM."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return encode(nonce + AESGCM(self.key).encrypt(nonce, text.encode(), place.encode()))

    def open(self, sealed: str, *, place: str) -> str:
        """Decrypt a text. Raises cryptography's InvalidTag when it is not from this place."""
        raw = decode(sealed)
        nonce, body = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
        for key in self.others:
            with contextlib.suppress(InvalidTag):
                return AESGCM(key).decrypt(nonce, body, place.encode()).decode()
        return AESGCM(self.key).decrypt(nonce, body, place.encode()).decode()

    def renewed(self, sealed: str, *, place: str) -> str | None:
        """Give a text of one of the others sealed with the key itself; None where it is already."""
        try:
            Sealer(self.key).open(sealed, place=place)
        except InvalidTag:
            return self.seal(self.open(sealed, place=place), place=place)
        return None


class OldKey(SigningKey):
    """A signing key that was replaced. `accepted`: whether cabinets still take what it signed."""

    accepted: bool = True


_OLD_KEYS: TypeAdapter[tuple[OldKey, ...]] = TypeAdapter(tuple[OldKey, ...])


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Every secret of one centre. `upcoming`: the next signing key, told to the cabinets.

    `other_masters`: what else opens while the master key is changed.
    """

    master: bytes
    signing: Ed25519PrivateKey
    upcoming: SigningKey | None = None
    old: tuple[OldKey, ...] = ()
    other_masters: tuple[bytes, ...] = ()
    kept_cookies: bytes | None = None

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
        master, old = _read_key(folder / MASTER), _old_keys(folder / OLD)
        held = (folder / name for name in (MASTER_OLD, MASTER_NEXT))
        others = tuple(key for file in held if file.exists() and (key := _read_key(file)) != master)
        cookies = _read_key(folder / COOKIES) if (folder / COOKIES).exists() else None
        return cls(master, signing, upcoming, old, others, cookies)

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
        return self._sealer("seal")

    @property
    def cookie_secret(self) -> bytes:
        """Signs cookies."""
        return self.kept_cookies or self._derived("cookie")

    def new_person(self, resident: str) -> tuple[str, Sealer]:
        """Make a data key for a person: wrapped for the database, and ready to use."""
        raw = secrets.token_bytes(32)
        wrapped = self.wraps.seal(raw.hex(), place=f"person:{resident}")
        return wrapped, Sealer(raw)

    @property
    def wraps(self) -> Sealer:
        """Wraps data keys; the place is `person:` and the resident's id."""
        return self._sealer("wrap")

    def person(self, resident: str, wrapped: str) -> Sealer:
        """Unwrap a person's data key."""
        raw = self.wraps.open(wrapped, place=f"person:{resident}")
        return Sealer(bytes.fromhex(raw))

    def index(self, field: str, value: str) -> str:
        """Give the keyed hash, in hex, by which an exact value of a field is found."""
        return self.indexes(field, value)[0]

    def indexes(self, field: str, value: str) -> tuple[str, ...]:
        """Give every hash by which a value may be kept now: by the master key, then by others."""
        text = f"{field}\0{value}".encode()
        masters = (self.master, *self.other_masters)
        return tuple(
            hmac.new(_derive(master, "index"), text, hashlib.sha256).hexdigest()
            for master in masters
        )

    def _sign(self, kind: str, statement: Mapping[str, Any]) -> str:
        head = {"alg": "EdDSA", "kid": self.public.kid, "typ": kind}
        body = ".".join(
            encode(json.dumps(part, separators=(",", ":"), ensure_ascii=False).encode())
            for part in (head, statement)
        )
        return f"{body}.{encode(self.signing.sign(body.encode()))}"

    def _sealer(self, purpose: str) -> Sealer:
        others = tuple(_derive(master, purpose) for master in self.other_masters)
        return Sealer(self._derived(purpose), others)

    def _derived(self, purpose: str) -> bytes:
        return _derive(self.master, purpose)


def _derive(master: bytes, purpose: str) -> bytes:
    info = b"bangbangui centre v1 " + purpose.encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(master)


def make_next_master(folder: Path) -> bool:
    """Make the next master key, which only opens as yet.

    False where that was done before: what the key of before has sealed is to be sealed anew.
    """
    if (folder / MASTER_OLD).exists() and not (folder / MASTER_NEXT).exists():
        return False
    _key_file(folder / MASTER_NEXT)
    return True


def use_next_master(folder: Path) -> None:
    """Let the next master key seal from now on; the one before still opens. Can be done again."""
    ring = KeyRing.read(folder)
    if not (folder / COOKIES).exists():
        _write_key(folder / COOKIES, ring.cookie_secret)
    with contextlib.suppress(FileExistsError):
        (folder / MASTER_OLD).hardlink_to(folder / MASTER)
    (folder / MASTER_NEXT).replace(folder / MASTER)


def drop_old_master(folder: Path) -> None:
    """Destroy the master key of before: nothing here is sealed with it any more."""
    (folder / MASTER_OLD).unlink()


def keep_apart(folder: Path, file: Path) -> None:
    """Write the master key that is on its way out into a file elsewhere. Raises KeyFileError.

    The file may be there already and then must say the same.
    """
    old = folder / MASTER_OLD
    going = _read_key(old if old.exists() else folder / MASTER)
    if not file.exists():
        _write_key(file, going)
    elif file.read_bytes().strip() != going.hex().encode():
        raise KeyFileError(file, "is there already and is not that key; name a new file")


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
    with contextlib.suppress(FileExistsError):
        _write_key(path, secrets.token_bytes(32))
    return _read_key(path)


def _write_key(path: Path, key: bytes) -> None:
    """Make the file whole, mode 0600, or not at all. Raises FileExistsError."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".") as file:
        file.write(key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
        path.hardlink_to(file.name)


def _read_key(path: Path) -> bytes:
    try:
        raw = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise KeyFileError(path) from error
    if len(raw) != 32:
        raise KeyFileError(path)
    return raw
