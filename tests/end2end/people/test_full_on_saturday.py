"""A full cabinet on a Saturday: nobody is in the office, and somebody has papers to hand in."""

from __future__ import annotations

import time

from locker.contract.local_time import local_time
from tests.end2end.people.conftest import World

NUMBER = "13700137009"


def test_a_full_cabinet_says_so_and_whom_to_call(world: World) -> None:
    another_day = local_time(time.time() + 3 * 86_400).isoweekday()
    world.set(
        "[core]\nwalk_in_keep_free = 24\n"
        f'[[duty]]\nwho = "值班员"\ndays = "{another_day}"\nbegins = "08:00"\nends = "18:00"\n'
    )
    world.centre.bulletin = {
        "made_at": time.time(), "clearing_at": time.time() + 86_400,
        "tells": True, "neighbours": [{"site": "东门物业", "short": "RY02"}],
    }  # fmt: skip
    world.start()
    man = world.person("somebody at a full cabinet on Saturday")
    man.reads("home")
    man.presses("drop-off")
    texts = man.reads("drop_off")
    way = next(row for row in texts if row.name == "walk-in")
    assert not way.enabled
    assert "格子快满了" in way.text
    man.glass.wait_until(lambda: "来腾格子" in man.says("drop-full"), what="the next clearing")
    assert "东门物业（RY02 号柜）" in man.says("drop-full")
    man.presses("tell-free")
    man.reads("tell_free")
    man.types(NUMBER)
    man.presses("key-enter")
    man.glass.wait_until(lambda: man.says("phone-title") == "记下了", what="the number taken")
    assert world.centre.asks == [{"use": "tell_free", "phone": NUMBER}]
    man.presses("phone-home")
    man.presses("help")
    man.reads("help")
    assert "没有人值班" in man.says("help-duty")
    assert man.says("help-telephone")
    man.presses("help-back")
    man.reads("home")
    man.is_done("honest way out")
