"""A woman with a feature phone who has lost the message with her code."""

from __future__ import annotations

import time

from locker.contract.digest import code_digest
from locker.identity import unb64
from tests.end2end.people.conftest import World
from tests.end2end.people.person import Person
from tests.integration.locker.cabinet_process import wait_for
from tests.support.canary import contents, files

OLD, NEW, NUMBER = "77778888", "30517294", "13800138000"


def is_asked_for_her_number(world: World, woman: Person) -> None:
    """Her new code asks for the last four digits of her phone; she mistypes them once."""
    woman.types(NEW)
    woman.reads("last_four")
    woman.types("0000")
    woman.reads("refused")
    assert "BBG-118" in woman.says("tell")
    assert not any(door.open for door in world.cabinet.board.state().doors)
    woman.presses("refused-seen")
    woman.reads("home")
    woman.presses("collect")
    woman.types(NEW)
    woman.reads("last_four")
    assert "电话" in woman.says("last_four-title")
    woman.types(NUMBER[-4:])


def test_a_forgotten_code_is_replaced_by_a_message_to_her_own_number(world: World) -> None:
    world.start()
    world.fill("wang", OLD)
    woman = world.person("a woman who forgot her code")
    woman.presses("collect")
    woman.reads("code")
    woman.presses("lost-code")
    woman.reads("lost_code")
    woman.presses("new-code")
    woman.reads("new_code")
    woman.types(NUMBER)
    woman.presses("key-enter")
    woman.glass.wait_until(lambda: woman.says("phone-title") == "请等短信或电话", what="the answer")
    assert NUMBER not in "".join(row.text for row in woman.glass.texts()).replace(" ", "")
    assert world.centre.asks == [{"use": "new_code", "phone": NUMBER}]
    salt, now = unb64(world.centre.enrolment["code_salt"]), time.time()
    world.centre.tell(
        {"item": "grant", "grant": "g-new", "purpose": "collect", "consignment": "c-wang-in",
         "issued_at": now, "expires_at": now + 9_000, "code_digest": code_digest(NEW, salt=salt),
         "last_four": "phone", "last_four_digest": code_digest(NEW + NUMBER[-4:], salt=salt)},
        {"item": "revoke", "grant": "g-wang", "reason": "replaced"},
    )  # fmt: skip
    wait_for(lambda: "grant.revoked" in world.centre.kinds())
    woman.presses("phone-home")
    woman.reads("home")
    woman.presses("collect")
    is_asked_for_her_number(world, woman)
    woman.reads("open")
    woman.is_at_the_door()
    world.shut(world.open_door())
    woman.reads("ask")
    woman.presses("choice-confirm")
    woman.reads("done")
    woman.is_done("done")
    kept = b"".join(map(contents, files(world.cabinet.folder)))
    assert NUMBER.encode() not in kept  # neither journal nor log has it
