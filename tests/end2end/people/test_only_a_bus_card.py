"""An old man with no phone: what he has is his senior's bus card, and four digits in his head."""

from __future__ import annotations

import time

from locker.contract.digest import card_at, card_digest, card_lookup
from locker.identity import unb64
from tests.end2end.people.conftest import World
from tests.integration.locker.cabinet_process import wait_for
from tests.support.canary import contents, files

TYPED, NUMBER, DIGITS = "0078754499", "04B1B2C3", "4711"
SAME_TAP_S = 2.1
"""Within two seconds the same card is the same tap."""


def test_a_bus_card_collects_though_the_first_digits_were_wrong(world: World) -> None:
    world.set("\n[card_reader]\nfitted = true\n")
    world.start()
    door = world.fill("chen", "48301957")
    _bind_card(world)
    man = world.person("an old man with a bus card")
    man.reads("home")
    world.scan(TYPED)
    man.reads("card")
    man.types("4712")
    man.reads("refused")
    assert man.says("refused-title") == "这张卡没有对上"
    man.presses("refused-seen")
    man.reads("home")
    time.sleep(SAME_TAP_S)
    line = world.cabinet.ready_glass()
    line.call("scan.wedge", text=TYPED)
    line.close()
    man.reads("card")
    man.types(DIGITS)
    man.reads("open")
    assert man.says("number") == str(door)
    man.is_at_the_door()
    world.shut(world.open_door())
    man.reads("ask")
    man.presses("choice-confirm")
    man.reads("done")
    man.presses("rate-satisfied")
    man.reads("home")
    man.is_done("done")
    assert man.touches <= 12
    wait_for(lambda: world.centre.kinds().count("visit.ended") == 2)
    kept = b"".join(map(contents, files(world.cabinet.folder)))
    for secret in (TYPED, NUMBER, card_lookup(NUMBER), card_digest(NUMBER, DIGITS)):
        assert secret.encode() not in kept, "neither journal nor log has it"


def _bind_card(world: World) -> None:
    """Let the centre issue the old man's grant anew, with his card on it."""
    key, now = unb64(world.centre.enrolment["badge_key"]), time.time()
    seen = world.centre.kinds().count("grant.put")
    world.centre.tell(
        {"item": "grant", "grant": "g-chen", "purpose": "collect", "consignment": "c-chen-in",
         "issued_at": now + 1, "expires_at": now + 9_000,
         "card_lookup": card_at(card_lookup(NUMBER), badge_key=key),
         "card_digest": card_at(card_digest(NUMBER, DIGITS), badge_key=key)}
    )  # fmt: skip
    wait_for(lambda: world.centre.kinds().count("grant.put") > seen)
