"""Writes a journal as this release writes it, to be kept and opened by every later one.

Run as `python -m tests.support.kept_journal FILE`; the file goes to `tests/data/`. Once its schema
is released it is never made anew; until then, whenever the fold makes other records of the same
events.
What lies in it is a few days at a cabinet, written by the product's own code.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from locker.contract import event as e
from locker.contract.vocabulary import Purpose
from locker.core.input import NewsCame, OpenCommanded
from tests.unit.locker.written_cabinet import WALL, FakeTime, WrittenCabinet

PURPOSES = {"g-1": Purpose.DEPOSIT, "g-2": Purpose.DEPOSIT, "g-3": Purpose.LOAD}


def write(file: Path) -> None:
    """Play two drop-offs, a grant that waits and a restart, and keep the file."""
    with tempfile.TemporaryDirectory() as folder:
        cabinet = WrittenCabinet(Path(folder) / "state", FakeTime())
        cabinet.start()
        puts = (
            e.GrantPut(g, p, f"c-{g}", WALL, WALL + 90 * 86_400, "news", reference=f"JZ-{g}")
            for g, p in PURPOSES.items()
        )
        cabinet.tell(NewsCame(1, (*puts, e.KeyPut("k-1", "A" * 43))))
        for grant in ("g-1", "g-2"):
            cabinet.tell(OpenCommanded(f"o-{grant}", grant, 20.0))
            cabinet.finish_visit()
        cabinet.journal.acknowledge(20)
        cabinet.end()
        cabinet.time.push(86_400.0)
        cabinet.start()
        cabinet.end()
        file.write_bytes(cabinet.path.read_bytes())


if __name__ == "__main__":
    write(Path(sys.argv[1]))
