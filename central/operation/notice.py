"""Notices: what residents are told, at most once each, through one interface."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlmodel import Session, col, select

from central.database import Database
from central.key import KeyRing
from central.operation import alarm, consent, resident
from central.record.case import Matter
from central.record.people import Notice, Resident
from locker.contract.text import Catalogue

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """One message as a channel sends it."""

    notice: str
    phone: str
    text: str


class Channel(Protocol):
    """A way to tell a resident something."""

    @property
    def reaches_people(self) -> bool:
        """False where a member of staff must tell the person instead."""
        ...

    def send(self, message: Message) -> None:
        """Hand a message over. Raises OSError when it surely did not go."""
        ...


@dataclass(frozen=True, slots=True)
class PrintingChannel:
    """The demo's channel: prints on standard output."""

    reaches_people: bool = True

    def send(self, message: Message) -> None:
        """Print the message, without the telephone number."""
        print(f"notice {message.notice}: {message.text}", flush=True)  # noqa: T201


@dataclass(frozen=True, slots=True)
class DeskChannel:
    """No provider is set up: telling the person becomes a task of staff."""

    reaches_people: bool = False

    def send(self, message: Message) -> None:
        """Do nothing: the task says it all."""


def deliver(database: Database, channel: Channel, *, keys: KeyRing, now: float) -> int:
    """Send what is due and give how many. A notice whose outcome is not known is not sent again."""
    with database.reading() as session:
        due = session.exec(select(Notice.id).where(Notice.state == "due")).all()
    for notice in due:
        message = _claim(database, notice, channel=channel, keys=keys, now=now)
        if message is None:
            continue
        try:
            channel.send(message)
        except OSError:
            _LOG.exception("notice %s was not sent", notice)
            state = "due"
        else:
            state = "sent" if channel.reaches_people else "desk"
        with database.writing() as session:
            row = session.get_one(Notice, notice)
            row.state, row.sent_at = state, now if state == "sent" else None
    return len(due)


def newest(session: Session, *, limit: int = 50) -> Sequence[Notice]:
    """Give the newest notices."""
    return session.exec(select(Notice).order_by(col(Notice.at).desc()).limit(limit)).all()


def _claim(
    database: Database, notice: str, *, channel: Channel, keys: KeyRing, now: float
) -> Message | None:
    with database.writing() as session:
        row = session.get(Notice, notice, with_for_update=True)
        if row is None or row.state != "due":
            return None
        person = session.get_one(Resident, row.resident)
        matter = session.get_one(Matter, row.matter)
        texts = Catalogue.load("central", "phone", person.language)
        # No name of the matter and no place: a message may be read by others.
        row.text = texts(f"notice.{row.kind}", reference=matter.reference)
        row.state = "sending"
        if not channel.reaches_people:
            alarm.set_task(
                session, "tell_resident", cabinet=matter.cabinet, matter=matter.id, now=now
            )
        details = resident.of(session, person.id, keys=keys)
        if details is None or not consent.in_force(session, person.id):
            row.state = "dropped"
            return None
        return Message(notice=row.id, phone=details.phone, text=row.text)
