"""The ledger of erasures: a file beside the keys, outside the database, one signed proof a line.

It is written before the database forgets, so that no crash and no restore of an older database
brings back somebody who was erased. Knows no table.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from central.key import KeyRing

FILE = "erasures.jws"


class LedgerError(Exception):
    """A line of the ledger is not a proof of this centre; carries its file and number."""

    def __init__(self, path: Path, number: int) -> None:
        super().__init__(f"{path}:{number}: no proof of erasure signed by this centre")
        self.path, self.number = path, number


@dataclass(frozen=True, slots=True)
class Ledger:
    """The proofs in one file, oldest first."""

    path: Path

    def add(self, proof: str) -> None:
        """Write one proof and wait until it is on the disk; what a full disk cuts off is undone."""
        line = f"{proof}\n".encode("ascii")
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "ab", buffering=0):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            whole = os.fstat(descriptor).st_size
            try:
                while line:
                    line = line[os.write(descriptor, line) :]
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, whole)
                raise

    def proofs(self) -> list[str]:
        """Give every proof as it stands; none where there is no file."""
        try:
            return self.path.read_text("ascii").split()
        except FileNotFoundError:
            return []

    def read(self, keys: KeyRing) -> list[dict[str, Any]]:
        """Give what the proofs say. Raises LedgerError for a line that is none."""
        found = []
        for number, proof in enumerate(self.proofs(), start=1):
            statement = keys.read_erasure(proof)
            if statement is None:
                raise LedgerError(self.path, number)
            found.append(statement | {"proof": proof})
        return found

    def add_missing(self, proofs: Iterable[str]) -> None:
        """Write those proofs that are not here yet."""
        known = set(self.proofs())
        for proof in proofs:
            if proof not in known:
                self.add(proof)
