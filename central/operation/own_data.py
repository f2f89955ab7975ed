"""Everything the centre holds about one resident, for that resident: to see, and to take away."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from central.key import KeyRing, Sealer
from central.normal import telephone
from central.operation import (
    audit,
    catalogue,
    consent,
    delegate,
    matter,
    photo,
    resident,
    wechat_identity,
)
from central.operation.note import NoteKind
from central.record.case import Matter, MatterStep
from central.record.people import Notice, Resident
from central.record.privacy import Card, Consent, PersonKey, SealedItem
from locker.contract.text import Catalogue

FORMAT = "bangbangui resident export v1"


@dataclass(frozen=True, slots=True)
class Item:
    """A free text about one of the resident's matters, opened; `kind`: what it is about.

    What stands in it for the centre alone, a paper's key or a list, is said in words.
    """

    kind: str
    reference: str
    text: str
    at: float
    keep_until: float
    way: str = ""
    """How staff were asked, where it says who asked: a key of `way.*`."""


@dataclass(frozen=True, slots=True)
class OwnData:
    """What is held."""

    person: Resident
    details: resident.Details
    openid: str
    consents: Sequence[Consent]
    matters: Sequence[Matter]
    notices: Sequence[Notice]
    items: Sequence[Item]
    photos: Sequence[photo.Shown]
    looks: Sequence[audit.Look]
    card: Card | None = None
    """When a card was bound, and last used: its number is not known here."""


def of(session: Session, who: str, *, keys: KeyRing) -> OwnData | None:
    """Gather what is held about a resident; None when erased."""
    key = session.get(PersonKey, who)  # held, so that the session asks for it once
    details, person = resident.of(session, who, keys=keys), resident.sealer(session, who, keys=keys)
    if key is None or details is None or person is None:
        return None
    notices = select(Notice).where(Notice.resident == who).order_by(col(Notice.at).desc())
    known, matters = session.get_one(Resident, who), matter.of_resident(session, who)
    return OwnData(
        person=known,
        details=details,
        openid=wechat_identity.of(session, who, keys=keys),
        consents=consent.history(session, who),
        matters=matters,
        notices=session.exec(notices).all(),
        items=_items(session, known, matters, person),
        photos=photo.of_resident(session, who),
        looks=audit.looks(session, who, limit=1000),
        card=session.get(Card, who),
    )


def _items(
    session: Session, known: Resident, matters: Sequence[Matter], person: Sealer
) -> list[Item]:
    references = {row.id: row.reference for row in matters}
    papers = {
        row: {paper.key: paper.title(known.language) for paper in item.papers}
        for row, item in catalogue.items_of(session, matters).items()
    }
    found = []
    rows = select(SealedItem).where(SealedItem.resident == known.id).order_by(col(SealedItem.at))
    for row in session.exec(rows):
        text, way = person.open(row.sealed, place=f"item:{row.id}"), ""
        if row.kind == NoteKind.PAPER:
            key, _, wrong = text.partition(" ")
            text = f"{papers[row.matter].get(key, key)} {wrong}".strip()
        elif row.kind == delegate.KIND:
            name, number = json.loads(text)
            text = f"{name} {telephone(number)}"
        elif row.kind in {NoteKind.ASKED_BY, NoteKind.CORRECTED}:
            way, _, text = text.partition(" ")
        found.append(Item(row.kind, references[row.matter], text, row.at, row.keep_until, way))
    return found


def to_json(
    session: Session, held: OwnData, *, keys: KeyRing, texts: Catalogue, now: float
) -> dict[str, Any]:
    """Give everything as plain JSON, times in ISO 8601 (UTC). Staff are named by their badge.

    `texts`: the words for how a consent was given, and how staff were asked.
    """
    steps = session.exec(
        select(MatterStep)
        .where(col(MatterStep.matter).in_([row.id for row in held.matters]))
        .order_by(col(MatterStep.id))
    ).all()
    return {
        "format": FORMAT,
        "at": _iso(now),
        "resident": held.person.id,
        "bound_at": _iso(held.person.created_at),
        "language": held.person.language,
        "details": {field: value for field, value in asdict(held.details).items() if value},
        "card": _card(held.card),
        "openid": held.openid,
        "consents": [
            {
                "act": row.act,
                "version": row.version,
                "how": texts(f"way.{row.how}"),
                "at": _iso(row.at),
            }
            for row in held.consents
        ],
        "matters": [
            {
                "number": row.reference,
                "item": row.item,
                "state": row.state,
                "opened_at": _iso(row.created_at),
                "rating": row.rating,
                "steps": [
                    {"what": step.trigger, "by": step.by, "at": _iso(step.at)}
                    for step in steps
                    if step.matter == row.id
                ],
            }
            for row in held.matters
        ],
        "notices": [{"text": row.text, "at": _iso(row.at)} for row in held.notices],
        "texts": [_text(row, texts) for row in held.items],
        "photos": _photos(session, held, keys=keys),
        "who_looked": [
            {
                "at": _iso(row.at),
                "act": row.act,
                "fields": list(row.fields),
                "reason": row.reason,
                "staff": row.staff,
            }
            for row in held.looks
        ],
    }


def _text(row: Item, texts: Catalogue) -> dict[str, Any]:
    how = {"how": texts(f"way.{row.way}")} if row.way else {}
    return how | {
        "kind": row.kind,
        "number": row.reference,
        "text": row.text,
        "at": _iso(row.at),
        "kept_until": _iso(row.keep_until),
    }


def _card(card: Card | None) -> dict[str, Any] | None:
    if card is None:
        return None
    used_at = None if card.used_at is None else _iso(card.used_at)
    return {"bound_at": _iso(card.bound_at), "used_at": used_at}


def _photos(session: Session, held: OwnData, *, keys: KeyRing) -> list[dict[str, Any]]:
    return [
        {
            "paper": row.paper,
            "at": _iso(row.at),
            "kept_until": _iso(row.keep_until),
            "jpeg": base64.b64encode(jpeg).decode(),
        }
        for row in held.photos
        if (jpeg := photo.opened(session, row.matter, row.id, keys=keys)) is not None
    ]


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
