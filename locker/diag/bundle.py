"""`diag bundle`: one archive for support, made by a list of what may go in.

Of the journal only the technical fields of named kinds leave the cabinet; every other field, and
every kind not named here, is withheld. No key, code digest, token, badge or case number is inside,
and the settings lose whatever could hold a password. Knows no port.
"""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections.abc import Iterable, Mapping
from importlib.metadata import distributions
from typing import Any

from locker.contract.chain import Entry

LAST_LINES = 2000

_MAY_LEAVE: Mapping[str, frozenset[str]] = {
    "journal.started": frozenset({"reason"}),
    "boot.started": frozenset({"version"}),
    "service.changed": frozenset({"what", "ok", "off_s", "detail"}),
    "visit.opened": frozenset({"purpose", "compartment", "credential"}),
    "visit.ended": frozenset({"outcome"}),
    "attempt.committed": frozenset({"compartment", "number", "door_before", "reopening"}),
    "attempt.not_sent": frozenset({"reason"}),
    "attempt.acknowledged": frozenset(),
    "attempt.in_doubt": frozenset({"reason"}),
    "attempt.opened": frozenset({"after_ms", "late"}),
    "attempt.failed": frozenset(),
    "attempt.unresolved": frozenset({"reason"}),
    "attempt.completed": frozenset({"found_shut_at_start"}),
    "door.seen": frozenset({"compartment", "state"}),
    "door.opened_unasked": frozenset({"compartment"}),
    "door.left_open": frozenset({"compartment"}),
    "books.entered": frozenset({"compartment", "condition", "reason"}),
    "person.answered": frozenset({"choice", "source"}),
    "credential.refused": frozenset({"failure", "credential", "counted"}),
    "keypad.counted": frozenset({"wrong_in_a_row", "pause_s"}),
    "news.applied": frozenset({"n"}),
    "technician.asked": frozenset({"compartment", "failure"}),
}
"""Kind → the fields that leave. A kind that is not here leaves only its name and times."""

_LINKED = frozenset({"attempt", "visit"})
"""Random ids that tie lines together; they leave as small numbers of this archive."""

_SECRET_KEY = re.compile(r"key|secret|password|token|pin\b|digest|salt", re.IGNORECASE)
_USER_IN_URL = re.compile(r"(?<=://)[^/@\s\"']+@")
_QUERY_OF_URL = re.compile(r"(https?://[^\s\"'?]+)\?[^\s\"']*")


def journal_lines(entries: Iterable[Entry], *, last: int = LAST_LINES) -> list[dict[str, Any]]:
    """Give the last entries with what may leave of them."""
    kept = list(entries)[-last:]
    numbers: dict[str, int] = {}
    return [_line(entry, numbers) for entry in kept]


def _line(entry: Entry, numbers: dict[str, int]) -> dict[str, Any]:
    may = _MAY_LEAVE.get(entry.kind, frozenset())
    body = {name: value for name, value in entry.body.items() if name in may}
    for name in _LINKED & entry.body.keys():
        if isinstance(token := entry.body[name], str):
            body[name] = numbers.setdefault(token, len(numbers) + 1)
    withheld = sorted(entry.body.keys() - body.keys())
    stamp = entry.stamp
    times = {"mono_ms": stamp.mono_ms, "wall": stamp.wall, "trusted": stamp.trusted}
    line = {"sequence": entry.sequence, "kind": entry.kind, **times, "body": body}
    return {**line, "withheld": withheld} if withheld else line


def without_secrets(text: str) -> str:
    """Blank a settings file's passwords: lines whose key sounds like one, and users in URLs."""
    return "\n".join(_clean(line) for line in text.splitlines()) + "\n"


def _clean(line: str) -> str:
    key, equals, _ = line.partition("=")
    if equals and not key.lstrip().startswith("#") and _SECRET_KEY.search(key):
        return f'{key}= "(withheld)"'
    return _QUERY_OF_URL.sub(r"\1?(withheld)", _USER_IN_URL.sub("(withheld)@", line))


def versions(*, machine: Mapping[str, str]) -> dict[str, Any]:
    """Name every installed package with its version, and the machine's own facts."""
    packages = {d.metadata["Name"]: d.version for d in distributions()}
    return {"machine": dict(machine), "packages": dict(sorted(packages.items()))}


def pack(files: Mapping[str, str | bytes], *, at_s: float, folder: str) -> bytes:
    """Make the archive, a gzipped tar with one folder."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size, member.mtime, member.mode = len(data), int(at_s), 0o644
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def json_text(value: object) -> str:
    """Write a value for a person to read."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
