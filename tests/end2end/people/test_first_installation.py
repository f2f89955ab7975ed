"""A first installation: the glass is up before there is a daemon, and a technician looks on."""

from __future__ import annotations

import time

from tests.end2end.people.conftest import World
from tests.end2end.people.person import Person


def test_the_glass_waits_for_its_daemon_and_picks_up_the_visit_where_it_is(world: World) -> None:
    glass = world.kiosk()
    technician = Person("a technician at a first installation", glass)
    glass.wait_for_page("starting", "out_of_service", timeout_s=20)
    world.start()
    technician.reads("home", timeout_s=30)
    world.grant("first", "deposit")
    world.centre.tell(
        {"item": "open", "command": "o-1", "grant": "g-first", "issued_at": time.time(),
         "life_s": 30}
    )  # fmt: skip
    technician.reads("open")
    door = world.open_door()
    world.kiosks[-1].kill()
    world.kiosks[-1].wait(20)
    technician.glass = world.kiosk()  # the glass comes up again in the middle of a visit
    technician.reads("open", timeout_s=30)
    assert technician.says("number") == str(door)
    technician.is_at_the_door()
    world.shut(door)
    technician.reads("ask")
    technician.presses("choice-confirm")
    technician.reads("done")
    technician.is_done("done")
