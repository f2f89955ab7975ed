"""A webhook: notices handed to the community's own system as signed JSON.

  Bangbangui-Id         the notice's number; the same again is the same notice
  Bangbangui-Timestamp  Unix seconds; a receiver refuses what is older than five minutes
  Bangbangui-Signature  v1=<hex HMAC-SHA256 of "id.timestamp.body" under the shared secret>

2xx is accepted, 409 too (the receiver has this number already), 429 means later, 5xx unknown, any
other refused. GET <url>?id=<number>, signed alike over an empty body, asks what became of one: 200
accepted, 404 not here, 405 and 501 not to be asked.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass

import requests

from central.provider.answer import TIMEOUT_S, Answer, Message, Outcome, unknown_or_later

ACCEPTED_AGE_S = 300


@dataclass(slots=True)
class Webhook:
    """One receiver."""

    url: str
    secret: str
    name: str = "webhook"

    def can(self, message: Message) -> bool:  # noqa: ARG002
        """Every message may go."""
        return True

    def send(self, message: Message, *, now: float) -> Answer:
        """Hand the message over."""
        body = json.dumps(
            {
                "id": message.notice,
                "kind": message.kind,
                "number": message.number,
                "phone": message.phone,
                "text": message.text,
                "language": message.language,
            },
            ensure_ascii=False,
        ).encode()
        headers = {"Content-Type": "application/json"} | self._signed(message.notice, body, now=now)
        try:
            answer = requests.post(
                self.url, data=body, headers=headers, timeout=TIMEOUT_S, allow_redirects=False
            )
        except requests.RequestException as error:
            return unknown_or_later(error)
        return _judge(answer.status_code)

    def ask(self, message: Message, *, sent_at: float, now: float) -> Answer | None:  # noqa: ARG002
        """Ask the receiver whether it has the notice."""
        try:
            answer = requests.get(
                self.url,
                params={"id": message.notice},
                headers=self._signed(message.notice, b"", now=now),
                timeout=TIMEOUT_S,
                allow_redirects=False,
            )
        except requests.RequestException:
            return Answer(Outcome.UNKNOWN, code="receipt unreachable")
        match answer.status_code:
            case 200:
                return Answer(Outcome.ACCEPTED, code="200")
            case 404 | 405 | 501:
                return None
            case status:
                return Answer(Outcome.UNKNOWN, code=str(status))

    def _signed(self, notice: str, body: bytes, *, now: float) -> dict[str, str]:
        stamp = str(int(now))
        return {
            "Bangbangui-Id": notice,
            "Bangbangui-Timestamp": stamp,
            "Bangbangui-Signature": "v1=" + sign(self.secret, notice, stamp, body),
        }


def sign(secret: str, notice: str, stamp: str, body: bytes) -> str:
    """Sign one call."""
    return hmac.new(
        secret.encode(), f"{notice}.{stamp}.".encode() + body, hashlib.sha256
    ).hexdigest()


def is_genuine(
    secret: str, *, notice: str, stamp: str, signature: str, body: bytes, now: float
) -> bool:
    """Check one call as a receiver does: signed, and not older than five minutes."""
    if not stamp.isdecimal() or abs(now - int(stamp)) > ACCEPTED_AGE_S:
        return False
    return hmac.compare_digest(signature, "v1=" + sign(secret, notice, stamp, body))


def _judge(status: int) -> Answer:
    if 200 <= status < 300 or status == 409:
        return Answer(Outcome.ACCEPTED, code=str(status))
    if status == 429:
        return Answer(Outcome.LATER, str(status), pause_s=60.0)
    if status >= 500:
        return Answer(Outcome.UNKNOWN, str(status))
    return Answer(Outcome.REFUSED, str(status))
