"""A resident whose phone is bound: from the scan to the open door in three taps."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.end2end.people.town import Town, Visitor

DOOR = 1


def test_from_the_scan_to_the_open_door_in_three_taps(town: Town, phone: Page) -> None:
    town.bind(phone, "王秀兰", "+8613800138000")
    woman = Visitor("a bound resident handing papers in", phone)
    woman.opens(town.code_on_the_glass())
    woman.presses("#choose-residence_proof")
    woman.presses("#ask")
    grant = town.grant("deposit", woman.number())
    visit = town.cabinet.begin_visit(grant, compartment=DOOR, command=town.command(grant))
    woman.finds("door")
    assert woman.says("[data-testid=door-number]") == str(DOOR)
    assert woman.touches <= 3
    woman.is_at_the_door()
    town.cabinet.end_visit(visit, grant, "deposited", compartment=DOOR)
    woman.finds("wait")
    assert "工作日内办好" in woman.says()
    woman.is_done()
