"""Who this cabinet is: its own keys, made here, and what the centre said when it was enrolled.

Files of the state folder, each 0600 and the daemon's own: `login.key` and `head.key` (PKCS 8, PEM),
`secrets.json` (salt of typed codes, key of badges) and `cabinet.json` (the enrolment). Keys for
login and for signing journal heads are separate. What the service manager gives (systemd's
credentials `bangbangui.login.key` and so on) comes before the folder's file, which may then be
gone. Knows no network.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, ValidationError

from locker.contract.centre import SigningKey
from locker.contract.chain import Checkpoint
from locker.contract.credential import (
    checkpoint_message,
    head_message,
    login_message,
    presence_message,
)
from locker.contract.failure import Failure

LOGIN, HEAD, SECRETS = "login.key", "head.key", "secrets.json"
ENROLMENT = "cabinet.json"
NEXT = "next"
"""Folder of keys that take the place of the ones in use once the centre has agreed to them."""


class IdentityError(Exception):
    """The files that say who this cabinet is are missing, damaged or open to others; `path`: which.

    `failure` says what to do about it; None where the cabinet is simply not enrolled.
    """

    def __init__(self, path: Path, text: str, failure: Failure | None = None) -> None:
        self.path = path
        self.failure = failure
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

    def tokens_from(self, journal: str, *, began: float) -> float:
        """Give the Unix second from which on signed codes are good; older ones were issued anew.

        `journal`, `began`: the cabinet's newest journal, and when it was begun. What the centre
        issues anew bears the whole second in which it is.
        """
        since = self.enrolled_at if journal == self.journal else max(self.enrolled_at, began)
        return float(int(since))


@dataclass(frozen=True, slots=True)
class Keys:
    """The cabinet's own secrets."""

    login: Ed25519PrivateKey
    head: Ed25519PrivateKey
    code_salt: bytes
    badge_key: bytes

    @classmethod
    def load(cls, folder: Path, given: Path | None = None) -> Keys:
        """Read the keys of this folder, or those `given`. Raises IdentityError.

        `given`: the folder of the service manager's credentials.
        """
        path = _place(folder, given, SECRETS)
        text = _read(path, given)
        try:
            found = json.loads(text)
            salt, badge_key = unb64(found["code_salt"]), unb64(found["badge_key"])
        except (ValueError, KeyError, TypeError) as error:
            raise _unreadable(path, error) from error
        login, head = (_key(_place(folder, given, name), given) for name in (LOGIN, HEAD))
        return cls(login, head, salt, badge_key)

    @classmethod
    def load_or_make(cls, folder: Path, given: Path | None = None) -> Keys:
        """Make the keys that are not there yet, and read all."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (path := _place(folder, given, SECRETS)).exists():
            made = {"code_salt": b64(secrets.token_bytes(16)), "badge_key": b64(os.urandom(32))}
            _write(path, json.dumps(made).encode())
        for name in (LOGIN, HEAD):
            if not (path := _place(folder, given, name)).exists():
                _write(path, _new_pem())
        return cls.load(folder, given)


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
    def load(cls, folder: Path, given: Path | None = None) -> Identity:
        """Read who this cabinet is; `given` as in `Keys`. Raises IdentityError."""
        take_next(folder)
        path = folder / ENROLMENT
        try:
            enrolment = Enrolment.model_validate_json(path.read_bytes())
        except FileNotFoundError as error:
            raise IdentityError(path, "this cabinet is not enrolled") from error
        except (OSError, ValidationError) as error:
            raise _unreadable(path, error) from error
        return cls(enrolment, Keys.load(folder, given))

    def sign_login(self, nonce: str) -> str:
        """Answer the centre's nonce, base64url."""
        return b64(self.keys.login.sign(login_message(self.cabinet, nonce)))

    def sign_head(self, journal: str, sequence: int, head: str) -> str:
        """Anchor a journal's head, base64url."""
        return b64(self.keys.head.sign(head_message(self.cabinet, journal, sequence, head)))

    def sign_checkpoint(self, checkpoint: Checkpoint) -> str:
        """Vouch for what a thinned journal begins after, base64url."""
        return b64(self.keys.head.sign(checkpoint_message(self.cabinet, checkpoint)))

    def sign_presence(self, step: int) -> str:
        """Prove the 30 s step that the glass shows, base64url."""
        return b64(self.keys.login.sign(presence_message(self.cabinet, step)))


