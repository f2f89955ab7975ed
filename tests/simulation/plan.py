"""What happens in a life, and when: a list drawn from the seed before it begins.

Each happening has dice of its own, so that leaving one out changes none of the others: that is
how a failing life is made short.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from tests.simulation.life import Life
from tests.simulation.person import Delegate, PasserBy, Resident
from tests.simulation.staff import Keeper, Staff, Technician
from tests.simulation.trouble import Trouble
from tests.simulation.world import Script

PEOPLE: Mapping[str, float] = {
    "whole_matter": 8.0,
    "hand_in": 6.0,
    "collect_for_another": 1.5,
    "two_at_once": 2.0,
    "staff_round": 6.0,
    "look_again": 1.0,
    "walk_in": 2.0,
    "technician": 1.0,
    "audit": 1.0,
    "out_of_service": 0.7,
    "passer_by": 1.5,
    "push_shut": 3.0,
    "thief": 0.7,
    "forced": 0.7,
}
TROUBLES: Mapping[str, float] = {
    "lock_fails": 2.5,
    "locks_are_slow": 1.0,
    "line_fails": 2.0,
    "noise": 1.0,
    "cable_pulled": 1.0,
    "disk_refuses": 0.8,
    "power_cut": 1.0,
    "power_cut_soon": 3.0,
    "two_boots_without_clock": 0.4,
    "clock_jumps": 0.7,
    "image_restored": 0.25,
    "disk_replaced": 0.15,
    "partition": 1.5,
    "line_loses": 1.5,
    "line_repeats": 1.5,
    "line_is_slow": 0.5,
    "permission_withdrawn": 1.0,
    "badge_replaced": 0.3,
    "cabinet_revoked": 0.3,
    "keys_changed": 0.7,
}
PAUSES_S = (0.5, 5.0, 20.0, 60.0, 200.0, 700.0, 4000.0, 30_000.0, 100_000.0)
PAUSE_WEIGHTS = (6, 8, 10, 10, 8, 6, 4, 2, 1)


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that begins at a true second, with the seed of its own dice."""

    at_s: float
    kind: str
    seed: int

    def __str__(self) -> str:
        return f"{self.at_s:.1f} s: {self.kind}"


def draw(
    seed: int, *, count: int = 20, more: Mapping[str, float] | None = None
) -> tuple[Happening, ...]:
    """Draw a life. `more`: weights in place of the usual ones, to look for something."""
    dice = random.Random(f"plan {seed}")
    weights = {**PEOPLE, **TROUBLES, **(more or {})}
    kinds = dice.choices(list(weights), list(weights.values()), k=count)
    at_s, found = 5.0, []
    for kind in kinds:
        found.append(Happening(round(at_s, 1), kind, dice.randrange(2**32)))
        at_s += dice.choices(PAUSES_S, PAUSE_WEIGHTS)[0] * dice.uniform(0.5, 1.5)
    return tuple(found)


def script(life: Life, happening: Happening) -> Script:
    """Begin a happening."""
    dice = random.Random(happening.seed)
    people = {
        "whole_matter": lambda: whole_matter(life, dice),
        "hand_in": lambda: Resident(life, dice).hand_in(),
        "collect_for_another": lambda: Delegate(life, dice).collect_for_another(),
        "two_at_once": lambda: two_at_once(life, dice),
        "staff_round": lambda: Staff(life, dice).round(),
        "look_again": lambda: Staff(life, dice).look_again(),
        "walk_in": lambda: Resident(life, dice).walk_in(),
        "technician": lambda: Technician(life, dice).test_locks(),
        "audit": lambda: Keeper(life, dice).audit(),
        "out_of_service": lambda: Keeper(life, dice).out_of_service(),
        "passer_by": lambda: PasserBy(life, dice).idle(),
        "push_shut": lambda: PasserBy(life, dice).push_shut(),
        "thief": lambda: PasserBy(life, dice).steal(),
        "forced": lambda: PasserBy(life, dice).force(),
    }
    if happening.kind in people:
        return people[happening.kind]()
    begun: Script = getattr(Trouble(life, dice), happening.kind)()
    return begun


def whole_matter(life: Life, dice: random.Random) -> Script:
    """Papers come in and are taken out, the certificate is made and loaded; its owner is told."""
    yield from Resident(life, dice).hand_in()
    for _ in range(2):
        yield dice.choice([20.0, 60.0, 400.0])
        yield from Staff(life, dice).round()


def two_at_once(life: Life, dice: random.Random) -> Script:
    """Two residents press at the same moment."""
    life.world.begin(Resident(life, random.Random(dice.random())).hand_in())
    life.world.begin(Resident(life, random.Random(dice.random())).hand_in())
    yield 0.0
