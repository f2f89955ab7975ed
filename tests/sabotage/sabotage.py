"""One sabotage: a patch with a head that says what it breaks, where that was seen, and which test.

A patch is applied to a throw-away copy of the tracked files, never to the code itself.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATCHES = Path(__file__).with_name("patch")
PYTEST = ("-m", "pytest", "-q", "-x", "--no-header", "--tb=no", "-p", "no:cacheprovider")
RED = 1
"""What pytest ends with when tests failed; a file that cannot be loaded is something else."""
LIMIT_S = 1200


@dataclass(frozen=True, slots=True)
class Sabotage:
    """See the module. `tests`: pytest ids without parameters."""

    path: Path
    what: str
    peer: str
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        """The file's name without its end."""
        return self.path.stem

    @classmethod
    def read(cls, path: Path) -> Sabotage:
        """Read the head of a patch: `What:`, `Peer:` and `Test:` lines before the diff."""
        head = path.read_text("utf-8").partition("\ndiff --git")[0]
        said = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
        return cls(path, said["What"], said["Peer"], tuple(said["Test"].split()))

    def missing_tests(self) -> list[str]:
        """Give the named tests that are not there."""
        return [test for test in self.tests if not _is_there(test)]


def all_sabotages() -> tuple[Sabotage, ...]:
    """Give all, by name."""
    return tuple(Sabotage.read(path) for path in sorted(PATCHES.glob("*.patch")))


class Copy:
    """A throw-away copy of the tracked files, as they are now in the working tree."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in _tracked():
            there = folder / name
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, there)

    def apply(self, sabotage: Sabotage, *, back: bool = False) -> bool:
        """Put a patch in, or take it out again; whether it fits."""
        way = ["--reverse"] if back else []
        fits = ("--recount", "-C1", "--whitespace=nowarn")
        command = ["git", "apply", *way, *fits, str(sabotage.path)]
        # Outside any repository, so that git takes the paths as they are.
        done = self._run(command, env={**os.environ, "GIT_CEILING_DIRECTORIES": "/"})
        return done.returncode == 0

    def test(self, tests: Sequence[str]) -> int:
        """Run tests on the copy; give pytest's exit code."""
        env = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        return self._run([sys.executable, *PYTEST, *tests], env=env).returncode

    def _run(
        self, command: Sequence[str], *, env: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.folder, env=env, capture_output=True, text=True, check=False,
            timeout=LIMIT_S,
        )  # fmt: skip


def _tracked() -> Iterator[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    yield from (name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


def _is_there(test: str) -> bool:
    path, _, function = test.partition("::")
    if not (ROOT / path).is_file():
        return False
    parsed = ast.parse((ROOT / path).read_text("utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == function for node in parsed.body)
