"""Long lives of a busy cabinet: mostly people who do what they came for, now and then a fault.

The moves are those of `test_properties`, weighted, driven by a seed. The promises are in
`bench_witness`. A failing seed is the replay.
"""

from __future__ import annotations

import random

import pytest

from locker.contract import event as e
from locker.contract.vocabulary import Choice, Purpose, VisitPhase
from locker.core.input import PulseResult
from tests.unit.locker.core.test_properties import BOXES, FAULTS, Life

STEPS = 150
USUAL = (Purpose.DEPOSIT, Purpose.COLLECT, Purpose.COLLECT, Purpose.LOAD, Purpose.TAKE_OUT)


def live(seed: int, *, steps: int = STEPS) -> Life:
    """Play one life; raise AssertionError where a promise is broken."""
    dice, life = random.Random(seed), Life()
    life.staff_is_known()
    for _ in range(steps):
        _step(life, dice)
        life.a_visit_has_a_way_on()
    return life


def _step(life: Life, dice: random.Random) -> None:
    box, n = dice.randint(1, BOXES), dice.randint(0, 40)
    chance = dice.random()
    if chance < 0.25:
        _come(life, dice)
    elif chance < 0.6:
        _go_on(life, dice)
    elif chance < 0.72:
        life.time_passes(dice.choice([0.1, 0.3, 1.0, 3.5, 10.0, 65.0, 130.0, 400.0]))
    elif chance < 0.77:
        life.something_breaks(box, dice.choice(FAULTS))
        life.the_board_answers_so(dice.choice(list(PulseResult)))
    elif chance < 0.84:
        life.everything_is_repaired()
    elif chance < 0.86:
        life.the_power_will_be_cut(dice.randint(0, 30))
    elif chance < 0.88:
        life.the_power_is_cut(dice.choice([0.3, 5.0, 90.0]))
    elif chance < 0.90:
        life.somebody_walks_in()
    elif chance < 0.92:
        life.a_grant_is_revoked(n)
    elif chance < 0.95:
        life.a_grant_is_used(n=n, by_command=dice.random() < 0.3)
    elif chance < 0.97:
        life.staff_scan_a_label(n)
    elif chance < 0.98:
        life.somebody_pushes_a_door_shut(box)
    else:
        life.staff_sign_in_again()
        life.staff_ask_for_a_door(box)


def _come(life: Life, dice: random.Random) -> None:
    if dice.random() < 0.5:
        life.staff_sign_in_again()
    purpose = dice.choice([*USUAL, *Purpose])
    full = [n for n in range(1, BOXES + 1) if life.cabinet.box(n).consignment]
    box = dice.choice(full or [1])
    life.somebody_comes_with_a_good_grant(purpose, box, dice.choice([0.0, 0.3, 0.3, 3.3]))


def _go_on(life: Life, dice: random.Random) -> None:
    """Answer with what would be usual in this phase, or with anything."""
    usual = list(Choice)
    if life.cabinet.engine.memory.visit is not None:
        match life.cabinet.phase():
            case VisitPhase.LOOK:
                usual = [Choice.SAW_OPEN, Choice.SAW_SHUT, Choice.REOPEN]
            case VisitPhase.NOT_OPENED:
                usual = [Choice.REOPEN, Choice.REOPEN, Choice.LEAVE]
            case VisitPhase.OPEN | VisitPhase.ASK:
                usual = [Choice.CONFIRM, Choice.CONFIRM, Choice.NOTHING, Choice.REOPEN]
            case _:
                pass
    choice = dice.choice(usual)
    wait_s = dice.choice([0.2, 0.2, 2.1, 3.3])
    life.who_stands_at_the_door_goes_on(acts=dice.random() < 0.7, choice=choice, wait_s=wait_s)


@pytest.mark.parametrize("seed", range(40))
def test_a_busy_life_breaks_no_promise(seed: int) -> None:
    life = live(seed)
    assert life.cabinet.events(e.AttemptCommitted)
