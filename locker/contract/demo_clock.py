"""The demo's clock: its centre and its cabinet are ahead of the machine's time, both by as much.

A file beside the books of each says by how many seconds. Only a part whose settings say that it
is a demo ever looks for it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

FILE = "demo-clock"


class DemoClockError(ValueError):
    """The file says no number of seconds; the message names it."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} says no number of seconds; delete it, and the demo is today")


@dataclass(frozen=True, slots=True)
class DemoClock:
    """Tells a demo's time. `folder`: where that part of it keeps its books."""

    folder: Path

    def now(self) -> float:
        """Give the Unix time in seconds, as the demo has it."""
        return time.time() + self.ahead_s()

    def ahead_s(self) -> float:
        """Give by how many seconds it is ahead; 0.0 until it was put forward.

        Raises DemoClockError.
        """
        path = self.folder / FILE
        try:
            return float(path.read_text())
        except FileNotFoundError:
            return 0.0
        except ValueError as error:
            raise DemoClockError(path) from error

    def put(self, ahead_s: float) -> None:
        """Put it so many seconds ahead; who reads it meanwhile reads the old or the new."""
        new = self.folder / f"{FILE}.new"
        new.write_text(f"{ahead_s:.3f}")
        new.replace(self.folder / FILE)
