"""The technician's texts: the same keys and the same gaps in both languages."""

from __future__ import annotations

import string

from locker.contract.text import Catalogue

CHINESE = Catalogue.load("locker.diag", "technician", "zh_CN")
ENGLISH = Catalogue.load("locker.diag", "technician", "en")


def _gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_and_the_same_gaps() -> None:
    assert CHINESE.keys == ENGLISH.keys
    for key in CHINESE.keys:
        assert _gaps(CHINESE(key)) == _gaps(ENGLISH(key)), key
