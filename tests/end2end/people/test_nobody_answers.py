"""Nobody answers the help button: the glass says so, and what to do instead."""

from __future__ import annotations

from tests.end2end.people.conftest import World
from tests.integration.locker.cabinet_process import wait_for

CODE, NUMBER = "77778888", "03115550142"


def test_an_unanswered_call_says_so_and_the_code_is_still_good(world: World) -> None:
    world.start()
    world.fill("alone", CODE)
    woman = world.person("somebody whom nobody answers")
    woman.presses("help")
    woman.reads("help")
    assert "help.called" not in world.centre.kinds()  # looked at, not yet called
    woman.presses("help-summon")
    wait_for(lambda: "help.called" in world.centre.kinds())
    assert "请稍等" in woman.says("help-called")
    woman.glass.pass_time(46.0)
    woman.glass.wait_until(lambda: "您的码还能用" in woman.says("help-called"), what="unanswered")
    woman.seconds += 46
    woman.presses("help-call-back")
    woman.reads("call_back")
    woman.types(NUMBER)
    woman.presses("key-enter")
    woman.glass.wait_until(lambda: woman.says("phone-title") == "记下了", what="the number taken")
    assert world.centre.asks == [{"use": "call_back", "phone": NUMBER}]
    assert NUMBER not in world.log()
    woman.presses("phone-home")
    woman.reads("home")
    woman.presses("collect")
    woman.types(CODE)
    woman.reads("open")
    woman.is_at_the_door()
    world.shut(world.open_door())
    woman.reads("ask")
    woman.presses("choice-confirm")
    woman.reads("done")
    woman.is_done("done")
