"""帮办: a steward opens a matter for a resident who asked, at the desk, by telephone, at home."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session

from central.key import KeyRing
from central.operation import audit, consent, matter, note, recognition
from central.operation.note import NoteKind
from central.operation.recognition import Newcomer
from central.record.cabinet import Cabinet
from central.record.case import Matter
from locker.contract.failure import Failure


class Way(StrEnum):
    """How the steward was asked."""

    DESK = "desk"
    CALL = "call"
    DOOR = "door"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked a steward for what, and how. `person`: in words, for example 女儿.

    `text`: of consent, which the steward read out.
    """

    item: str
    cabinet: str
    way: Way
    person: str
    text: consent.Text


def open_for(
    session: Session, helped: Newcomer | str, asked: Asked, *, keys: KeyRing, staff: str, now: float
) -> Matter | Failure | None:
    """Open a matter for somebody new or known, or go on with what they began on the phone.

    None: who it is must be asked again (`recognition.take`).

    The consent was given to the steward. Where it is denied nothing of it is to be kept.

    Nobody gets into another's matters by this: it is the steward who sees them.
    """
    cabinet = session.get(Cabinet, asked.cabinet)
    if cabinet is None or cabinet.revoked_at is not None:
        return Failure.NOT_FOUND
    person = recognition.take(session, helped, asked.text, how=asked.way.value, keys=keys, now=now)
    if person is None or isinstance(person, Failure):
        return person
    case = matter.open_draft(
        session, resident=person, cabinet=cabinet.id, item=asked.item, keys=keys, now=now
    )
    if isinstance(case, Failure):
        return case
    text = f"{asked.way.value} {asked.person}".strip()
    note.add(session, case, NoteKind.ASKED_BY, text, keys=keys, now=now)
    audit.note(session, "opened_for", resident=person, staff=staff, now=now)
    return case
