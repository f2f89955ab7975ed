"""One process a journal: the lock beside its file."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from locker.journal.error import JournalTakenError, refused


def lock_file(path: Path) -> int:
    """Make the folder, and lock the file for this process; give the lock's descriptor.

    Raises JournalTakenError where another process holds it, and JournalError.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise refused(path, error) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise JournalTakenError(path) from error
    return lock
