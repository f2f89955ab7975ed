"""The search for words that must be in no file finds them in every spelling."""

from __future__ import annotations

import base64
import gzip
import json
import sqlite3
import urllib.parse
from pathlib import Path

import pytest

from tests.support.canary import search

WORD = "欧阳拾穗 17/+"
WORDS = {"name": WORD}


@pytest.mark.parametrize(
    "planted",
    [
        WORD.encode(),
        WORD.encode("utf-16-le"),
        WORD.encode("utf-16-be"),
        WORD.encode("gb18030"),
        json.dumps({"x": WORD}).encode(),
        urllib.parse.quote(WORD).encode(),
        urllib.parse.urlencode({"q": WORD}).encode(),
        WORD.encode().hex().encode(),
        *(base64.b64encode(b"abc"[:n] + WORD.encode() + b"tail") for n in range(4)),
        *(base64.urlsafe_b64encode(b"abc"[:n] + WORD.encode()) for n in range(4)),
    ],
)  # fmt: skip
def test_a_word_is_found_in_every_spelling(tmp_path: Path, planted: bytes) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(b"before" + planted + b"after")
    assert {found.word for found in search(WORDS, [tmp_path])} == {"name"}


def test_a_packed_file_is_looked_into(tmp_path: Path) -> None:
    (tmp_path / "rows.gz").write_bytes(gzip.compress(WORD.encode()))
    assert search(WORDS, [tmp_path])


def test_a_word_in_a_write_ahead_log_is_found(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "c.db")
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE t (x TEXT)")
    database.execute("INSERT INTO t VALUES (?)", (WORD,))
    database.commit()
    assert {found.path.name for found in search(WORDS, [tmp_path])} == {"c.db-wal"}
    database.close()


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\0" * 100 + "欧阳修 17".encode())
    assert search(WORDS, [tmp_path]) == []
