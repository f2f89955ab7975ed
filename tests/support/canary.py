"""Looks for words that must be in no file, in every spelling in which a program may write them.

Plain UTF-8, UTF-16 both ways, GB 18030, JSON-escaped, URL-encoded, hex both cases, and base64 (both
alphabets) at each of the three offsets that a word can have in a longer text.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Finding:
    """A word that lies in a file."""

    word: str
    spelling: str
    path: Path


def search(words: Mapping[str, str], folders: Sequence[Path]) -> list[Finding]:
    """Look for every word in every file, alone or below a folder; packed ones are looked into.

    A file that its program takes away meanwhile, as PostgreSQL does with its caches, holds nothing.
    """
    spelled = [
        (name, spelling, raw) for name, word in words.items() for spelling, raw in spellings(word)
    ]
    found = []
    for folder in folders:
        for path in files(folder):
            held = contents(path)
            if path.suffix == ".gz" and held:
                held += gzip.decompress(held)
            found += [Finding(n, spelling, path) for n, spelling, raw in spelled if raw in held]
    return found


def files(place: Path) -> list[Path]:
    """Give every file below a folder, of which some may be taken away; a file is itself."""
    below = [Path(folder, name) for folder, _, names in os.walk(place) for name in names]
    return [path for path in sorted([place, *below]) if path.is_file()]


def contents(path: Path) -> bytes:
    """Give what a file holds: nothing, if it was taken away meanwhile."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def spellings(word: str) -> Iterator[tuple[str, bytes]]:
    """Give a word in every spelling."""
    plain = word.encode()
    yield "plain", plain
    yield "UTF-16 LE", word.encode("utf-16-le")
    yield "UTF-16 BE", word.encode("utf-16-be")
    yield "GB 18030", word.encode("gb18030")
    yield "JSON", json.dumps(word)[1:-1].encode()
    yield "URL", urllib.parse.quote(word).encode()
    yield "URL form", urllib.parse.quote_plus(word).encode()
    yield "hex", plain.hex().encode()
    yield "HEX", plain.hex().upper().encode()
    for offset in range(3):
        inside = _base64_inside(plain, offset)
        yield f"base64 at {offset}", inside
        yield f"base64url at {offset}", inside.translate(bytes.maketrans(b"+/", b"-_"))


def _base64_inside(raw: bytes, offset: int) -> bytes:
    """Give what is always the same of a word's base64 when `offset` bytes stand before it."""
    coded = base64.b64encode(b"\0" * offset + raw)
    begins = (0, 2, 3)[offset]
    whole = (offset + len(raw)) // 3 * 4
    return coded[begins:whole]
