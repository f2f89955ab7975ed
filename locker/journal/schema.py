"""The shape of a journal's file, release by release, and the way from each to the newest.

`PRAGMA user_version` is the file's version. Each step is one transaction together with its stamp,
so a power cut leaves the file of before or after it. A step once released is never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, delete, insert, select

from locker.journal.record import encode_record
from locker.journal.replay import Replay
from locker.journal.statement import EVENT_COLUMNS, entry_of, read_checkpoint
from locker.journal.table import EVENT, META, RECORD, JournalModel

Step = Callable[[Connection], None]


class NewerSchemaError(ValueError):
    """The file is of a newer release than this program."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"it was written by a newer release (schema {found}; this one knows up to {known}): "
            "install that release again"
        )


def _first_tables(connection: Connection) -> None:
    """Version 1: events, records and notes. A file from before the first release has them."""
    JournalModel.metadata.create_all(connection)


def _fold_anew(connection: Connection) -> None:
    """Fold the events once more, by today's rules.

    Version 2: records hold more (pulses, outages, contacts). Version 3: keeping begins with the
    last word of loading; an opening remembers whether it is dated, or was counted before.
    Where the chain does not fit, the records stay what they were: `verify` says so.
    """
    noted = select(META.c.value).where(META.c.key == "checkpoint_records")
    records = connection.execute(noted).scalar() or ""
    replay = Replay(read_checkpoint(connection), records)
    for row in connection.execute(select(*EVENT_COLUMNS).order_by(EVENT.c.row)):
        if not replay.take(entry_of(row)):
            return
    rows = [
        {"name": table, "key": key, "value": encode_record(record)}
        for (table, key), record in replay.state.records().items()
    ]
    connection.execute(delete(RECORD))
    if rows:
        connection.execute(insert(RECORD), rows)


STEPS: tuple[Step, ...] = (_first_tables, _fold_anew, _fold_anew)


def bring_up_to_date(connection: Connection, steps: Sequence[Step] = STEPS) -> None:
    """Take the steps that the file has not seen. Raises NewerSchemaError."""
    run = connection.exec_driver_sql
    found = int(run("PRAGMA user_version").scalar_one())
    if found > len(steps):
        raise NewerSchemaError(found, len(steps))
    for version, step in enumerate(steps[found:], start=found + 1):
        run("BEGIN IMMEDIATE")
        try:
            step(connection)
            run(f"PRAGMA user_version={version}")
            run("COMMIT")
        except BaseException:
            run("ROLLBACK")
            raise
