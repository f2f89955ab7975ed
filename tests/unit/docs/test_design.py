"""What docs/design.md copies from the code must be the code's."""

from __future__ import annotations

from pathlib import Path

from locker.core.attempt import TABLE

DESIGN = Path(__file__).parents[3] / "docs" / "design.md"


def test_the_table_of_attempts_in_the_design_is_the_one_in_the_code() -> None:
    text = DESIGN.read_text("utf-8")
    copied = text.split("<!-- attempts -->\n")[1].split("<!-- /attempts -->")[0]
    rows = [f"| {before} | {on} | {after} |" for (before, on), after in TABLE.items()]
    assert copied.splitlines() == ["| from | on | to |", "| --- | --- | --- |", *rows]
