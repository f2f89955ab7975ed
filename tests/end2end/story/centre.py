"""The centre's rows, read as a witness: straight from its database, past its own code."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from tests.end2end.story.cabinet import wait_for


class CentreRows:
    """Reads the SQLite file that the centre writes."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def rows(self, question: str, *values: object) -> list[dict[str, Any]]:
        """Ask a question in SQL."""
        database = sqlite3.connect(f"file:{self._file}?mode=ro", uri=True)
        database.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in database.execute(question, values)]
        finally:
            database.close()

    def matter_state(self, matter: str) -> str:
        """Give the state of a matter."""
        found = self.rows("SELECT state FROM matter WHERE id = ?", matter)
        return str(found[0]["state"]) if found else ""

    def wait_for_state(self, matter: str, state: str) -> str:
        """Wait until the centre has the matter in this state."""
        wait_for(
            lambda: self.matter_state(matter) == state,
            what=f"matter {matter} to be {state} (it is {self.matter_state(matter)})",
        )
        return f"centre: {matter} is {state}"

    def notices(self, matter: str) -> list[dict[str, Any]]:
        """Give what the resident was told about a matter."""
        return self.rows("SELECT kind, state, text FROM notice WHERE matter = ?", matter)

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Give the events of a kind, in the cabinet's order."""
        return self.rows(
            "SELECT * FROM cabinet_event WHERE kind = ? ORDER BY journal_number, sequence", kind
        )

    def grant_state(self, matter: str, purpose: str) -> str:
        """Give the state of the newest grant of a purpose."""
        found = self.rows(
            "SELECT state FROM access_grant WHERE matter = ? AND purpose = ?"
            " ORDER BY issued_at DESC",
            matter,
            purpose,
        )
        return str(found[0]["state"]) if found else ""

    def gaps_and_doubles(self) -> tuple[int, int, int]:
        """Give how many events there are, how many sequences miss, and how many came twice."""
        row = self.rows(
            "SELECT count(*) AS held, max(sequence) AS last, count(DISTINCT sequence) AS distinct_n"
            " FROM cabinet_event"
        )[0]
        held, last, distinct = row["held"], row["last"] or 0, row["distinct_n"]
        return held, last - distinct, held - distinct
