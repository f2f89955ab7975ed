"""The ledger of consent: which version of the text was agreed to, when, how, and when withdrawn."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from central.record.privacy import Consent
from locker.contract.text import LANGUAGES, Catalogue

VERSION = "2026-11-3"
"""Raised whenever the text changes; who agreed to another version is asked again."""
LINES = ("what", "where", "who", "how_long")
"""The lines of the text, keys of `consent.*` in the phone's catalogue."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text that somebody says yes to.

    `digest`: SHA-256 of it in the language they saw; empty where a signed form names the version.
    """

    version: str
    digest: str

    def __str__(self) -> str:
        """Give it as a form carries it, from the page that shows it to the yes."""
        return f"{self.version} {self.digest}"


def present(language: str) -> Text:
    """Give the present text in a language."""
    return Text(VERSION, text_digest(language))


def shown(carried: str) -> Text | None:
    """Give the text that a form showed, None where it is not the present one in any language."""
    return next((text for text in map(present, LANGUAGES) if str(text) == carried), None)


def give(session: Session, resident: str, text: Text, *, how: str, now: float) -> None:
    """Note a yes to a text. `how`: phone, paper, or how a steward was asked."""
    session.add(
        Consent(
            resident=resident, act="given", version=text.version, text=text.digest, how=how, at=now
        )
    )


def withdraw(session: Session, resident: str, *, now: float) -> bool:
    """Note that a consent is taken back. False where none is in force."""
    last = latest(session, resident)
    if last is None or last.act != "given":
        return False
    session.add(
        Consent(resident=resident, act="withdrawn", version=last.version, how="phone", at=now)
    )
    return True


def latest(session: Session, resident: str) -> Consent | None:
    """Give the last row of a resident's ledger."""
    rows = select(Consent).where(Consent.resident == resident)
    return session.exec(rows.order_by(col(Consent.id).desc()).limit(1)).first()


def stands(session: Session, resident: str) -> bool:
    """Tell whether the resident's last word was yes, to whichever text.

    Who has not read a newer text yet is told of what they handed in all the same.
    """
    last = latest(session, resident)
    return last is not None and last.act == "given"


def in_force(session: Session, resident: str) -> bool:
    """Tell whether the resident agrees to the present text."""
    last = latest(session, resident)
    return last is not None and last.act == "given" and last.version == VERSION


def history(session: Session, resident: str) -> Sequence[Consent]:
    """Give a resident's ledger, newest first."""
    rows = select(Consent).where(Consent.resident == resident)
    return session.exec(rows.order_by(col(Consent.id).desc())).all()


def text_digest(language: str) -> str:
    """Give the SHA-256 of the present text in a language, as it is shown."""
    return hashlib.sha256("\n".join(lines(language)).encode()).hexdigest()


@functools.cache
def lines(language: str) -> tuple[str, ...]:
    """Give the present text in a language."""
    texts = Catalogue.load("central", "phone", language)
    return tuple(texts(f"consent.{line}") for line in LINES)


def ever_withdrew() -> SelectOfScalar[str]:
    """Select the residents whose ledger has a withdrawal."""
    return select(Consent.resident).where(Consent.act == "withdrawn")