def save_enrolment(folder: Path, enrolment: Enrolment) -> None:
    """Write the enrolment, whole or not at all."""
    _write(folder / ENROLMENT, enrolment.model_dump_json(indent=1).encode())


def make_next(folder: Path, given: Path | None = None) -> Keys:
    """Make new keys for login and heads, or give those that wait; the other secrets stay.

    Raises IdentityError, also where the service manager gives the keys: they are changed there.
    """
    for name in (LOGIN, HEAD):
        if (path := _place(folder, given, name)).parent != folder:
            raise IdentityError(path, "is given by the service manager: replace it there")
    now, coming = Keys.load(folder, given), folder / NEXT
    coming.mkdir(mode=0o700, exist_ok=True)
    for name in (LOGIN, HEAD):
        if not (path := coming / name).exists():
            _write(path, _new_pem())
    login, head = (_key(coming / name, None) for name in (LOGIN, HEAD))
    return replace(now, login=login, head=head)


def take_next(folder: Path) -> None:
    """Put the keys that the centre agreed to in their place; a power cut between is made good."""
    coming = folder / NEXT
    if not (coming / ENROLMENT).exists():
        return
    for name in (LOGIN, HEAD, ENROLMENT):
        if (path := coming / name).exists():
            path.replace(folder / name)
    coming.rmdir()


def public_text(key: Ed25519PrivateKey) -> str:
    """Give the public half, base64url of 32 raw bytes."""
    raw, public = serialization.Encoding.Raw, serialization.PublicFormat.Raw
    return b64(key.public_key().public_bytes(raw, public))


def is_signed(key: str, *, signature: str, message: bytes) -> bool:
    """Tell whether `signature` is that of the raw public `key`, both base64url."""
    try:
        Ed25519PublicKey.from_public_bytes(unb64(key)).verify(unb64(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def b64(data: bytes) -> str:
    """Write base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Read base64url with or without padding. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def credentials_folder(environment: Mapping[str, str]) -> Path | None:
    """Give where the service manager put credentials (systemd.exec(5)), if it gave any."""
    named = environment.get("CREDENTIALS_DIRECTORY", "")
    return Path(named) if named else None


def _place(folder: Path, given: Path | None, name: str) -> Path:
    """Give where a file of keys is: among the credentials, or in the folder."""
    credential = given / f"bangbangui.{name}" if given else None
    return credential if credential and credential.exists() else folder / name


def _read(path: Path, given: Path | None) -> bytes:
    """Read a file of keys; one of ours must be private, a credential is guarded by its giver."""
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            data = file.read()
    except OSError as error:
        raise _unreadable(path, error) from error
    if path.parent == given:
        return data
    if about.st_mode & 0o077:
        text = f"other accounts may read it (mode {stat.S_IMODE(about.st_mode):04o})"
        raise IdentityError(path, text, Failure.KEY_EXPOSED)
    if os.geteuid() not in {about.st_uid, 0}:
        text = f"belongs to uid {about.st_uid}, not to the daemon's {os.geteuid()}"
        raise IdentityError(path, text, Failure.KEY_EXPOSED)
    return data


def _unreadable(path: Path, error: Exception) -> IdentityError:
    return IdentityError(path, f"cannot be read ({error})", Failure.KEY_UNREADABLE)


def _new_pem() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _key(path: Path, given: Path | None) -> Ed25519PrivateKey:
    pem = _read(path, given)
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise _unreadable(path, error) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _unreadable(path, ValueError("it is not an Ed25519 key"))
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
