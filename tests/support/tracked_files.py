"""Check that no tracked file names a package registry, an index option or a path of one machine.

Run as `python -m tests.support.tracked_files`. Where git cannot answer (a plain copy of the
sources, no git installed) every file outside the generated folders is looked at.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

# Written so that they do not match themselves.
_FORBIDDEN: Final = {
    "a package registry's host": re.compile(
        r"pypi[.]org|python[h]osted|registry[.]npmjs|deb[.]debian|mirrors[.][a-z]|proxy[.]golang"
    ),
    "a package index option": re.compile(r"-[-](?:extra-)?index[-]url|find[-]links|trusted[-]host"),
    "a path of one machine": re.compile(r"/[w]ork/|/[r]oot/|/home/[a-z]|/opt/(?:[w]heels|[p]ypi)"),
}
_GENERATED: Final = frozenset(
    {".git", ".venv", "__pycache__", "build", "dist", "demo-out", "bench-out", ".hypothesis"}
)


def findings(root: Path, files: Iterable[Path]) -> Iterator[str]:
    """Yield `path:line: what` for each forbidden word; files that are not UTF-8 text are passed."""
    for file in files:
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        for number, line in enumerate(lines, start=1):
            for what, pattern in _FORBIDDEN.items():
                if found := pattern.search(line):
                    yield f"{file.relative_to(root)}:{number}: {what}: {found.group()}"


def tracked_files(root: Path) -> list[Path]:
    """Return the files git tracks below `root`, or all that are not generated."""
    try:
        listing = subprocess.run(
            ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return [path for path in root.rglob("*") if _is_source(path.relative_to(root), path)]
    return [root / name for name in listing.split("\0") if name]


def _is_source(relative: Path, path: Path) -> bool:
    generated = any(part in _GENERATED or part.endswith("_cache") for part in relative.parts)
    return path.is_file() and not generated


def main() -> int:
    """Print the findings; return 1 if there are any."""
    root = Path(__file__).parents[2]
    found = list(findings(root, tracked_files(root)))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
