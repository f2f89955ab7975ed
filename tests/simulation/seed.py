"""One seed, played in whatever process it is given to; each process has one storage."""

from __future__ import annotations

import functools
import logging
from dataclasses import replace

from tests.simulation.centre import Storage, quick_centre
from tests.simulation.course import Outcome, live


def play_seed(seed: int, *, whole: bool = False) -> Outcome:
    """Play one life; unless `whole`, the story of a good one is dropped."""
    logging.disable(logging.CRITICAL)
    with quick_centre():
        outcome = live(seed, _storage())
    return outcome if outcome.broken or whole else replace(outcome, story=())


@functools.cache
def _storage() -> Storage:
    return Storage()
