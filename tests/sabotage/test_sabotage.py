"""Every patch fits and its test is there; a few are really put in, others with every commit."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.sabotage.sabotage import RED, ROOT, Copy, Sabotage, all_sabotages

REALLY = 3
ALL = all_sabotages()


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A throw-away copy of the code."""
    return Copy(tmp_path_factory.mktemp("sabotage"))


@pytest.mark.parametrize("sabotage", ALL, ids=lambda sabotage: sabotage.name)
def test_every_patch_fits_and_names_a_test_that_is_there(copy: Copy, sabotage: Sabotage) -> None:
    assert sabotage.tests
    assert sabotage.missing_tests() == []
    assert copy.apply(sabotage), f"{sabotage.name} does not fit any more"
    assert copy.apply(sabotage, back=True)


@pytest.mark.parametrize("turn", range(REALLY))
def test_a_few_sabotages_are_noticed(copy: Copy, turn: int) -> None:
    """That its test is green on the code as it is, is what the whole run shows anyway."""
    sabotage = ALL[(_commit() + turn) % len(ALL)]
    assert copy.apply(sabotage)
    try:
        assert copy.test(sabotage.tests) == RED, f"{sabotage.name}: nobody noticed"
    finally:
        assert copy.apply(sabotage, back=True)


def test_a_sabotage_that_nobody_notices_is_green(copy: Copy, tmp_path: Path) -> None:
    """The check itself can fail: a patch that breaks nothing leaves its test green."""
    harmless = Sabotage(tmp_path / "x.patch", "nothing", "nobody", ALL[0].tests)
    assert copy.test(harmless.tests) == 0 != RED


def _commit() -> int:
    """Give a number that is another with every commit."""
    found = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return int(found.stdout[:8], 16)
