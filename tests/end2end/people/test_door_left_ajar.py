"""A door is left ajar by somebody who has gone; the next person finds it."""

from __future__ import annotations

from tests.end2end.people.conftest import World
from tests.integration.locker.cabinet_process import wait_for

CODE = "55556666"


def test_a_door_left_ajar_is_shown_to_the_next_person_and_shuts_the_matter(world: World) -> None:
    world.set("[core]\nopen_untouched_s = 1.5\ndone_s = 1.0\n")
    world.start()
    world.fill("gone", CODE)
    passer = world.person("somebody who finds a door ajar")
    world.scan(CODE)
    door = world.open_door()
    passer.glass.wait_for_page("home")
    passer.glass.wait_until(
        lambda: f"{door} 号门" in passer.says("band-words"), what="the open door"
    )
    passer.reads("home")
    passer.is_at_the_door()
    world.shut(door)
    passer.glass.wait_until(lambda: not passer.says("band-words"), what="no door open")
    passer.is_done("done")
    wait_for(lambda: "visit.ended" in world.centre.kinds())
