"""What the operator decides about one centre. Knows no file format and no command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_POSTGRESQL = "postgresql+psycopg://"


class SettingsError(ValueError):
    """A setting is wrong; the message names it, its value and what is allowed."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One centre. `public_url` has no slash at the end; `data` holds the keys (mode 0700)."""

    database_url: str
    data: Path
    public_url: str
    demo: bool = False

    @property
    def is_https(self) -> bool:
        """Tell whether cookies may be limited to HTTPS."""
        return self.public_url.startswith("https://")

    @property
    def is_sqlite(self) -> bool:
        """Tell whether the database is a file that only one worker may serve."""
        return self.database_url.startswith("sqlite")


def read_settings(*, database: str, data: Path, public_url: str, demo: bool = False) -> Settings:
    """Check the settings. Raises SettingsError."""
    public_url = public_url.rstrip("/")
    parts = urlsplit(public_url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise SettingsError(
            f"public-url is {public_url!r}; allowed: http:// or https:// and a host"
        )
    return Settings(
        database_url=database_url(database), data=data, public_url=public_url, demo=demo
    )


def database_url(text: str) -> str:
    """Give the address SQLAlchemy takes. Raises SettingsError for another kind of database."""
    for short in ("postgresql://", "postgres://"):
        if text.startswith(short):
            return _POSTGRESQL + text.removeprefix(short)
    if text.startswith((_POSTGRESQL, "sqlite:///")):
        return text
    raise SettingsError(
        f"database is {text!r}; allowed: sqlite:///FILE or postgresql://USER@HOST/NAME"
    )
