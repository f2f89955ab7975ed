"""What stands before the verb on the technician's command line. A value; knows no bench."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Language(StrEnum):
    """What a technician may read."""

    CHINESE = "zh_CN"
    ENGLISH = "en"


DEFAULT_SETTINGS = Path("/etc/bangbangui/settings.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What stood before the verb. `settings`: the cabinet's file, also where not named.

    `language`: of all that people read; `--json` is the same in every language.
    """

    json: bool = False
    port: str | None = None
    board: str | None = None
    sets: tuple[str, ...] = ()
    settings: Path = DEFAULT_SETTINGS
    settings_named: bool = False
    language: str = Language.CHINESE.value


def language_of(environment: Mapping[str, str]) -> str:
    """Give the language of a terminal: Chinese, unless it says that it is English."""
    names = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    named = next((name for name in names if name), "")
    return (Language.ENGLISH if named.startswith("en") else Language.CHINESE).value
