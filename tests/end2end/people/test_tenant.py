"""A tenant from abroad, for the first time; she works by day, so a flatmate collects."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.end2end.people.town import Town, Visitor

DOOR = 3


def test_a_tenant_binds_hands_in_and_names_at_the_drop_off_who_collects(
    town: Town, phone: Page
) -> None:
    woman = Visitor("a tenant from abroad, for the first time", phone)
    woman.opens(town.code_on_the_glass())
    woman.types("#name", "Александра Петрова")
    woman.types("#phone", "+7 916 123-45-67")
    woman.types("#building", "3 号楼 2 单元 502")
    woman.picks("#tie", "tenant")
    woman.presses("#details-next")
    woman.presses("#consent-next")
    woman.presses("#choose-residence_permit")
    woman.picks("#id_kind", "passport")
    woman.types("#id_number", "75 1234567")
    woman.presses("#give-id")
    woman.presses("#delegates")
    woman.types("#name", "李四光")
    woman.types("#phone", "139 0013 9000")
    woman.presses("#name-delegate")
    woman.presses("#back")
    woman.presses("#ask")
    number = woman.number()
    woman.is_at_the_door()
    town.cabinet.visit(town.grant("deposit", number), "deposited", compartment=DOOR)
    woman.finds("wait")
    place = woman.page.url

    town.take_out(number)
    town.load(number, door=DOOR)
    woman.opens(f"{place}/delegates")
    digits = woman.says(".delegate .code").replace(" ", "")
    assert len(digits) == 8
    town.cabinet.visit(town.grant_of_code(digits), "collected", compartment=DOOR)
    assert town.told(number) == ["ready", "collected_by"]
    woman.opens(place)
    assert "李四光" in woman.says("#taken-by")
    assert woman.page.locator("#taken-by a[href^='tel:']").count() == 1
    woman.is_done()
