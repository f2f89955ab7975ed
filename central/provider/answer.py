"""What a provider's answer means for a notice, and the message that it carries.

ACCEPTED  the provider took it; it is not sent again
REFUSED   this way never works for this notice; another is tried
LATER     surely not sent, and may work later (`pause_s`)
UNKNOWN   nobody can say: the line broke after the request may have gone
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import requests
from urllib3.exceptions import ConnectTimeoutError, SSLError

TIMEOUT_S = 10.0


class Outcome(StrEnum):
    """What became of one try."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATER = "later"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """One try's outcome. `code`: the provider's own word; `ticket`: its number for the message."""

    outcome: Outcome
    code: str = ""
    ticket: str = ""
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Message:
    """One notice as a channel sends it. `openid`, `scene`: the WeChat subscription, if any.

    `code`: the eight digits that the text holds, where it brings a new code.
    """

    notice: str
    kind: str
    number: str
    phone: str
    text: str = field(repr=False)
    language: str = "zh_CN"
    openid: str = ""
    scene: int = 0
    code: str = field(default="", repr=False)


class Channel(Protocol):
    """A way to tell a resident something."""

    @property
    def name(self) -> str:
        """The word for it: wechat, sms, webhook."""
        ...

    def can(self, message: Message) -> bool:
        """Tell whether this way is open for this message at all."""
        ...

    def send(self, message: Message, *, now: float) -> Answer:
        """Hand a message over."""
        ...

    def ask(self, message: Message, *, sent_at: float, now: float) -> Answer | None:
        """Ask what became of a message sent at `sent_at`; None where nobody knows of it.

        Never LATER: that a message is not known proves nothing so soon.
        """
        ...


def unknown_or_later(error: requests.RequestException) -> Answer:
    """Judge a broken line: before the connection stood nothing can have gone out."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return Answer(Outcome.UNKNOWN, code=str(error.response.status_code))
    reason = getattr(error.args[0], "reason", None) if error.args else None
    match reason:
        case ConnectTimeoutError():  # also: no such name, refused, no way there
            return Answer(Outcome.LATER, code="unreachable", pause_s=60.0)
        case SSLError(args=(ssl.SSLCertVerificationError(), *_)):
            return Answer(Outcome.LATER, code="certificate", pause_s=600.0)
        case _:
            return Answer(Outcome.UNKNOWN, code="line broke")
