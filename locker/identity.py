"""Who this cabinet is: its own keys, made here, and what the centre said when it was enrolled.

Files of the state folder, each 0600: `login.key` and `head.key` (PKCS 8, PEM), `secrets.json`
(salt of typed codes, key of badges) and `cabinet.json` (the enrolment). Keys for login and for
signing journal heads are separate. Knows no network.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ConfigDict, ValidationError

from locker.contract.centre import SigningKey
from locker.contract.credential import head_message, login_message, presence_message


class IdentityError(Exception):
    """The files that say who this cabinet is are missing or damaged; `path` names the file."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        super().__init__(f"{path}: {text}")


class Enrolment(BaseModel):
    """What was agreed at enrolment. `journal`: the journal that the cabinet had then."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cabinet: str
    centre: str
    """Where the centre is reached, without a slash at the end."""
    journal: str
    enrolled_at: float
    """Centre's time."""
    public_url: str
    community: str
    site: str
    telephone: str
    keys: tuple[SigningKey, ...]


@dataclass(frozen=True, slots=True)
class Keys:
    """The cabinet's own secrets."""

    login: Ed25519PrivateKey
    head: Ed25519PrivateKey
    code_salt: bytes
    badge_key: bytes

    @classmethod
    def load_or_make(cls, folder: Path) -> Keys:
        """Read the keys of this folder; make those that are missing."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / "secrets.json"
        if not path.exists():
            made = {"code_salt": b64(secrets.token_bytes(16)), "badge_key": b64(os.urandom(32))}
            _write(path, json.dumps(made).encode())
        try:
            found = json.loads(path.read_text("utf-8"))
            salt, badge_key = unb64(found["code_salt"]), unb64(found["badge_key"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IdentityError(path, f"cannot be read ({error})") from error
        return cls(_key(folder / "login.key"), _key(folder / "head.key"), salt, badge_key)


@dataclass(frozen=True, slots=True)
class Identity:
    """An enrolled cabinet."""

    enrolment: Enrolment
    keys: Keys

    @property
    def cabinet(self) -> str:
        """The id that the centre gave."""
        return self.enrolment.cabinet

    @classmethod
    def load(cls, folder: Path) -> Identity:
        """Read who this cabinet is. Raises IdentityError where it is not enrolled."""
        path = folder / "cabinet.json"
        try:
            enrolment = Enrolment.model_validate_json(path.read_bytes())
        except FileNotFoundError as error:
            raise IdentityError(path, "this cabinet is not enrolled") from error
        except (OSError, ValidationError) as error:
            raise IdentityError(path, f"cannot be read ({error})") from error
        return cls(enrolment, Keys.load_or_make(folder))

    def sign_login(self, nonce: str) -> str:
        """Answer the centre's nonce, base64url."""
        return b64(self.keys.login.sign(login_message(self.cabinet, nonce)))

    def sign_head(self, journal: str, sequence: int, head: str) -> str:
        """Anchor a journal's head, base64url."""
        return b64(self.keys.head.sign(head_message(self.cabinet, journal, sequence, head)))

    def sign_presence(self, step: int) -> str:
        """Prove the 30 s step that the glass shows, base64url."""
        return b64(self.keys.login.sign(presence_message(self.cabinet, step)))


def save_enrolment(folder: Path, enrolment: Enrolment) -> None:
    """Write the enrolment, whole or not at all."""
    _write(folder / "cabinet.json", enrolment.model_dump_json(indent=1).encode())


def public_text(key: Ed25519PrivateKey) -> str:
    """Give the public half, base64url of 32 raw bytes."""
    raw, public = serialization.Encoding.Raw, serialization.PublicFormat.Raw
    return b64(key.public_key().public_bytes(raw, public))


def b64(data: bytes) -> str:
    """Write base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Read base64url with or without padding. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _key(path: Path) -> Ed25519PrivateKey:
    if not path.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        _write(path, pem)
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise IdentityError(path, f"cannot be read ({error})") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise IdentityError(path, "is not an Ed25519 key")
    return key


def _write(path: Path, data: bytes) -> None:
    """Write a private file so that a power cut leaves the old one or the new one."""
    fresh = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
