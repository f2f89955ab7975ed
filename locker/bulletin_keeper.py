"""Keeps what the centre lets the glass show, over a restart and a cut, and drops what is over.

One file, replaced whole. Knows no glass and no core.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from locker.contract.bulletin import Bulletin

log = logging.getLogger(__name__)

FILE = "bulletin.json"


class BulletinKeeper:
    """`show` is told whenever what may be shown has changed; `wall` gives Unix seconds."""

    def __init__(
        self, folder: Path, *, wall: Callable[[], float], show: Callable[[Bulletin], None]
    ) -> None:
        self._path = folder / FILE
        self._wall = wall
        self._show = show
        self._kept = self._read()
        self._shown = Bulletin()

    def take(self, bulletin: Bulletin) -> None:
        """Keep what the centre says now."""
        if _lasting(bulletin) != _lasting(self._kept):
            self._write(bulletin)
        self._kept = bulletin
        self.look()

    def look(self) -> None:
        """Let the glass show what holds now."""
        fresh = self._kept.fresh(self._wall())
        if _lasting(fresh) != _lasting(self._shown):
            self._show(fresh)
        self._shown = fresh

    def _read(self) -> Bulletin:
        try:
            return Bulletin.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return Bulletin()
        except (OSError, ValidationError) as error:
            log.warning("%s: not read, the centre is asked anew (%s)", self._path, error)
            return Bulletin()

    def _write(self, bulletin: Bulletin) -> None:
        new = self._path.with_suffix(".new")
        try:
            new.write_text(bulletin.model_dump_json(), "utf-8")
            new.replace(self._path)
        except OSError as error:
            # It is shown all the same; after a restart the centre is asked anew.
            log.warning("%s: not kept (%s)", self._path, error)


def _lasting(bulletin: Bulletin) -> Bulletin:
    return bulletin.model_copy(update={"made_at": 0.0})
