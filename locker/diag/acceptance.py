"""What an acceptance sheet says, and the cabinet's signature under it. Knows no paper.

Signed are the words `bangbangui acceptance 1`, a line feed, and the content as canonical JSON; the
key is the one that signs the cabinet's journal heads.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict

from locker.contract.chain import canonical
from locker.identity import b64, public_text, unb64

_PURPOSE = b"bangbangui acceptance 1\n"


class Result(StrEnum):
    """How one item came out."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_FITTED = "not_fitted"
    NOT_DONE = "not_done"


class Source(StrEnum):
    """What the result rests on."""

    MEASURED = "measured"
    PERSON = "person"


class _Sheet(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Finding(_Sheet):
    """One item: `key` names it, `how` is its method and `seen` what was seen, in words."""

    key: str
    name: str
    result: Result
    source: Source
    seen: str
    how: str


class Content(_Sheet):
    """All that is signed. `at_s`: Unix seconds of the PC's clock."""

    form: Literal["bangbangui acceptance 1"] = "bangbangui acceptance 1"
    cabinet: str
    site: str
    by: str
    at_s: int
    version: str
    findings: tuple[Finding, ...]

    def count(self, result: Result) -> int:
        """Count the items that came out so."""
        return sum(finding.result is result for finding in self.findings)

    @property
    def accepted(self) -> bool:
        """Whether nothing failed and nothing was left undone."""
        return not self.count(Result.FAILED) and not self.count(Result.NOT_DONE)


class Sheet(_Sheet):
    """A content with its digest (hex) and, where there was a key, key and signature (base64url)."""

    content: Content
    sha256: str
    public_key: str | None = None
    signature: str | None = None


class SheetVerdict(StrEnum):
    """What a sheet's signature proves."""

    GENUINE = "verified"
    FORGED = "forged"
    UNSIGNED = "not_signed"


def sign_sheet(content: Content, key: Ed25519PrivateKey | None) -> Sheet:
    """Sign the content; without a key it stays unsigned."""
    message = _message(content)
    digest = hashlib.sha256(message).hexdigest()
    if key is None:
        return Sheet(content=content, sha256=digest)
    return Sheet(
        content=content, sha256=digest, public_key=public_text(key),
        signature=b64(key.sign(message)),
    )  # fmt: skip


def verify_sheet(sheet: Sheet, *, key: str | None = None) -> SheetVerdict:
    """Check a sheet's signature, with `key` (base64url) instead of its own where that is known."""
    if sheet.signature is None or (named := key or sheet.public_key) is None:
        return SheetVerdict.UNSIGNED
    message = _message(sheet.content)
    try:
        Ed25519PublicKey.from_public_bytes(unb64(named)).verify(unb64(sheet.signature), message)
    except (InvalidSignature, ValueError):
        return SheetVerdict.FORGED
    true_digest = hashlib.sha256(message).hexdigest() == sheet.sha256
    return SheetVerdict.GENUINE if true_digest else SheetVerdict.FORGED


def _message(content: Content) -> bytes:
    plain: dict[str, Any] = content.model_dump(mode="json")
    return _PURPOSE + canonical(plain)
