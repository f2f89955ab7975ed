"""The forms of what people show to a scanner, and what a signed QR claims.

Shared by the centre, which makes them, and the cabinet, which reads them. Standard library only:
signing and verifying are done at the edges with a library.

  signed QR   compact JWS, alg EdDSA, header {"alg","kid","typ":"bbg"}; claims as `GrantClaims`
  badge       BBG:B:<26 characters of base32, 128 random bits, no padding>
  label       BBG:L:<consignment>             no credential for collecting
  card        what a reader of IC and ID cards types: ten decimal digits, or 8, 14 or 20 hex digits
  presence    <centre>/s/<cabinet>?t=<token>  read by phones, not by our scanner
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from locker.contract.chain import Checkpoint
from locker.contract.vocabulary import LastFour, Purpose

CLAIMS_VERSION = 1
TOKEN_TYPE = "bbg"  # noqa: S105 - the JWS header's typ
BADGE_PREFIX = "BBG:B:"
LABEL_PREFIX = "BBG:L:"
CODE_DIGITS = 8
CARD_DIGITS = 4
"""Digits of a person's own that go with their card."""
DIGIT_TRIES = 5
"""So many times wrong on one day, and the card, or the code that asks for more, rests."""
SCRYPT_N, SCRYPT_R, SCRYPT_P, SCRYPT_BYTES = 2**14, 8, 1, 32
"""Cost of a typed code's and of a badge's digest: 31 ms and 18 MB on a small PC."""

LAST_FOUR_S = 180.0
"""How long the cabinet waits for the four digits to a code that was shown."""

PASS_LIFE_S = 300
"""How long a technician's pass can be shown, in seconds from its issue."""

LATEST_S = 2**40
"""No claim names a later Unix second."""

PRESENCE_STEP_S = 30
PRESENCE_CONTEXT = b"bangbangui presence v1\0"
LOGIN_CONTEXT = b"bangbangui login v1\0"
HEAD_CONTEXT = b"bangbangui head v1\0"
CHECKPOINT_CONTEXT = b"bangbangui checkpoint v1\0"

_BADGE = re.compile(r"BBG:B:([A-Z2-7]{26})")
_LABEL = re.compile(r"BBG:L:([A-Za-z0-9_-]{1,40})")
_CARD = re.compile(r"[0-9A-Fa-f]{8}|[0-9]{10}|[0-9A-Fa-f]{14}|[0-9A-Fa-f]{20}")
_JWS = re.compile(r"[A-Za-z0-9_-]{8,400}\.[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{86}")


@dataclass(frozen=True, slots=True)
class SignedQr:
    """Text of the shape of a compact JWS with an Ed25519 signature; not verified yet."""

    token: str


@dataclass(frozen=True, slots=True)
class Badge:
    """The 128 bits of a staff badge, in base32."""

    secret: str


@dataclass(frozen=True, slots=True)
class Label:
    """The label on an envelope."""

    consignment: str


@dataclass(frozen=True, slots=True)
class Card:
    """The number of a card that somebody carries anyway: it can be copied."""

    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Foreign:
    """A code of something else."""


Scanned = SignedQr | Badge | Label | Card | Foreign


def classify(text: str) -> Scanned:
    """Tell by its form alone what a scanned text is; at most 4,000 characters are looked at."""
    text = text.strip()
    if len(text) > 4000:
        return Foreign()
    if match := _BADGE.fullmatch(text):
        return Badge(match[1])
    if match := _LABEL.fullmatch(text):
        return Label(match[1])
    if _JWS.fullmatch(text):
        return SignedQr(text)
    if number := card_number(text):
        return Card(number)
    return Foreign()


def card_number(text: str) -> str:
    """Give a card's number in its one spelling, or nothing where a reader would not type this.

    Ten decimal digits of four bytes are spelled like the eight hex digits of another reader. Eight
    digits with no letter among them are a collection code.
    """
    text = text.strip()
    if not _CARD.fullmatch(text) or re.fullmatch(rf"[0-9]{{{CODE_DIGITS}}}", text):
        return ""
    if len(text) == 10:
        number = int(text)
        return f"{number:08X}" if number < 2**32 else text
    return text.upper()


