"""A first installation: the glass is up before there is a daemon, and a technician looks on."""

from __future__ import annotations

import signal
import time

from tests.end2end.people.conftest import World
from tests.end2end.people.person import Person
from tests.integration.locker.cabinet_process import wait_for


def test_the_glass_waits_for_its_daemon_and_picks_up_the_visit_where_it_is(world: World) -> None:
    glass = world.kiosk()
    technician = Person("a technician at a first installation", glass)
    glass.wait_for_page("starting", "out_of_service")
    world.start()
    technician.reads("home")
    world.grant("first", "deposit")
    world.centre.tell(
        {"item": "open", "command": "o-1", "grant": "g-first", "issued_at": time.time(),
         "life_s": 30}
    )  # fmt: skip
    technician.reads("open")
    door = world.open_door()
    world.kiosks[-1].send_signal(signal.SIGSTOP)  # the glass stands still in the middle of a visit
    technician.is_at_the_door()
    world.shut(door)
    wait_for(lambda: "attempt.completed" in world.centre.kinds())  # and no door minds it
    world.kiosks[-1].kill()  # as the service manager does after seconds of silence
    world.kiosks[-1].wait()
    technician.glass = world.kiosk()
    technician.reads("ask")
    assert technician.says("number") == str(door)
    technician.presses("choice-confirm")
    technician.reads("done")
    technician.is_done("done")
