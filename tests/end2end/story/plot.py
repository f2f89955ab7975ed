"""The story as a list of steps; each has a number, a sentence, and evidence from outside.

A step is a function that returns its evidence as one line, or raises. Evidence comes from the
simulator's wire trace, its true doors and boxes, rows of the centre, and pictures; never from
what the daemon says of itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.end2end.story.cast import Cast


class NotSoError(AssertionError):
    """What the story promises did not happen; the text says what was seen instead."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `number` is part and step of the story, for example 2.4."""

    number: str
    sentence: str
    play: Callable[[Cast], str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step."""

    step: Step
    passed: bool
    evidence: str
    took_s: float


class Plot:
    """Collects the steps of one part of the story, in order."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.steps: list[Step] = []

    def step(self, sentence: str) -> Callable[[Callable[[Cast], str]], Callable[[Cast], str]]:
        """Add a function as the next step."""

        def add(play: Callable[[Cast], str]) -> Callable[[Cast], str]:
            self.steps.append(Step(f"{self.part}.{len(self.steps) + 1}", sentence, play))
            return play

        return add


def play(steps: Sequence[Step], cast: Cast, *, say: Callable[[Outcome], None]) -> list[Outcome]:
    """Play the steps in order; the first that fails ends the story, for the rest stand on it."""
    outcomes: list[Outcome] = []
    for step in steps:
        began_s = time.monotonic()
        try:
            evidence, passed = step.play(cast), True
        except Exception as error:  # noqa: BLE001 - whatever went wrong is the step's outcome
            evidence, passed = f"{type(error).__name__}: {error}", False
        outcome = Outcome(step, passed, evidence, time.monotonic() - began_s)
        outcomes.append(outcome)
        say(outcome)
        if not passed:
            break
    return outcomes


def check(is_so: object, what: str) -> None:
    """Raise NotSoError with what was seen, unless it is so."""
    if not is_so:
        raise NotSoError(what)
