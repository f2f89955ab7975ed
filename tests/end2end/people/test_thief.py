"""A thief with a photograph of a badge: the badge is half of what opens a door."""

from __future__ import annotations

from tests.end2end.people.conftest import BADGE, World
from tests.integration.locker.cabinet_process import wait_for


def test_a_photographed_badge_opens_nothing_and_dies_when_its_owner_says_so(world: World) -> None:
    world.start()
    world.staff()
    thief = world.person("a thief with a photographed badge")
    world.scan_badge()
    thief.reads("pin")
    thief.types("0000")
    thief.presses("key-enter")
    thief.reads("refused")
    said = thief.says("refused-cause")
    assert "BBG-401" in thief.says("tell")
    wait_for(lambda: "credential.refused" in world.centre.kinds())
    thief.presses("refused-seen")
    thief.reads("pin")
    thief.presses("back")
    thief.reads("home")
    world.centre.tell({"item": "staff_gone", "staff": "s-1"})
    wait_for(lambda: "staff.removed" in world.centre.kinds())
    world.scan_badge()
    thief.reads("refused")
    assert thief.says("refused-cause") == said
    assert not any(door.open for door in world.cabinet.board.state().doors)
    assert "attempt.committed" not in world.centre.kinds()
    assert BADGE not in world.log()
    thief.is_done("an honest way out: nothing opened")
