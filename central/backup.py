"""Backing a database up into two folders kept apart, and restoring it, on SQLite or PostgreSQL.

  DIR/manifest.json     format, revision of the schema, time, rows a table, SHA-256 of both files
  DIR/rows.jsonl.gz     every row but the wrapped keys, one JSON object a line: table and values
  KEYS/keys.jsonl       the wrapped keys: without them nothing personal in DIR ever opens
  KEYS/erasures.jws     the ledger of erasures as it stood

What one database wrote the other reads. A restore applies the ledgers first: nothing personal of
somebody who was erased, before or after the backup, is written again.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import itertools
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection, MetaData, Table, func, insert, select, text

from central import migration
from central.database import Database
from central.key import MASTER, MASTER_OLD, KeyRing
from central.ledger import FILE as LEDGER_FILE
from central.ledger import Ledger
from central.operation import erasure
from central.record.people import Resident
from central.record.privacy import Erasure

FORMAT = 1
_KEYS_TABLE = "person_key"
_VERSION_TABLE = "alembic_version"
_PERSONAL = frozenset(
    {_KEYS_TABLE, "personal_value", "blind_index", "sealed_item", "subscription", "binding"}
)
_BATCH = 500


class BackupError(Exception):
    """A backup cannot be written or read; the message says which file and why."""


@dataclass(frozen=True, slots=True)
class Backup:
    """The two folders of one backup."""

    rows: Path
    keys: Path

    @property
    def manifest(self) -> Path:
        """What is in the files."""
        return self.rows / "manifest.json"

    @property
    def rows_file(self) -> Path:
        """Every row but the wrapped keys."""
        return self.rows / "rows.jsonl.gz"

    @property
    def keys_file(self) -> Path:
        """The wrapped keys."""
        return self.keys / "keys.jsonl"

    @property
    def ledger(self) -> Ledger:
        """The ledger of erasures as it stood."""
        return Ledger(self.keys / LEDGER_FILE)


def write(database: Database, ledger: Ledger, backup: Backup, *, now: float) -> Counter[str]:
    """Write a backup of one moment and give the rows a table. Raises BackupError."""
    if backup.rows.resolve() == backup.keys.resolve():
        raise BackupError("the wrapped keys need a folder of their own, kept elsewhere")
    for folder in (backup.rows, backup.keys):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise BackupError(f"{folder} is not empty; name a new folder")
    isolation = "SERIALIZABLE" if database.is_sqlite else "REPEATABLE READ"
    with (
        database.engine.connect().execution_options(isolation_level=isolation) as connection,
        _writer(backup.rows_file) as rows,
        _writer(backup.keys_file) as keys,
    ):
        known = _tables(connection)
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        counts: Counter[str] = Counter()
        for table in known:
            target = keys if table.name == _KEYS_TABLE else rows
            for row in connection.execute(select(table)).mappings():
                line = json.dumps({"table": table.name, "row": dict(row)}, ensure_ascii=False)
                target.write(line.encode() + b"\n")
                counts[table.name] += 1
    backup.ledger.add_missing(ledger.proofs())
    manifest = {
        "format": FORMAT, "revision": revision, "at": now, "rows": counts,
        "sha256": _digests(backup),
    }  # fmt: skip
    with _writer(backup.manifest) as file:
        file.write(json.dumps(manifest, indent=1).encode() + b"\n")
    return counts


def restore(
    database: Database, ledger: Ledger, backup: Backup, *, keys: KeyRing
) -> tuple[Counter[str], int]:
    """Fill an empty database; give the rows a table and how many people stay erased.

    Raises BackupError, and LedgerError for a ledger that this centre's keys did not sign.
    """
    manifest = _checked_manifest(backup)
    ledger.add_missing(backup.ledger.proofs())
    proofs = {str(said["resident"]): said for said in ledger.read(keys)}
    migration.upgrade(database, revision=manifest["revision"])
    with database.engine.execution_options(bbg_writing=True).begin() as connection:
        _refuse_other_master(backup, keys)
        counts = _fill(connection, backup, gone=frozenset(proofs))
        if counts != Counter(manifest["rows"]):
            raise BackupError(f"{backup.manifest}: the files hold other numbers of rows")
    migration.upgrade(database)
    _apply(database, list(proofs.values()))
    return counts, len(proofs)


def _fill(connection: Connection, backup: Backup, *, gone: frozenset[str]) -> Counter[str]:
    known = {table.name: table for table in _tables(connection)}
    full = [
        name
        for name, table in known.items()
        if connection.scalar(select(func.count()).select_from(table))
    ]
    if full:
        raise BackupError(f"the database is not empty ({', '.join(sorted(full))}); name a new one")
    counts: Counter[str] = Counter()
    batch: list[dict[str, Any]] = []
    last = ""
    for name, row in _in_order(backup, list(known)):
        if name != last or len(batch) >= _BATCH:
            _insert(connection, known.get(last), batch)
            batch, last = [], name
        counts[name] += 1
        if not (name in _PERSONAL and row["resident"] in gone):
            batch.append(row)
    _insert(connection, known.get(last), batch)
    if connection.dialect.name == "postgresql":
        _set_sequences(connection, known.values())
    return counts


def _refuse_other_master(backup: Backup, keys: KeyRing) -> None:
    """Refuse to fill a database with what would never open."""
    for _, row in itertools.islice(_read(backup.keys_file), 1):
        try:
            keys.person(row["resident"], row["wrapped"])
        except InvalidTag as error:
            raise BackupError(
                f"{backup.keys_file} was wrapped with another {MASTER}; put the one of then beside "
                f"it as {MASTER_OLD}"
            ) from error


def _in_order(backup: Backup, names: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the rows of both files so that no row comes before one it points to."""
    for file in (backup.rows_file, backup.keys_file):
        for name, row in _read(file):
            if name not in names:
                raise BackupError(f"{file}: no table {name!r} in this schema")
            yield name, row