@dataclass(frozen=True, slots=True)
class GrantClaims:
    """What a signed QR says: one grant at exactly one cabinet, never a compartment or a person.

    `iat`, `exp`: Unix seconds of the centre's clock. `uses` is 1. `reference`: the matter's short
    number, shown on the glass. `staff`: who of the centre's staff a technician's pass is for; such
    a pass has the purpose maintain, lets nobody in but to the technician's page, and lives for
    `PASS_LIFE_S` at most. `last_four`: what is asked at the door beside the QR; then `code` has the
    grant's eight digits, for what the cabinet holds is a digest of both together.
    """

    v: int
    grant: str
    cabinet: str
    purpose: Purpose
    consignment: str
    matter: str
    reference: str
    iat: int
    exp: int
    uses: int = 1
    low_door: bool = False
    size: str = ""
    staff: str = ""
    last_four: LastFour | None = None
    code: str = field(default="", repr=False)

    def to_json(self) -> dict[str, Any]:
        """Give the claims as the JSON object that is signed."""
        return {
            "v": self.v,
            "grant": self.grant,
            "cabinet": self.cabinet,
            "purpose": self.purpose.value,
            "consignment": self.consignment,
            "matter": self.matter,
            "reference": self.reference,
            "iat": self.iat,
            "exp": self.exp,
            "uses": self.uses,
            "low_door": self.low_door,
            "size": self.size,
            **({"staff": self.staff} if self.staff else {}),
            **({"last_four": self.last_four.value} if self.last_four else {}),
            **({"code": self.code} if self.code else {}),
        }

    @classmethod
    def from_json(cls, claims: dict[str, Any]) -> GrantClaims:
        """Read verified claims; unknown ones are ignored. Raises ValueError where one is wrong."""
        if claims.get("v") != CLAIMS_VERSION or claims.get("uses", 1) != 1:
            raise ValueError("claims of another version")
        return cls(
            v=CLAIMS_VERSION,
            grant=_text(claims, "grant"),
            cabinet=_text(claims, "cabinet"),
            purpose=Purpose(_text(claims, "purpose")),
            consignment=_text(claims, "consignment"),
            matter=_text(claims, "matter", default=""),
            reference=_text(claims, "reference", default=""),
            iat=_whole(claims, "iat"),
            exp=_whole(claims, "exp"),
            low_door=claims.get("low_door") is True,
            size=_text(claims, "size", default=""),
            staff=_text(claims, "staff", default=""),
            last_four=LastFour(asked) if (asked := claims.get("last_four")) else None,
            code=_text(claims, "code", default=""),
        )


def _text(claims: dict[str, Any], name: str, *, default: str | None = None) -> str:
    value = claims.get(name, default)
    if not isinstance(value, str) or len(value) > 64 or (not value and default is None):
        raise ValueError(f"claim {name!r} is not a short text")
    return value


def _whole(claims: dict[str, Any], name: str) -> int:
    value = claims.get(name)
    if type(value) is not int or not 0 <= value <= LATEST_S:
        raise ValueError(f"claim {name!r} is not a Unix second")
    return value


def presence_message(cabinet: str, step: int) -> bytes:
    """Give the bytes that a cabinet signs with its login key to prove the 30 s step it shows."""
    return PRESENCE_CONTEXT + f"{cabinet}\0{step}".encode()


def login_message(cabinet: str, nonce: str) -> bytes:
    """Give the bytes that a cabinet signs with its login key to open a session."""
    return LOGIN_CONTEXT + f"{cabinet}\0{nonce}".encode()


def head_message(cabinet: str, journal: str, sequence: int, head: str) -> bytes:
    """Give the bytes that a cabinet signs with its head key to anchor its journal's head."""
    return HEAD_CONTEXT + f"{cabinet}\0{journal}\0{sequence}\0{head}".encode()


def checkpoint_message(cabinet: str, checkpoint: Checkpoint) -> bytes:
    """Give the bytes that a cabinet signs with its head key before it thins its journal."""
    at = (cabinet, checkpoint.journal, checkpoint.sequence, checkpoint.hash)
    words = (*at, checkpoint.removed, checkpoint.records)
    return CHECKPOINT_CONTEXT + "\0".join(map(str, words)).encode()
