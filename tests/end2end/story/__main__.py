"""`./run demo --story`: play the story with real processes and say what was seen."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from locker.demo.part import PartError
from tests.end2end.story.cast import on_stage
from tests.end2end.story.part import all_steps, one_matter
from tests.end2end.story.plot import Outcome, play
from tests.support.chromium import open_browser

DOOR_LIMIT_S = 1.0


def main() -> int:
    """Play every step; 0 when all passed."""
    parser = argparse.ArgumentParser(prog="./run demo --story", description=__doc__)
    parser.add_argument(
        "--pictures", type=Path, default=Path("demo-out"), help="where the pictures go"
    )
    parser.add_argument("--board", default="shuoming", help="the lock board's family")
    parser.add_argument(
        "--short", action="store_true", help="one matter only, from the scan to the collection"
    )
    given = parser.parse_args()
    steps = one_matter() if given.short else all_steps()
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bangbangui-story-") as folder:
        try:
            with (
                open_browser() as browser,
                on_stage(
                    Path(folder) / "stage", given.pictures, browser=browser, board=given.board
                ) as cast,
            ):
                print(f"all parts are up after {time.monotonic() - began_s:.1f} s", flush=True)
                cast.door_limit_s = DOOR_LIMIT_S
                outcomes = play(steps, cast, say=say)
                if not all(outcome.passed for outcome in outcomes):
                    print_logs(Path(folder) / "stage" / "logs")
                    cast.glass.picture("where-it-ended")
        except PartError as error:
            print(f"story: {error}", file=sys.stderr)
            return 1
    passed = sum(outcome.passed for outcome in outcomes)
    print(f"pictures in {given.pictures}; {time.monotonic() - began_s:.0f} s")
    print(f"story: {len(steps)} steps, {passed} passed", flush=True)
    return 0 if passed == len(steps) else 1


def say(outcome: Outcome) -> None:
    """Print one line a step, with its evidence."""
    mark = "ok  " if outcome.passed else "FAIL"
    step = outcome.step
    print(f"{mark} {step.number} {step.sentence} [{outcome.took_s:.1f} s]", flush=True)
    print(f"       {outcome.evidence}", flush=True)


def print_logs(folder: Path) -> None:
    """After a failure: the end of every part's log."""
    for log in sorted(folder.glob("*.log")):
        lines = log.read_text("utf-8", errors="replace").splitlines()[-12:]
        print(f"--- {log.stem}", *lines, sep="\n", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
