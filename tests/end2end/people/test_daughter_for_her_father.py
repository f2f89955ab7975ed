"""A daughter collects for her father: she has his code on a slip of paper, and no account."""

from __future__ import annotations

from tests.end2end.people.conftest import World
from tests.integration.locker.cabinet_process import wait_for

CODE = "48301957"


def test_a_daughter_collects_by_code_with_at_most_twelve_touches(world: World) -> None:
    world.start()
    door = world.fill("father", CODE)
    daughter = world.person("a daughter collecting for her father")
    daughter.reads("home")
    daughter.presses("collect")
    daughter.reads("code")
    daughter.types(CODE)
    daughter.reads("open")
    assert daughter.says("number") == str(door)
    daughter.is_at_the_door()
    world.shut(world.open_door())
    daughter.reads("ask")
    daughter.presses("choice-confirm")
    daughter.reads("done")
    daughter.presses("rate-satisfied")
    daughter.reads("home")
    daughter.is_done("done")
    assert daughter.touches <= 12
    wait_for(lambda: "consignment.moved" in world.centre.kinds())
    shown = " ".join(row.text for row in daughter.glass.texts())
    assert CODE not in shown
    assert CODE not in world.log()
