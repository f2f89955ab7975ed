"""Compartments in few words, the same on the glass and at the centre: 13-24, or 1-3 7."""

from __future__ import annotations

import re
from collections.abc import Iterable

_RUN = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?", re.ASCII)


def runs(numbers: Iterable[int]) -> str:
    """Write numbers in their order, those that follow each other as one run."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return " ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in found)


def numbers(text: str) -> frozenset[int]:
    """Read what `runs` wrote; what is none of its runs is left out."""
    found = (_RUN.fullmatch(run) for run in text.split())
    return frozenset(
        n for run in found if run for n in range(int(run[1]), int(run[2] or run[1]) + 1)
    )
