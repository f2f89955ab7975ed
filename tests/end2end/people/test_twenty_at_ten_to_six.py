"""Twenty certificates at ten to six: one member of staff, hands of four seconds, no mouse."""

from __future__ import annotations

import time

from tests.end2end.people.conftest import PIN, World
from tests.integration.locker.cabinet_process import wait_for

CERTIFICATES = 20
HANDS_S = 4.0
SAME_CODE_S = 2.1
"""Sooner than this the same code is the same scan."""
WILL_NOT_SHUT, LOOKED_AT_AGAIN = "n04", "n09"


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
        door = open_another_door(world, used)
        used.add(door)
        staff.is_at_the_door()
        if name == WILL_NOT_SHUT:
            staff.glass.wait_for_page("open")
            continue
        world.shut(door)
        staff.glass.wait_for_page("ask")
        if name == LOOKED_AT_AGAIN:
            time.sleep(SAME_CODE_S)
            world.scan_label(name)
            assert open_another_door(world, used - {door}) == door
            world.shut(door)
            staff.glass.wait_for_page("ask")
    world.scan_badge()  # the last one lies inside, too; every other was confirmed by the next label
    staff.reads("done")
    assert staff.touches == touches
    assert "退出" in staff.says("done-next")
    loading_s = staff.seconds - began_s + time.monotonic() - started
    assert loading_s <= 300
    assert len(used) == CERTIFICATES
    wait_for(lambda: confirmed(world) == {f"c-{name}" for name in names if name != WILL_NOT_SHUT})
    staff.is_done(f"done; {CERTIFICATES} loaded in {loading_s:.0f} s")


def open_another_door(world: World, used: set[int]) -> int:
    """Wait until a door is open that was not used before; give its number."""

    def found() -> int:
        doors = world.cabinet.board.state().doors
        return next((door.lock for door in doors if door.open and door.lock not in used), 0)

    return int(wait_for(found))


def confirmed(world: World) -> set[str]:
    """Give the consignments that the centre has heard lie in the cabinet for certain."""
    with world.centre.lock:
        events = list(world.centre.events.values())
    moved = [event["body"] for event in events if event["kind"] == "consignment.moved"]
    return {body["consignment"] for body in moved if body["confirmed"]}
