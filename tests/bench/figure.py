"""A figure beside its floor: the arithmetic and the two ways it is printed. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value, and what the same machine needs for the bare minimum in the same run.

    `note`: what is left out, how often, and the aim; for people, not in the JSON.
    """

    name: str
    value: float
    unit: str
    floor: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many floors the value is; None where there is no floor."""
        return None if not self.floor else self.value / self.floor


def percentile(values: Iterable[float], percent: float) -> float:
    """Give the nearest-rank percentile: a value that was measured, never one in between.

    Raises ValueError where there are no values, or the percentage is not in (0, 100].
    """
    ordered = sorted(values)
    if not ordered or not 0 < percent <= 100:
        raise ValueError(f"no {percent}th percentile of {len(ordered)} values")
    return ordered[math.ceil(percent / 100 * len(ordered)) - 1]


def median(values: Iterable[float]) -> float:
    """Give the value in the middle, the lower one of two. Raises ValueError without values."""
    return percentile(values, 50)


def to_json(figures: Sequence[Figure]) -> str:
    """Write the figures as one JSON list, three digits after the point."""
    rows = [
        {
            "name": figure.name,
            "value": round(figure.value, 3),
            "unit": figure.unit,
            "floor": None if figure.floor is None else round(figure.floor, 3),
            "ratio": None if figure.ratio is None else round(figure.ratio, 3),
        }
        for figure in figures
    ]
    return json.dumps(rows, indent=1, ensure_ascii=False)


def to_text(figures: Sequence[Figure]) -> str:
    """Write the figures as a table for people, each with its note."""
    head = f"{'figure':<26} {'value':>10} {'unit':<4} {'floor':>10} {'ratio':>7}  note"
    return "\n".join([head, *(_row(figure) for figure in figures)])


def _row(figure: Figure) -> str:
    floor = "-" if figure.floor is None else f"{figure.floor:.3f}"
    ratio = "-" if figure.ratio is None else f"{figure.ratio:.2f}"
    row = f"{figure.name:<26} {figure.value:>10.3f} {figure.unit:<4} {floor:>10} {ratio:>7}"
    return f"{row}  {figure.note}".rstrip()
