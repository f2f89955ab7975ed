"""Two residents come in the same second: one is served, the other is told to wait, then served."""

from __future__ import annotations

import time

from tests.end2end.people.conftest import World

FIRST, SECOND = "11112222", "33334444"
SAME_CODE_S = 2.0
"""A code shown again this soon counts once."""


def test_two_residents_in_the_same_second_are_served_one_after_the_other(world: World) -> None:
    world.start()
    world.fill("first", FIRST)
    world.fill("second", SECOND)
    both = world.person("two residents in the same second")
    world.scan(FIRST)
    world.scan(SECOND)
    both.glass.wait_until(lambda: bool(both.says("band-words")), what="a word for the second")
    both.reads("open")
    first = world.open_door()
    assert sum(door.open for door in world.cabinet.board.state().doors) == 1
    both.is_at_the_door()
    world.shut(first)
    both.reads("ask")
    both.presses("choice-confirm")
    both.reads("done")  # and not the word for the second, who may come now
    time.sleep(SAME_CODE_S)
    world.scan(SECOND)
    both.reads("open")
    second = world.open_door()
    assert second != first
    both.is_at_the_door()
    world.shut(second)
    both.reads("ask")
    both.presses("choice-confirm")
    both.reads("done")
    both.is_done("done")
