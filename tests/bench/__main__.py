"""`./run bench [NAME…] [--json]`: measure, and print each figure beside its floor."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench import (
    backlog,
    cable,
    central,
    doors,
    fleet,
    kill,
    kiosk,
    matrix,
    memory,
    package,
    page,
    recover,
    soak,
    start,
    unlock,
)
from tests.bench.figure import Figure, to_json, to_text
from tests.bench.rig import Rig, Size

Measure = Callable[[Rig, Callable[[str], None]], list[Figure]]
BENCHES: dict[str, Measure] = {
    "unlock": unlock.measure,
    "doors": doors.measure,
    "memory": memory.measure,
    "start": start.measure,
    "recover": recover.measure,
    "soak": soak.measure,
    "kiosk": kiosk.measure,
}
CENTRE: dict[str, Callable[[Callable[[str], None]], list[Figure]]] = {
    "central": central.measure,
    "fleet": fleet.measure,
    "pages": page.measure,
}
"""Figures of the centre: they need no cabinet."""
APART: dict[str, Callable[[Path, Callable[[str], None]], list[Figure]]] = {
    "kill": kill.measure,
    "cable": cable.measure,
    "backlog": backlog.measure,
    "matrix": matrix.measure,
    "package": package.measure,
}
"""Have cabinets of their own and take many minutes: done only when they are named."""
DIRECTORY = Path(__file__).resolve().parents[2] / "bench-out"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for; progress goes to stderr, the figures to stdout."""
    asked = _parser().parse_args(arguments)
    size = Size(
        unlocks=asked.runs,
        typed=min(asked.runs, Size().typed),
        doors=min(asked.runs, Size().doors),
        full_rate=min(asked.runs, Size().full_rate),
        events=asked.events,
    )
    directory = asked.directory.absolute()
    names = asked.names or [*BENCHES, *CENTRE]
    cabinet = [name for name in names if name in BENCHES]
    found = run(cabinet, directory=directory, size=size) if cabinet else []
    for name in names:
        if name in CENTRE:
            found += CENTRE[name](_say)
        elif name in APART:
            found += APART[name](directory / name, _say)
    print(to_json(found) if asked.json else to_text(found))
    return 0


def run(names: Sequence[str], *, directory: Path, size: Size) -> list[Figure]:
    """Prepare one cabinet and measure these on it, one after another."""
    _say(f"a journal of {size.events:,} events is being written")
    rig = Rig(directory, size)
    try:
        return [figure for name in names for figure in BENCHES[name](rig, _say)]
    finally:
        rig.close()


def _say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


def _name(word: str) -> str:
    if word not in (*BENCHES, *CENTRE, *APART):
        known = ", ".join((*BENCHES, *CENTRE, *APART))
        raise argparse.ArgumentTypeError(f"no figure {word!r}; there are: {known}")
    return word


def _count(word: str) -> int:
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number from 1 up")
    return int(word)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", type=_name,
        help=f"{', '.join((*BENCHES, *CENTRE))}; all of these, if none is named; "
        f"and {', '.join(APART)}",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print a list of objects")
    parser.add_argument("--runs", type=_count, default=Size().unlocks, help="unlocks; %(default)s")
    parser.add_argument(
        "--events", type=_count, default=Size().events, help="events in the journal; %(default)s"
    )
    parser.add_argument(
        "--directory", type=Path, default=DIRECTORY,
        help="where the journal lies, made anew; its disk is the one that is measured",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
