"""A file that is there to be deleted: room for what follows from open doors on a full disk."""

from __future__ import annotations

import os
from pathlib import Path

BALLAST_BYTES = 16 * 1024 * 1024


class Ballast:
    """16 MiB beside the journal, on the same file system."""

    def __init__(self, journal: Path) -> None:
        self._path = journal.with_name("ballast")

    def keep(self) -> bool:
        """Set the room aside; whether it is. A part of it is given back when it does not fit."""
        try:
            with self._path.open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, BALLAST_BYTES)
        except OSError:
            self.free()
            return False
        return True

    def free(self) -> bool:
        """Give the room to the file system; whether there was any."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True
