"""`./run sabotage [NAME…]`: every named test is green as the code is, and red with its patch in."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.sabotage.sabotage import RED, Copy, Sabotage, all_sabotages


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; give the exit code: 1 where a sabotage was not noticed."""
    chosen = _chosen(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
        copy = Copy(Path(folder))
        tests = sorted({test for sabotage in chosen for test in sabotage.tests})
        print(f"{len(tests)} tests on the code as it is ...", flush=True)
        if copy.test(tests) != 0:
            print("they must be green before anything is sabotaged; run them by hand")
            return 1
        unnoticed = [sabotage.name for sabotage in chosen if not _is_noticed(copy, sabotage)]
    noticed = len(chosen) - len(unnoticed)
    print(f"{len(chosen)} sabotages, {noticed} noticed in {time.monotonic() - began:.0f} s")
    if unnoticed:
        print(f"NOT noticed: {', '.join(unnoticed)}")
    return 1 if unnoticed else 0


def _chosen(arguments: Sequence[str] | None) -> list[Sabotage]:
    known = {sabotage.name: sabotage for sabotage in all_sabotages()}
    parser = argparse.ArgumentParser(
        prog="./run sabotage",
        description="Failures of other lockers, put into a copy of our code one at a time.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="some of them; default: all")
    names = parser.parse_args(arguments).names
    for name in names:
        if name not in known:
            parser.error(f"there is no sabotage {name!r}; there are: {', '.join(known)}")
    return [known[name] for name in names or known]


def _is_noticed(copy: Copy, sabotage: Sabotage) -> bool:
    if not copy.apply(sabotage):
        print(f"{sabotage.name}: the patch does not fit any more", flush=True)
        return False
    code = copy.test(sabotage.tests)
    if not copy.apply(sabotage, back=True):
        raise RuntimeError(f"{sabotage.name} cannot be taken out again")
    verdict = {0: "GREEN, nobody noticed", RED: "red"}.get(code, f"pytest ended with {code}")
    print(f"{sabotage.name}: {verdict}", flush=True)
    return code == RED


if __name__ == "__main__":
    sys.exit(main())
