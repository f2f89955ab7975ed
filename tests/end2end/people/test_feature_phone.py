"""A man of 78 with a feature phone, at half past nine in the evening, with a form to hand in."""

from __future__ import annotations

import time

import zxingcpp

from tests.end2end.people.conftest import COIL_REST_S, World
from tests.integration.locker.cabinet_process import wait_for
from tests.integration.locker.test_slip_printer import FakePrinter, on_paper

MATTER = {
    "key": "residence_proof", "title": {"zh": "居住证明"},
    "papers": [{"key": "application", "title": {"zh": "申请表"}}],
}  # fmt: skip


def test_an_older_man_drops_off_without_a_phone_by_a_printed_slip(world: World) -> None:
    printer = FakePrinter()
    world.set(f'[printer]\nkind = "serial"\nport = "{printer.port}"\n')
    world.centre.bulletin = {"matters": [MATTER]}
    world.start()
    man = world.person("a man of 78 with a feature phone")
    man.presses("elder")
    man.reads("home")
    man.presses("drop-off")
    man.reads("drop_off")
    man.presses("walk-in")
    man.reads("matters")
    man.presses("matter-residence_proof")
    man.reads("walk_in")
    for line in ("originals", "money", "goods"):
        man.presses(f"tick-{line}")
    man.reads("papers")
    assert man.says("paper-application") == "申请表"
    man.presses("walk-in-low")
    man.reads("walk_in_number")
    man.glass.wait_until(lambda: man.says("noted-title") == "小票拿好了吗？", what="the slip")
    assert world.cabinet.board.state().pulses == 0  # the slip comes before the door
    code = man.says("noted-code").replace(" ", "")
    man.presses("noted")
    man.reads("open")
    man.is_at_the_door()
    world.shut(world.open_door())
    wait_for(lambda: "walk_in.accepted" in world.centre.kinds())
    events = world.centre.events.values()
    said = [event["body"] for event in events if event["kind"] == "walk_in.accepted"]
    assert [body["matter"] for body in said] == ["residence_proof"]
    man.reads("ask")
    man.presses("choice-confirm")
    man.reads("done")
    man.is_done("done")
    assert man.touches <= 10
    found = zxingcpp.read_barcodes(on_paper(printer.printed).convert("L"))
    assert [each.text for each in found] == [code]
    time.sleep(COIL_REST_S)
    world.scan(code)  # the slip at the scanner, to take the papers back
    man.reads("open")
    printer.close()
