"""The printer is out of paper when somebody without a phone needs a number."""

from __future__ import annotations

from tests.end2end.people.conftest import World
from tests.integration.locker.test_slip_printer import PAPER_OUT, FakePrinter


def test_without_paper_the_number_stays_until_it_is_written_down(world: World) -> None:
    printer = FakePrinter()
    printer.status = PAPER_OUT
    world.set(f'[printer]\nkind = "serial"\nport = "{printer.port}"\n')
    world.start()
    woman = world.person("somebody without a phone, and no paper in the printer")
    for step in ("drop-off", "walk-in", "tick-originals", "tick-money", "tick-goods"):
        woman.presses(step)
    woman.presses("walk-in-open")
    woman.reads("walk_in_number")
    woman.glass.wait_until(lambda: "没有纸" in woman.says("noted-title"), what="no paper")
    woman.glass.pass_time(100.0)
    woman.reads("walk_in_number")
    assert len(woman.says("noted-code")) == 9
    woman.presses("noted")
    woman.reads("open")
    woman.is_at_the_door()
    world.shut(world.open_door())
    woman.reads("ask")
    woman.presses("choice-confirm")
    woman.reads("done")
    woman.is_done("done")
    assert woman.touches <= 10
    printer.close()
