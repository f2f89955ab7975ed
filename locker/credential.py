"""The edge: what was scanned becomes an input of the core, verified or refused by its form.

Signatures are checked here, against the centre's public keys that the cabinet holds, so it works
with the cable out. Time, use and books are not judged here. Nothing that was scanned is logged; a
fingerprint under a key made at each start tells two scans apart.
"""

from __future__ import annotations

import hmac
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import assert_never

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from drivers.scanners import Configuration, Garbled, Oversized, Scan, ScanResult
from locker.contract.credential import (
    TOKEN_TYPE,
    Badge,
    Card,
    Foreign,
    GrantClaims,
    Label,
    SignedQr,
    classify,
)
from locker.contract.digest import badge_lookup
from locker.contract.failure import Failure
from locker.contract.vocabulary import CredentialKind
from locker.core.input import BadgeShown, CardShown, Input, LabelShown, QrShown, ShownRefused
from locker.identity import b64, unb64

log = logging.getLogger(__name__)

MAX_TEXT = 1024
"""Characters of a scan that can be one of ours."""
UNKNOWN_CREDENTIAL = "scan"


@dataclass(frozen=True, slots=True)
class CabinetSecrets:
    """What reading a scan needs to know of this cabinet.

    `tokens_from`: Unix second of the centre; signed codes issued before belong to an older
    enrolment or journal and are refused.
    """

    cabinet: str
    badge_key: bytes
    tokens_from: float


class KeyRing:
    """The centre's public keys by kid; the core's thread replaces them, the scanner's reads."""

    def __init__(self) -> None:
        self._keys: Mapping[str, Ed25519PublicKey] = MappingProxyType({})
        self._texts: Mapping[str, str] = MappingProxyType({})

    def learn(self, keys: Mapping[str, str]) -> None:
        """Take the keys that are in the books: base64url of 32 raw bytes by kid."""
        if keys == self._texts:
            return
        found = {}
        for kid, text in keys.items():
            try:
                found[kid] = Ed25519PublicKey.from_public_bytes(unb64(text))
            except ValueError:
                log.warning("key %s of the centre is not an Ed25519 key", kid)
        self._texts, self._keys = dict(keys), found

    def verify(self, token: str) -> dict[str, object] | None:
        """Give the claims of a compact JWS (RFC 7515, 8037) if one of the keys signed it."""
        signed, _, signature = token.rpartition(".")
        head, _, payload = signed.partition(".")
        try:
            header = json.loads(unb64(head))
            if header.get("alg") != "EdDSA" or header.get("typ") != TOKEN_TYPE or "crit" in header:
                return None
            key = self._keys[header["kid"]]
            key.verify(unb64(signature), signed.encode())
            claims = json.loads(unb64(payload))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, InvalidSignature):
            return None
        return claims if isinstance(claims, dict) else None


class CredentialEdge:
    """Reads scans for one cabinet. `hold` takes a badge's secret until its PIN is typed.

    `hold_card` takes a person's own card likewise; None where no reader of cards is fitted.
    `hold_code` takes the code of a signed QR to which four digits are typed.
    """

    def __init__(
        self,
        known: CabinetSecrets,
        keys: KeyRing,
        *,
        hold: Callable[[str], None],
        hold_card: Callable[[str], None] | None = None,
        hold_code: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._known = known
        self._keys = keys
        self._hold = hold
        self._hold_card = hold_card
        self._hold_code = hold_code
        self._tokens_from = known.tokens_from
        self._fingerprint_key = secrets.token_bytes(32)

    def refuse_before(self, unix_s: float) -> None:
        """The cabinet began a new journal: signed codes from before are refused."""
        self._tokens_from = unix_s

    def read(self, scan: ScanResult) -> Input:
        """Give what a scan means to the core."""
        match scan:
            case Oversized() | Garbled():
                log.info("scan: unreadable (%s)", type(scan).__name__)
                return ShownRefused(Failure.UNREADABLE, UNKNOWN_CREDENTIAL)
            case Configuration():
                log.warning("scan: a code made to set up a scanner was shown; refused")
                return ShownRefused(Failure.NOT_OURS, UNKNOWN_CREDENTIAL)
            case Scan(text=text) if len(text) > MAX_TEXT:
                return ShownRefused(Failure.UNREADABLE, UNKNOWN_CREDENTIAL)
            case Scan(text=text):
                return self._read_text(text)
            case _:
                assert_never(scan)

    def _read_text(self, text: str) -> Input:
        match classify(text):
            case SignedQr(token=token):
                return self._read_token(token)
            case Badge(secret=secret):
                self._hold(secret)
                return BadgeShown(badge_lookup(secret, badge_key=self._known.badge_key))
            case Label(consignment=consignment):
                return LabelShown(consignment)
            case Card(number=number) if self._hold_card is not None:
                self._hold_card(number)
                return CardShown()
            case Card() | Foreign():
                return ShownRefused(Failure.NOT_OURS, UNKNOWN_CREDENTIAL)

    def _read_token(self, token: str) -> Input:
        kind = CredentialKind.SIGNED_QR
        found = self._keys.verify(token)
        if found is None:
            log.info("scan: signed QR %s is not signed by our centre", self.fingerprint(token))
            return ShownRefused(Failure.SIGNATURE_BAD, kind)
        try:
            claims = GrantClaims.from_json(found)
        except ValueError as error:
            log.info("scan: signed QR %s: %s", self.fingerprint(token), error)
            return ShownRefused(Failure.UNREADABLE, kind)
        if claims.cabinet != self._known.cabinet:
            return ShownRefused(Failure.OTHER_CABINET, kind)
        if claims.iat < self._tokens_from:
            return ShownRefused(Failure.BEFORE_ENROLMENT, kind)
        if claims.code:
            self._hold_code(claims.code)
        return QrShown(replace(claims, code=""))

    def fingerprint(self, token: str) -> str:
        """Give twelve hex digits that tell two codes of this run apart and reveal neither."""
        return hmac.digest(self._fingerprint_key, token.encode(), "sha256").hex()[:12]


def warm_up() -> None:
    """Verify one token of our own making, so that the first person waits for no late loading."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    keys = KeyRing()
    keys.learn({"warm": b64(public)})
    head = b64(json.dumps({"alg": "EdDSA", "typ": TOKEN_TYPE, "kid": "warm"}).encode())
    signed = f"{head}.{b64(b'{}')}"
    keys.verify(f"{signed}.{b64(key.sign(signed.encode()))}")
