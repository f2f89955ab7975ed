"""How entries become rows and back, and the statements of a commit.

SQLAlchemy writes the statements once, from the tables; compiling is not for the hot path.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Engine, Insert, delete, select
from sqlalchemy.dialects.sqlite import insert

from locker.contract.chain import Checkpoint, Entry, Stamp, canonical
from locker.journal.table import EVENT, META, RECORD

EVENT_COLUMNS = tuple(column for column in EVENT.columns if column.name != "row")


def entry_of(row: Any) -> Entry:
    """Make an entry of a row that begins with the columns of an event."""
    journal, sequence, kind, body, boot, mono_ms, wall, trusted, previous, own = row[:10]
    stamp = Stamp(boot, mono_ms, wall, bool(trusted))
    return Entry(journal, sequence, kind, json.loads(body), stamp, previous, own)


def row_of(entry: Entry) -> tuple[object, ...]:
    """Give the values of an entry in the order of `EVENT_COLUMNS`."""
    stamp = entry.stamp
    return (
        entry.journal, entry.sequence, entry.kind, canonical(entry.body).decode(), stamp.boot,
        stamp.mono_ms, stamp.wall, stamp.trusted, entry.previous, entry.hash,
    )  # fmt: skip


def read_checkpoint(connection: Connection) -> Checkpoint | None:
    """Give what the file begins after, where it was thinned."""
    noted = select(META.c.value).where(META.c.key == "checkpoint")
    text = connection.execute(noted).scalar()
    return None if text is None else Checkpoint(**json.loads(text))


class Statements:
    """The statements of a commit, written once by SQLAlchemy: compiling is not for the hot path."""

    def __init__(self, engine: Engine) -> None:
        event = insert(EVENT).values({column.name: None for column in EVENT_COLUMNS})
        record = insert(RECORD)
        meta = insert(META)
        self.insert_event = _text(event, engine)
        self.put_record = _text(
            record.on_conflict_do_update(
                index_elements=["name", "key"], set_={"value": record.excluded.value}
            ),
            engine,
        )
        self.put_meta = _text(
            meta.on_conflict_do_update(index_elements=["key"], set_={"value": meta.excluded.value}),
            engine,
        )
        gone = delete(RECORD).where(RECORD.c.name == "", RECORD.c.key == "")
        self.drop_record = str(gone.compile(engine))


def _text(statement: Insert, engine: Engine) -> str:
    return str(statement.compile(engine))
