"""The operator's settings of notices: a TOML file that names secrets by file and never holds one.

Everything is optional; with no file telling a resident is a task of staff.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from central.provider import alibaba_sms, wechat
from central.provider.alibaba_sms import AlibabaSms
from central.provider.answer import Channel
from central.provider.webhook import Webhook
from central.provider.wechat import WeChat
from central.settings import SettingsError

_SHORTEST = 16
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Quiet:
    """The hours in which nobody is told anything, minutes after midnight in China."""

    begins: int = 21 * 60
    ends: int = 8 * 60


@dataclass(frozen=True, slots=True)
class Budget:
    """How many codes all numbers together may be sent: each is an SMS that the community pays."""

    hour: int = 60
    day: int = 300

    @property
    def windows(self) -> tuple[tuple[int, float], ...]:
        """The limits with their windows in seconds."""
        return ((self.hour, 3600.0), (self.day, 86400.0))


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """How residents are told: the ways that are set up, in the order in which they are tried."""

    channels: tuple[Channel, ...] = ()
    quiet: Quiet | None = field(default_factory=Quiet)
    budget: Budget = field(default_factory=Budget)

    @property
    def wechat(self) -> WeChat | None:
        """The service account, where one is set up."""
        return next((way for way in self.channels if isinstance(way, WeChat)), None)

    @property
    def identity(self) -> WeChat | None:
        """The service account by which residents may say who they are, where it may."""
        return self.wechat if self.wechat is not None and self.wechat.identity else None

    @property
    def proof(self) -> AlibabaSms | None:
        """The SMS account that proves numbers, where it has a template for that."""
        ways = (way for way in self.channels if isinstance(way, AlibabaSms))
        return next((way for way in ways if "proof" in way.templates), None)


def read(path: Path | None) -> NoticeSettings:
    """Read and check the file. Raises SettingsError, which never quotes a secret."""
    if path is None:
        return NoticeSettings()
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error
    unknown = table.keys() - {"quiet", "wechat", "sms", "webhook"}
    if unknown:
        raise SettingsError(f"{path}: unknown {', '.join(sorted(unknown))}")
    channels: list[Channel] = []
    if "wechat" in table:
        channels.append(_wechat(_Part(path, "wechat", table["wechat"])))
    if "sms" in table:
        channels.append(_sms(_Part(path, "sms", table["sms"])))
    if "webhook" in table:
        channels.append(_webhook(_Part(path, "webhook", table["webhook"])))
    budget = _budget(path, table.get("sms", {}).get("codes", {}))
    return NoticeSettings(tuple(channels), _quiet(path, table.get("quiet")), budget)


@dataclass(frozen=True, slots=True)
class _Part:
    """One table of the file."""

    path: Path
    name: str
    values: dict[str, Any]

    def wrong(self, key: str, what: str) -> SettingsError:
        return SettingsError(f"{self.path}: {self.name}.{key} {what}")

    def only(self, *keys: str) -> None:
        for key in self.values.keys() - set(keys):
            raise self.wrong(key, "is unknown")

    def text(self, key: str, default: str = "") -> str:
        value = self.values.get(key, default)
        if not isinstance(value, str) or not value:
            raise self.wrong(key, "is missing, or no text")
        return value

    def url(self, default: str = "") -> str:
        value = self.text("url", default).rstrip("/")
        parts = urlsplit(value)
        local = parts.scheme == "http" and parts.hostname in _LOOPBACK
        if not parts.hostname or not (parts.scheme == "https" or local):
            raise self.wrong("url", "must be https:// (http:// only to this machine)")
        return value

    def secret(self) -> str:
        """Read the secret's file: nobody else may read it, and it is longer than a word."""
        file = Path(self.text("secret_file"))
        try:
            mode, value = file.stat().st_mode, file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise self.wrong("secret_file", f"cannot be read: {file}") from error
        if mode & 0o077:
            raise self.wrong("secret_file", f"may be read by others: chmod 600 {file}")
        if len(value) < _SHORTEST or len(set(value)) < 5:
            raise self.wrong("secret_file", f"holds no real secret (16 characters up): {file}")
        return value


def _wechat(part: _Part) -> WeChat:
    part.only("app_id", "secret_file", "template_id", "url", "identity")
    identity = part.values.get("identity", False)
    if not isinstance(identity, bool):
        raise part.wrong("identity", "must be true or false")
    return WeChat(
        app_id=part.text("app_id"),
        secret=part.secret(),
        template_id=part.text("template_id"),
        url=part.url(wechat.API_URL),
        identity=identity,
    )


def _sms(part: _Part) -> AlibabaSms:
    part.only("access_key_id", "secret_file", "sign_name", "templates", "codes", "url")
    templates = part.values.get("templates")
    if not isinstance(templates, dict) or not all(
        isinstance(code, str) and code for code in templates.values()
    ):
        raise part.wrong("templates", "must name a template of the provider for each kind")
    return AlibabaSms(
        access_key_id=part.text("access_key_id"),
        secret=part.secret(),
        sign_name=part.text("sign_name"),
        templates=templates,
        url=part.url(alibaba_sms.API_URL),
    )


def _budget(path: Path, values: Any) -> Budget:
    part = _Part(path, "sms.codes", values if isinstance(values, dict) else {"": values})
    part.only("hour", "day")
    for key, value in part.values.items():
        if not isinstance(value, int) or not 0 < value <= 100_000:
            raise part.wrong(key, "must be a number of messages, 1 to 100000")
    return Budget(**part.values)


def _webhook(part: _Part) -> Webhook:
    part.only("url", "secret_file")
    return Webhook(url=part.url(), secret=part.secret())


def _quiet(path: Path, hours: Any) -> Quiet:
    if hours is None:
        return Quiet()
    if not isinstance(hours, list) or len(hours) != 2:
        raise SettingsError(f'{path}: quiet must be two times, for example ["21:00", "08:00"]')
    begins, ends = (_minutes(path, word) for word in hours)
    return Quiet(begins, ends)


def _minutes(path: Path, word: Any) -> int:
    found = (
        re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", word) if isinstance(word, str) else None
    )
    if found is None:
        raise SettingsError(f"{path}: quiet has {word!r}; allowed: 00:00 to 23:59")
    return int(found[1]) * 60 + int(found[2])
