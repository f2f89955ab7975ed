"""Each promise notices a bug of its own, planted in the product's code in memory."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import cast

import pytest

from locker.contract import event as e
from locker.contract.vocabulary import DoorState
from tests.simulation import plan
from tests.simulation.centre import Storage, quick_centre
from tests.simulation.course import live
from tests.simulation.life import Life
from tests.simulation.planted import PLANTED, Planted
from tests.simulation.promise import BrokenPromiseError
from tests.simulation.promise_pulse import OpenedByAnEdge
from tests.simulation.promises import ALL
from tests.simulation.shrink import shrink

SEEDS = 25
"""The weights lead the lives to where the bug is: so few are enough."""


@pytest.fixture(scope="module")
def storage() -> Iterator[Storage]:
    """One storage for all lives of this file, with quick digests."""
    with quick_centre():
        yield Storage()


@pytest.mark.logs_may_warn
@pytest.mark.parametrize("bug", PLANTED, ids=lambda bug: f"{bug.promise}: {bug.what}")
def test_a_planted_bug_is_found_by_its_own_promise(bug: Planted, storage: Storage) -> None:
    found = set()
    for seed in range(bug.first, bug.first + SEEDS):
        with bug.growing():
            outcome = live(seed, storage, plan.draw(seed, more=bug.weights))
        found.add(outcome.broken)
        if outcome.broken == bug.promise:
            return
    pytest.fail(f"in {SEEDS} lives nothing but {found} was noticed")


def test_every_promise_has_a_planted_bug() -> None:
    assert {bug.promise for bug in PLANTED} == {promise.__name__ for promise in ALL}


@pytest.mark.parametrize("known", ["asked", "in doubt", "never sent"])
def test_an_edge_is_an_opening_where_the_pulse_was_asked_for_or_is_in_doubt(known: str) -> None:
    promise = OpenedByAnEdge(cast(Life, None))
    promise.heard_doors({4: DoorState.CLOSED}, 1.0)
    promise.committed(e.AttemptCommitted("a", "v", 4, 1, DoorState.CLOSED))
    if known == "asked":
        promise.asked(4)
    elif known == "in doubt":
        promise.committed(e.AttemptInDoubt("a", "no reply"))
    promise.heard_doors({4: DoorState.OPEN}, 2.0)
    if known != "never sent":
        promise.committed(e.AttemptOpened("a", 100))
        return
    with pytest.raises(BrokenPromiseError, match="no pulse was asked for"):
        promise.committed(e.AttemptOpened("a", 100))


@pytest.mark.logs_may_warn
def test_a_failing_life_is_told_short(storage: Storage) -> None:
    bug = next(bug for bug in PLANTED if bug.what == "a pulse is repeated after silence")
    drawn = plan.draw(bug.first, more=bug.weights)
    with bug.growing():
        failed = live(bug.first, storage, drawn)
        kept, short = shrink(
            lambda few: live(bug.first, storage, few), drawn, failed, within_s=math.inf
        )
    assert failed.broken == short.broken == bug.promise
    assert len(kept) <= 3 < len(drawn)
    assert len(short.story) < len(failed.story) / 2
