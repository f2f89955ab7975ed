"""Twenty certificates at ten to six: one member of staff, hands of four seconds, no mouse."""

from __future__ import annotations

import time

from tests.end2end.people.conftest import PIN, World
from tests.integration.locker.cabinet_process import wait_for

CERTIFICATES = 20
HANDS_S = 4.0


def test_twenty_certificates_are_loaded_with_no_touch_after_the_pin(world: World) -> None:
    world.set("[core]\nkeep_for_drop_off = 0\n")
    world.start()
    world.staff()
    names = [f"n{n:02}" for n in range(CERTIFICATES)]
    for name in names:
        world.grant(name, "load")
    staff = world.person("staff with twenty certificates at 17:50")
    staff.hands_s = HANDS_S
    world.scan_badge()
    staff.reads("pin")
    staff.types(PIN)
    staff.presses("key-enter")
    staff.reads("staff")
    assert f"待放 {CERTIFICATES} 件" in staff.says("staff-counts")
    touches, began_s = staff.touches, staff.seconds
    used: set[int] = set()
    started = time.monotonic()
    for name in names:
        world.scan_label(name)
        door = wait_for_door(world, used)
        used.add(door)
        staff.is_at_the_door()
        world.shut(door)
        staff.glass.wait_for_page("ask", timeout_s=20)
    staff.presses("choice-confirm")  # the last one; every other was confirmed by the next label
    assert staff.touches - touches == 1
    loading_s = staff.seconds - began_s + time.monotonic() - started
    assert loading_s <= 300
    assert len(used) == CERTIFICATES
    staff.is_done(f"done; {CERTIFICATES} loaded in {loading_s:.0f} s")


def wait_for_door(world: World, used: set[int]) -> int:
    """Wait for the door of the next envelope."""
    wait_for(lambda: world.cabinet.board.state().pulses > len(used))
    return world.open_door()
