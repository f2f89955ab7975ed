"""A resident who thinks better of it while the papers still lie in the cabinet."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.end2end.people.town import Town

DOOR = 4


def test_who_withdraws_gets_the_papers_back_through_the_same_door(town: Town, phone: Page) -> None:
    woman = town.asked(phone, "a resident who withdraws", name="赵敏", phone="+8613800138003")
    number = woman.number()
    put_in = town.grant("deposit", number)
    town.cabinet.visit(put_in, "deposited", compartment=DOOR)
    woman.finds("wait")
    woman.presses("#withdraw")
    woman.presses("#withdraw-yes")
    assert "撤回" in woman.says()
    woman.finds("collect")
    assert len(woman.says("#collect-code").replace(" ", "")) == 8
    woman.presses("#open")
    grant = town.grant("collect", number)
    assert grant["consignment"] == put_in["consignment"], "what lies behind that door"
    visit = town.cabinet.begin_visit(grant, compartment=DOOR, command=town.command(grant))
    woman.finds("door")
    woman.is_at_the_door()
    town.cabinet.end_visit(visit, grant, "collected", compartment=DOOR)
    woman.finds("over")
    assert "撤回" in woman.says()
    woman.is_done()
