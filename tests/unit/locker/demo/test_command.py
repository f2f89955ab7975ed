"""`demo WORD` where no demo runs: each verb looks in the folder it was given, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from locker.demo.command import app

VERBS = (
    ("phone",), ("badge",), ("scan", "a-code"), ("card", "0078754499"), ("door", "7", "shut"),
    ("glass", "glass.png"), ("press", "help"), ("clock", "+3d"),
)  # fmt: skip


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
@pytest.mark.parametrize("folder_first", [True, False], ids=["before", "after"])
def test_a_word_to_a_demo_that_does_not_run_names_the_folder_that_was_asked_for(
    verb: tuple[str, ...], tmp_path: Path, *, folder_first: bool
) -> None:
    folder = ("--directory", str(tmp_path / "none"))
    words = (*folder, *verb) if folder_first else (*verb, *folder)
    refused = CliRunner().invoke(app, words)
    assert refused.exit_code == 1
    assert f"no demo runs here: {tmp_path / 'none'}" in refused.stderr