def _insert(connection: Connection, table: Table | None, rows: list[dict[str, Any]]) -> None:
    if table is not None and rows:
        connection.execute(insert(table), rows)


def _apply(database: Database, proofs: Sequence[dict[str, Any]]) -> None:
    """Put the erasures that the backup did not know yet into the books."""
    with database.writing() as session:
        known = [said for said in proofs if session.get(Resident, said["resident"]) is not None]
        erasure.destroy(session, [said["resident"] for said in known])
        for said in known:
            session.get_one(Resident, said["resident"]).erased_at = said["at"]
            if session.get(Erasure, said["resident"]) is None:
                session.add(Erasure(**said))


def _tables(connection: Connection) -> list[Table]:
    """Give the tables as they are, those first that others point to."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != _VERSION_TABLE]


def _set_sequences(connection: Connection, tables: Iterable[Table]) -> None:
    for table in tables:
        for column in table.primary_key.columns:
            sequence = connection.scalar(
                text("SELECT pg_get_serial_sequence(:table, :column)"),
                {"table": f'"{table.name}"', "column": column.name},
            )
            last = connection.scalar(select(func.max(column)))
            if sequence and last:
                connection.execute(
                    text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last}
                )


def _checked_manifest(backup: Backup) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(backup.manifest.read_bytes())
        wanted, found = manifest["sha256"], _digests(backup)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{backup.rows} and {backup.keys} are no backup: {error}") from error
    if manifest.get("format") != FORMAT:
        raise BackupError(f"{backup.manifest}: format {manifest.get('format')!r}, not {FORMAT}")
    for name, digest in wanted.items():
        if found.get(name) != digest:
            raise BackupError(f"{name} is damaged, or of another backup than {backup.manifest}")
    return manifest


def _read(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as file:
        for line in file:
            item = json.loads(line)
            yield item["table"], item["row"]


@contextlib.contextmanager
def _writer(path: Path) -> Iterator[IO[bytes]]:
    """Write a file that only its owner reads, and wait until it is on the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        if path.suffix == ".gz":
            with gzip.GzipFile(fileobj=raw, mode="wb") as packed:
                yield cast("IO[bytes]", packed)
        else:
            yield raw
        raw.flush()
        os.fsync(raw.fileno())


def _digests(backup: Backup) -> dict[str, str]:
    found = {}
    for path in (backup.rows_file, backup.keys_file):
        with path.open("rb") as file:
            found[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found
