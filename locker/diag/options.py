"""What stands before the verb on the technician's command line. A value; knows no bench."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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
