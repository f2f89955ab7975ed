"""`./run simulate-days`: many lives of a cabinet, each from a seed; a failing one is told short."""

from __future__ import annotations

import argparse
import itertools
import logging
import multiprocessing
import sys
import time
from collections.abc import Iterable, Sequence

from tests.simulation import plan
from tests.simulation.centre import Storage, quick_centre
from tests.simulation.course import Outcome, live
from tests.simulation.seed import play_seed
from tests.simulation.shrink import shrink

SHRINK_S = 60.0
TOLD_EVERY_S = 10.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; give the exit code: 1 where a promise was broken."""
    options = _options(arguments)
    if options.replay is not None:
        return _replay(options.replay)
    began = time.monotonic()
    seeds = range(options.first, options.first + options.seeds)
    failed = [out for out in _told(_outcomes(seeds, options.jobs), len(seeds)) if out.broken]
    for outcome in failed[:3]:
        _explain(outcome)
    good = len(seeds) - len(failed)
    print(f"in {time.monotonic() - began:.0f} s:")
    print(f"{len(seeds)} seeds, {good} passed")
    return 1 if failed else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run simulate-days",
        description="Lives of a cabinet on a simulated clock, board, disk and line; one a seed.",
    )
    parser.add_argument("--seeds", type=_count, default=100, metavar="N", help="how many lives")
    parser.add_argument("--first", type=int, default=0, metavar="S", help="the first seed")
    parser.add_argument("--jobs", type=_count, default=1, metavar="N", help="processes")
    parser.add_argument("--replay", type=int, metavar="SEED", help="tell one life, step by step")
    return parser.parse_args(arguments)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}; a whole number from 1 on is needed")
    return int(text)


def _outcomes(seeds: range, jobs: int) -> Iterable[Outcome]:
    if jobs == 1:
        yield from map(play_seed, seeds)
        return
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap_unordered(play_seed, seeds, chunksize=4)


def _told(outcomes: Iterable[Outcome], count: int) -> Iterable[Outcome]:
    """Pass outcomes on and say now and then how far it is."""
    told_s = time.monotonic()
    events = pulses = boots = 0
    lived_s = 0.0
    for n, outcome in enumerate(outcomes, start=1):
        events, pulses = events + outcome.events, pulses + outcome.pulses
        boots, lived_s = boots + outcome.boots, lived_s + outcome.lived_s
        if outcome.broken:
            print(f"seed {outcome.seed}: {outcome.text.splitlines()[0]}", flush=True)
        if time.monotonic() - told_s >= TOLD_EVERY_S or n == count:
            told_s = time.monotonic()
            figures = f"{events} events, {pulses} pulses, {boots} boots"
            print(f"{n} of {count} seeds: {lived_s / 86_400:.0f} days, {figures}", flush=True)
        yield outcome


def _replay(seed: int) -> int:
    outcome = play_seed(seed, whole=True)
    for line in outcome.story:
        print(f"{line.at_s:10.2f}  {line.text}")
    print(outcome.text or f"seed {seed}: every promise held")
    return 1 if outcome.broken else 0


def _explain(outcome: Outcome) -> None:
    """Tell the shortest life that breaks the same promise."""
    storage = Storage()
    drawn = plan.draw(outcome.seed)
    with quick_centre():
        kept, short = shrink(
            lambda fewer: live(outcome.seed, storage, fewer), drawn, outcome, within_s=SHRINK_S
        )
    print(f"\nseed {outcome.seed}, {len(kept)} of its {len(drawn)} happenings are enough:")
    for line in itertools.islice(short.story, max(0, len(short.story) - 80), None):
        print(f"{line.at_s:10.2f}  {line.text}")
    print(short.text)
    print(f"whole: ./run simulate-days --replay {outcome.seed}\n")


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    sys.exit(main())
