"""The key files of a running centre, looked at whenever a key is wanted: no change needs a restart.

The commands that change a key are other processes; every worker sees by the files that they did.
Missing keys are made at the start only: what is lost or damaged later is told, and the keys that
were read last go on. Knows no table, no route.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from central.key import (
    COOKIES,
    MASTER,
    MASTER_NEXT,
    MASTER_OLD,
    NEXT,
    OLD,
    SIGNING,
    KeyFileError,
    KeyRing,
)

_LOG = logging.getLogger(__name__)
_FILES = (MASTER, MASTER_NEXT, MASTER_OLD, COOKIES, SIGNING, NEXT, OLD)

_Look = tuple[tuple[int, int, int] | None, ...]
"""Each file's inode, size and time of change; None where there is none."""


@dataclass(frozen=True, slots=True)
class _Known:
    look: _Look
    ring: KeyRing


class KeyFolder:
    """One folder of keys; `ring` may be asked from any thread."""

    def __init__(self, folder: Path) -> None:
        """Read the keys, making those that are missing. Raises KeyFileError."""
        self._folder = folder
        ring = KeyRing.open(folder)
        self._known = _Known(self._look(), ring)

    @property
    def ring(self) -> KeyRing:
        """The keys as the files have them now."""
        known = self._known
        while (look := self._look()) != known.look:
            try:
                ring = KeyRing.read(self._folder)
            except KeyFileError as error:
                _LOG.warning("the keys that were read before go on: %s", error)
                ring = known.ring
            self._known = known = _Known(look, ring)  # and looked at again: a change has steps
        return known.ring

    def _look(self) -> _Look:
        return tuple(_look_at(self._folder / name) for name in _FILES)


def _look_at(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
