"""The course of one life: from a seed, through its happenings, to an end with all repaired."""

from __future__ import annotations

import random
import traceback
from collections.abc import Sequence
from dataclasses import dataclass

from tests.simulation import plan
from tests.simulation.centre import Storage
from tests.simulation.life import Life
from tests.simulation.plan import Happening
from tests.simulation.promise import BrokenPromiseError
from tests.simulation.world import Line, Script, drawn_from

LAST_S = 400.0
AFTERWARDS_S = 2500.0
"""How long everything works again before the end is judged."""
DRAIN_S, DRAINS = 60.0, 40


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a life went. `broken`: the name of the promise, or of an error, and what was said."""

    seed: int
    broken: str
    text: str
    story: Sequence[Line]
    events: int
    pulses: int
    boots: int
    lived_s: float


def live(seed: int, storage: Storage, happenings: Sequence[Happening] | None = None) -> Outcome:
    """Play one life of a seed, with its own happenings or with these."""
    with drawn_from(random.Random(f"secrets {seed}")):
        life = Life(seed, storage)
        broken = text = ""
        try:
            _play(life, plan.draw(seed) if happenings is None else happenings)
        except BrokenPromiseError as error:
            broken, text = error.name, str(error)
        except Exception as error:  # noqa: BLE001 - a thread of the daemon would have died
            broken = type(error).__name__
            text = f"{error!r}\n{traceback.format_exc(limit=-5)}"
        finally:
            life.stop()
    return Outcome(
        seed,
        broken,
        text,
        tuple(life.world.story),
        events=len(life.written),
        pulses=sum(door.pulses for door in life.doors.doors),
        boots=life.boots,
        lived_s=life.world.now_s,
    )


def _play(life: Life, happenings: Sequence[Happening]) -> None:
    life.boot()
    last_s = 0.0
    for happening in happenings:
        life.world.begin(_begin(life, happening), at_s=happening.at_s)
        last_s = max(last_s, happening.at_s)
    life.run(last_s + LAST_S)
    life.heal()
    life.run(life.world.now_s + AFTERWARDS_S)
    for _ in range(DRAINS):
        if life.drained():
            break
        life.run(life.world.now_s + DRAIN_S)
    else:
        raise BrokenPromiseError("EachEventOnce", "the outbox never gets empty")
    life.promises.ended()


def _begin(life: Life, happening: Happening) -> Script:
    life.world.tell(f"[{happening.kind}]")
    yield from plan.script(life, happening)
