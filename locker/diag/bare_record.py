"""The written record of a bare bench: `diag-<time>.jsonl`, a line before and after each pulse.

A line is on the disk before a byte is on the wire. Knows no board.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from locker.diag import clock_text
from locker.diag.bench import Channel
from locker.diag.trouble import TroubleError

RECENT_FILES = 20


class BareRecord:
    """One run's file in `folder`, made with its first line."""

    def __init__(self, folder: Path, *, port: str, began: float) -> None:
        stamp = clock_text.stamp(began)
        self.path = folder / f"diag-{stamp}.jsonl"
        self._port = port
        number = 1
        while self.path.exists():
            number += 1
            self.path = folder / f"diag-{stamp}-{number}.jsonl"

    def write(self, what: str, **fields: Any) -> None:
        """Add a line and see it to the disk. Raises TroubleError."""
        line = json.dumps(
            {"at": round(time.time(), 3), "what": what, "port": self._port, **fields},
            ensure_ascii=False,
        )
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise TroubleError(
                "not_written_down", file=self.path, detail=str(error.strerror)
            ) from error

    def last_pulse(self, channel: Channel) -> float | None:
        """Give the Unix second of this lock's last pulse that a run here wrote down."""
        files = sorted(self.path.parent.glob("diag-*.jsonl"), key=lambda p: p.stat().st_mtime)
        found = None
        for path in files[-RECENT_FILES:]:
            for line in path.read_text("utf-8", errors="replace").splitlines():
                told = _object(line)
                here = (told.get("port"), told.get("channel")) == (self._port, str(channel))
                if here and told.get("what") == "committed":
                    found = max(found or 0.0, float(told.get("at", 0.0)))
        return found


def _object(line: str) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
