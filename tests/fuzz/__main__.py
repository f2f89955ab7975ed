"""`python -m tests.fuzz TARGET SECONDS [FOLDER]`: a longer run, guided by coverage.

By hand, and with atheris installed beside the project's packages; it is no dependency. What it
finds interesting goes into FOLDER, what breaks a target into crash-… files: what stays broken after
a look belongs into the corpus, and the mend beside it.
"""

from __future__ import annotations

import importlib
import logging
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.fuzz.target import CORPUS, TARGETS


def main(words: list[str]) -> int:
    """Fuzz one target for so many seconds."""
    if len(words) not in {2, 3} or words[0] not in TARGETS or not words[1].isdecimal():
        print(f"{__doc__}\nTARGET: {', '.join(TARGETS)}", file=sys.stderr)
        return 2
    atheris: Any = importlib.import_module("atheris")
    logging.disable(logging.ERROR)
    name, seconds = words[0], words[1]
    folder = Path(words[2]) if len(words) == 3 else Path(tempfile.mkdtemp(prefix=f"fuzz-{name}-"))
    folder.mkdir(parents=True, exist_ok=True)
    with TARGETS[name]() as target:
        atheris.instrument_all()
        options = [f"-max_total_time={seconds}", "-max_len=4096", f"-artifact_prefix={folder}/"]
        atheris.Setup([sys.argv[0], *options, str(folder), str(CORPUS / name)], target)
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
