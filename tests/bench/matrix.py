"""The whole story on every family of lock boards: how many of its steps pass on each.

Not a figure of speed: value and floor are steps, so a ratio of 1 means that all passed. The
story's own lines go to stderr, a family after the other.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from drivers.simulator.registry import SIMULATED
from tests.bench.figure import Figure

TOLD = re.compile(r"^story: (\d+) steps, (\d+) passed$", re.MULTILINE)


def measure(directory: Path, say: Callable[[str], None]) -> list[Figure]:
    """Play the story on each family, one after another; about 75 s each."""
    return [_play(family, directory / family, say) for family in SIMULATED]


def _play(family: str, pictures: Path, say: Callable[[str], None]) -> Figure:
    command = [sys.executable, "-m", "tests.end2end.story", "--board", family]
    played = subprocess.run(
        [*command, "--pictures", str(pictures)], capture_output=True, text=True, check=False
    )
    say(f"{family}:\n{played.stdout}{played.stderr}")
    steps, passed = map(int, found.groups()) if (found := TOLD.search(played.stdout)) else (0, 0)
    return Figure(f"matrix.{family}", passed, "steps", steps, note="floor: the steps of the story")
