"""Presence: a phone that scanned the glass within the last minute stands before it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from sqlmodel import Session

from central.key import is_signed
from central.operation import news
from central.record.cabinet import Cabinet
from locker.contract.centre import PhoneNews
from locker.contract.credential import PRESENCE_STEP_S, presence_message
from locker.contract.failure import Failure
from locker.contract.word_list import WORDS

PRESENCE_S = 15 * 60.0
LONGEST_S = 3600.0
WORD_S = 60.0
_STEPS = (0, -1, 1)
"""This step, the one before, and one ahead for the error of the cabinet's clock."""


@dataclass(frozen=True, slots=True)
class Presence:
    """A browser's right to open doors at one cabinet. `word`: key of the shared word."""

    cabinet: str
    since: float
    until: float
    word: str

    @property
    def said(self) -> tuple[str, str] | None:
        """The shared word as it is shown, Chinese and Latin; None where it is none of ours."""
        return WORDS.get(self.word)

    def is_over(self, *, now: float) -> bool:
        """Tell whether the cabinet must be scanned again."""
        return now >= self.until

    def kept(self, *, now: float) -> Presence:
        """Give the presence of somebody who is still busy: it lasts longer, within limits."""
        if self.is_over(now=now) or now - self.since > LONGEST_S:
            return self
        return replace(self, until=now + PRESENCE_S)


def scan(session: Session, cabinet: str, token: str, *, now: float) -> Presence | Failure:
    """Judge what the glass showed; a good scan picks a word and sends it to the glass."""
    row = session.get(Cabinet, cabinet)
    if row is None or row.enrolled_at is None or row.revoked_at is not None:
        return Failure.NOT_FOUND
    step_text, _, signature = token.partition(".")
    if not (step_text.isascii() and step_text.isdigit() and len(step_text) <= 12):
        return Failure.PRESENCE_OVER
    step, this = int(step_text), int(now // PRESENCE_STEP_S)
    if step - this not in _STEPS:
        return Failure.PRESENCE_OVER
    message = presence_message(cabinet, step)
    if len(signature) > 100 or not is_signed(row.login_key, signature=signature, message=message):
        return Failure.SIGNATURE_BAD
    word = secrets.choice(sorted(WORDS))
    news.put(session, cabinet, PhoneNews(word=word, at=now), now=now, life_s=WORD_S)
    return Presence(cabinet=cabinet, since=now, until=now + PRESENCE_S, word=word)
