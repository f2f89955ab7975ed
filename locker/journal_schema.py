"""The shape of a journal's file, release by release, and the way from each to the newest.

`PRAGMA user_version` is the file's version. Each step is one transaction together with its stamp,
so a power cut leaves the file of before or after it. A step once released is never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from locker.journal_table import JournalModel

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


STEPS: tuple[Step, ...] = (_first_tables,)


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
