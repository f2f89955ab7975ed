"""Compartments in few words, the same on the glass and at the centre: 13-24, or 1-3 7."""

from __future__ import annotations

from collections.abc import Iterable


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
    """Read what `runs` wrote."""
    spans = [[int(end) for end in run.split("-")] for run in text.split()]
    return frozenset(n for span in spans for n in range(span[0], span[-1] + 1))
