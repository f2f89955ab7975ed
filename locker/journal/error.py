"""How the journal fails.

JournalError             the disk did not take it, or the file is damaged; nothing was written
├── JournalTakenError    another process has the journal open
└── JournalChangedError  the file is not as this process left it: only a restart is safe
"""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path


class JournalError(Exception):
    """The journal cannot do it; the cause is chained. `full`: the disk is full."""

    def __init__(self, path: Path, text: str, *, full: bool = False) -> None:
        self.path = path
        self.full = full
        super().__init__(f"{path}: {text}")


class JournalTakenError(JournalError):
    """Another daemon, or a tool, holds this journal."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            "another process has this journal open; stop the running daemon or tool first",
        )


class JournalChangedError(JournalError):
    """After a failed commit the file holds something else than before it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "a commit that was reported as failed is in the file")


def refused(path: Path, error: Exception) -> JournalError:
    """Say in our words what the disk, SQLite or a damaged record said."""
    if isinstance(error, JournalError):
        return error
    full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL or (
        isinstance(error, OSError) and error.errno == errno.ENOSPC
    )
    return JournalError(path, f"{type(error).__name__}: {error}", full=full)
