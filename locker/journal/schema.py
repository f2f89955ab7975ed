"""The shape of a journal's file, release by release, and the way from each to the newest.

`PRAGMA user_version` is the file's version. Each step is one transaction together with its stamp,
so a power cut leaves the file of before or after it. A step once released is never changed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from locker.journal.database import TABLES
from locker.journal.record import encode_record
from locker.journal.replay import Replay
from locker.journal.statement import (
    ALL,
    EVENTS,
    PUT_RECORD,
    entry_of,
    read_checkpoint,
    read_meta,
    value,
)

Step = Callable[[sqlite3.Connection], None]


class NewerSchemaError(ValueError):
    """The file is of a newer release than this program."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"it was written by a newer release (schema {found}; this one knows up to {known}): "
            "install that release again"
        )


def _first_tables(connection: sqlite3.Connection) -> None:
    """Version 1: events, records and notes. A file from before the first release has them."""
    for table in TABLES:
        connection.execute(table)


def _fold_anew(connection: sqlite3.Connection) -> None:
    """Fold the events once more, by today's rules.

    Version 2: records hold more (pulses, outages, contacts). Version 3: an opening remembers
    whether it is dated, or was counted before. Version 4: what comes late for a grant that was
    withdrawn hides no reason.
    Where the chain does not fit, the records stay what they were: `verify` says so.
    """
    records = read_meta(connection, "checkpoint_records") or ""
    replay = Replay(read_checkpoint(connection), records)
    for row in connection.execute(EVENTS, ALL):
        if not replay.take(entry_of(row)):
            return
    found = replay.state.records().items()
    connection.execute("DELETE FROM record")
    connection.executemany(PUT_RECORD, [(t, k, encode_record(record)) for (t, k), record in found])


STEPS: tuple[Step, ...] = (_first_tables, _fold_anew, _fold_anew, _fold_anew)


def bring_up_to_date(connection: sqlite3.Connection, steps: Sequence[Step] = STEPS) -> None:
    """Take the steps that the file has not seen. Raises NewerSchemaError."""
    run = connection.execute
    found = int(value(connection, "PRAGMA user_version"))
    if found > len(steps):
        raise NewerSchemaError(found, len(steps))
    for version, step in enumerate(steps[found:], start=found + 1):
        run("BEGIN IMMEDIATE")
        try:
            step(connection)
            run(f"PRAGMA user_version={version}")
            run("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk has ended it already
                run("ROLLBACK")
            raise
