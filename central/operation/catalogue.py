"""The catalogue in the database: each edit is a new version; an open matter keeps its own."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import tuple_
from sqlmodel import Session, col, select

from central.catalogue import Item, first_catalogue
from central.record.case import CatalogueItem, Matter


def begin(session: Session, *, now: float) -> None:
    """Put in what a new centre starts with, where the catalogue is empty."""
    if session.exec(select(CatalogueItem.key).limit(1)).first() is None:
        add_missing(session, staff="", now=now)


def missing(session: Session) -> list[Item]:
    """Give what a new centre would start with and this one has never had."""
    known = set(session.exec(select(CatalogueItem.key).distinct()))
    return [item for item in first_catalogue() if item.key not in known]


def add_missing(session: Session, *, staff: str, now: float) -> None:
    """Put in what a new centre would start with; what is there stays as it is."""
    for item in missing(session):
        save(session, item, staff=staff, now=now)


def newest(session: Session) -> list[Item]:
    """Give every item as it is now, in the order in which they are offered."""
    rows = session.exec(select(CatalogueItem).where(col(CatalogueItem.newest)))
    return sorted((_item(row) for row in rows), key=lambda item: (item.order, item.key))


def offered(session: Session) -> list[Item]:
    """Give what residents may choose, and where to go for what is not ours."""
    return [item for item in newest(session) if item.offered]


def find(session: Session, key: str) -> Item | None:
    """Give an item as it is now."""
    row = _newest_row(session, key)
    return None if row is None else _item(row)


def version_of(session: Session, key: str) -> int:
    """Give the number of an item's newest version, 0 where there is none."""
    row = _newest_row(session, key)
    return 0 if row is None else row.version


def history(session: Session, key: str) -> list[CatalogueItem]:
    """Give an item's versions, the newest first."""
    query = select(CatalogueItem).where(CatalogueItem.key == key)
    return list(session.exec(query.order_by(col(CatalogueItem.version).desc())))


def item_of(session: Session, matter: Matter) -> Item:
    """Give the version that a matter began with."""
    return _item(session.get_one(CatalogueItem, (matter.item, matter.item_version)))


def items_of(session: Session, matters: Iterable[Matter]) -> dict[str, Item]:
    """Give, by the matters' ids, the version that each began with; one query for all."""
    kept = {matter.id: (matter.item, matter.item_version) for matter in matters}
    rows = session.exec(
        select(CatalogueItem).where(
            tuple_(col(CatalogueItem.key), col(CatalogueItem.version)).in_(set(kept.values()))
        )
    )
    items = {(row.key, row.version): _item(row) for row in rows}
    return {matter: items[version] for matter, version in kept.items()}


def save(session: Session, item: Item, *, staff: str, now: float) -> int:
    """Keep an item as its newest version, unless nothing changed, and give the number."""
    before = _newest_row(session, item.key)
    body = item.model_dump(mode="json")
    if before is not None:
        if before.body == body:
            return before.version
        before.newest = False
    version = 1 if before is None else before.version + 1
    session.add(CatalogueItem(key=item.key, version=version, body=body, made_at=now, made_by=staff))
    session.flush()
    return version


def _newest_row(session: Session, key: str) -> CatalogueItem | None:
    query = select(CatalogueItem).where(CatalogueItem.key == key, col(CatalogueItem.newest))
    return session.exec(query).first()


def _item(row: CatalogueItem) -> Item:
    return Item.model_validate(row.body)
