"""A resident two of whose papers are missing: told once, all of it; home for them, and back."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.end2end.people.town import Town

WRONG = {"application": "最后一页没有签名", "home_proof": "租房合同缺第二页"}
DOOR = 2


def test_all_that_is_missing_is_told_at_once_and_goes_in_by_a_second_door(
    town: Town, phone: Page
) -> None:
    who = "a resident whose papers are incomplete"
    man = town.asked(phone, who, name="李建国", phone="+8613800138002")
    number = man.number()
    town.cabinet.visit(town.grant("deposit", number), "deposited", compartment=DOOR)
    town.take_out(number, missing=WRONG)
    man.page.context.clear_cookies(name="bbg_presence")  # at home, in the evening
    man.opens(f"{town.url}/home")
    man.presses("[data-state=papers_missing]")
    for key, wrong in WRONG.items():
        line = man.says(f"[data-paper={key}]")
        assert wrong in line
        assert "怎么补：放进柜子，或交到社区窗口" in line
        assert ("拍照" in line) == (key == "home_proof"), "a signed form is not sent as a photo"
    assert man.page.locator("#papers li").count() == len(WRONG)
    assert "柜" in man.says("#no-presence")
    man.opens(town.code_on_the_glass())
    man.presses("#my-matters")
    man.presses("[data-state=papers_missing]")
    man.presses("#ask")
    man.is_at_the_door()
    town.cabinet.visit(town.grant("deposit", number), "deposited", compartment=DOOR)
    man.finds("wait")
    town.take_out(number)
    man.finds("wait")
    assert "最迟" in man.says()
    assert town.told(number) == ["missing"], "once"
    man.is_done()
