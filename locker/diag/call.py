"""One call of the technician's command: its options, its bench, and how it prints.

A verb gets it as `context.obj`. It chooses the bench; a verb must not.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from locker.diag.bench import Bench

DEFAULT_SETTINGS = Path("/etc/bangbangui/settings.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What stood before the verb. `settings`: the cabinet's file, also where not named."""

    json: bool = False
    port: str | None = None
    board: str | None = None
    sets: tuple[str, ...] = ()
    settings: Path = DEFAULT_SETTINGS
    settings_named: bool = False


class Call:
    """Options, a place to print, and the bench they mean."""

    def __init__(self, options: Options, *, console: Console, by: str) -> None:
        self.options = options
        self.console = console
        self.by = by

    @contextlib.contextmanager
    def bench(self) -> Iterator[Bench]:
        """Open the bench that the options mean, and close it. Raises TroubleError."""
        from locker.diag.reach import open_bench

        found = open_bench(self.options)
        try:
            yield found
        finally:
            found.close()

    def print_json(self, value: Any) -> None:
        """Print one JSON value on one line, as `--json` promises."""
        print(json.dumps(value, ensure_ascii=False), file=self.console.file, flush=True)
