"""What the simulator's trace says of reading doors without a pause. Pure.

A *cycle* runs from the first byte of one question to the first byte of the next. It cannot be
shorter than what the wire, the board and the profile need: the bytes of question and answer, the
board's stated time to answer, and the gap before the next frame.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from drivers.simulator.control import TraceLine


@dataclass(frozen=True, slots=True)
class Cycle:
    """One question with its answer, until the next question; seconds."""

    took_s: float
    needed_s: float


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What a cycle needs: a byte's time, the profile's gap, the board's time to answer."""

    byte_s: float
    gap_s: float
    reply_delay_s: float


def cycles(trace: Sequence[TraceLine], facts: LineFacts) -> list[Cycle]:
    """Give the cycles of answered questions, in order of time; what is a pulse is left out."""
    lines = sorted((t for t in trace if t.direction in {"in", "out"}), key=lambda t: t.first_at)
    asked_at = [at for at, line in enumerate(lines) if line.direction == "in"]
    found = []
    for at, after in itertools.pairwise(asked_at):
        told = lines[at + 1 : after]
        if not told or lines[at].meaning.startswith("pulse "):
            continue
        count = sum(len(bytes.fromhex(line.hex)) for line in lines[at:after])
        needed_s = count * facts.byte_s + facts.reply_delay_s + facts.gap_s
        found.append(Cycle(lines[after].first_at - lines[at].first_at, needed_s))
    return found
