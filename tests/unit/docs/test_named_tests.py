"""A document that says "shown by" a test names one that exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
DOCUMENTS = ("README.md", "docs/threats.md")


def functions_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_named_test_exists(document: str) -> None:
    named = NAMED.findall((ROOT / document).read_text("utf-8"))
    assert len(named) > 10
    missing = [
        f"{file}::{function}"
        for file, function in named
        if not (ROOT / file).exists() or (function and function not in functions_of(ROOT / file))
    ]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_row_of_a_table_of_proofs_names_a_test_or_says_that_there_is_none(
    document: str,
) -> None:
    text = (ROOT / document).read_text("utf-8")
    rows = re.findall(r"\| shown by \|\n\|[- |]+\|\n((?:\|.*\n)+)", text)
    assert rows
    bare = [
        row
        for table in rows
        for row in table.splitlines()
        if not NAMED.search(row) and "not there yet" not in row
    ]
    assert bare == []
