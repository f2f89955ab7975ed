"""Words for people, by key, from TOML catalogues. Knows no page and no failure of its own.

A catalogue is a TOML file of nested tables; a key is its dotted path. Texts are `str.format`
templates filled by name. A missing key is our bug and raises at once, in tests and in use.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

LANGUAGES = ("zh_CN", "en")


class Catalogue:
    """The texts of one part of the product in one language."""

    def __init__(self, texts: Mapping[str, str], *, language: str) -> None:
        """Take flat texts by dotted key."""
        self.language = language
        self._texts = MappingProxyType(dict(texts))

    @classmethod
    def load(cls, package: str, name: str, language: str) -> Catalogue:
        """Read `texts/<name>.<language>.toml` of a package; `name` is for example "failure"."""
        path = files(package) / "texts" / f"{name}.{language}.toml"
        return cls(dict(_flat(tomllib.loads(path.read_text("utf-8")), "")), language=language)

    def __call__(self, key: str, /, **values: object) -> str:
        """Give the text of a key, filled in. Raises KeyError for a key or value that is missing."""
        template = self._texts[key]
        return template.format_map(values) if values else template

    def __contains__(self, key: str) -> bool:
        """Tell whether the key has a text."""
        return key in self._texts

    @property
    def keys(self) -> frozenset[str]:
        """All keys, so that a test can compare two languages."""
        return frozenset(self._texts)


def failure_texts(language: str) -> Catalogue:
    """Load the titles, causes and remedies of `locker.contract.failure` (`<code>.title` …)."""
    return Catalogue.load("locker.contract", "failure", language)


def _flat(table: Mapping[str, object], prefix: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            pairs.extend(_flat(value, f"{prefix}{key}."))
        else:
            pairs.append((f"{prefix}{key}", str(value)))
    return pairs
