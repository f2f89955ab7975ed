"""What was written about a matter: sealed with its resident's key, timed, and gone with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, col, select

from central.key import KeyRing, new_id
from central.operation import resident
from central.operation.retention import KEPT_S
from central.record.case import Matter
from central.record.privacy import SealedItem

LENGTH = 400


class NoteKind(StrEnum):
    """What a note is about."""

    ASKED_BY = "asked_by"
    """Who asked a steward to open the matter, and how."""
    PAPER = "paper"
    """What is wrong with one paper; its key stands before the text."""
    REASON = "reason"
    """Why it was not accepted."""
    BASIS = "basis"
    """The rule it was not accepted by."""
    WHERE_TO_GO = "where_to_go"
    EXTENSION = "extension"
    HAND_ON = "hand_on"
    WORDS = "words"
    """What the resident asked for, where it is said in words."""
    DONE = "done"
    """How a steward did the last part of it, away from the desk."""
    CORRECTED = "corrected"
    """Who asked a steward to correct the resident's details, and how."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note, opened."""

    kind: NoteKind
    text: str
    at: float


def add(
    session: Session, matter: Matter, kind: NoteKind, text: str, *, keys: KeyRing, now: float
) -> None:
    """Keep a note; an empty text is none, and of an erased person nothing is kept."""
    person = resident.sealer(session, matter.resident, keys=keys)
    if not text or person is None:
        return
    row = SealedItem(
        id=new_id("i"),
        resident=matter.resident,
        matter=matter.id,
        kind=kind.value,
        sealed="",
        at=now,
        keep_until=now + KEPT_S["text"],
    )
    row.sealed = person.seal(text[:LENGTH], place=f"item:{row.id}")
    session.add(row)
    session.flush()


def of(session: Session, matter: Matter, *, keys: KeyRing) -> list[Note]:
    """Open the notes of a matter, the oldest first; of one moment, as `NoteKind` lists them."""
    rows = session.exec(
        select(SealedItem)
        .where(SealedItem.matter == matter.id, col(SealedItem.kind).in_(list(NoteKind)))
        .order_by(col(SealedItem.at), col(SealedItem.id))
    ).all()
    rows = sorted(rows, key=lambda row: (row.at, list(NoteKind).index(NoteKind(row.kind))))
    person = resident.sealer(session, matter.resident, keys=keys) if rows else None
    if person is None:
        return []
    return [
        Note(NoteKind(row.kind), person.open(row.sealed, place=f"item:{row.id}"), row.at)
        for row in rows
    ]


def newest(notes: list[Note], kind: NoteKind) -> str:
    """Give the last note of a kind, or nothing."""
    return next((found.text for found in reversed(notes) if found.kind is kind), "")
