"""Pages that change by themselves, in a real browser with our one script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from central.centre import Centre
from locker.contract import event as told
from locker.contract.vocabulary import Condition
from tests.integration.central.test_pages_in_chromium import fake_cabinet, served
from tests.support.chromium import open_context, press
from tests.unit.central.conftest import PASSWORD
from tests.unit.central.fake_cabinet import FakeCabinet

__all__ = ["fake_cabinet", "served"]


@pytest.mark.usefixtures("chromium")
def test_a_cabinet_changes_under_the_eye_and_a_form_that_was_begun_is_left_alone(
    served: Centre, fake_cabinet: FakeCabinet, chromium: Browser
) -> None:
    url = served.settings.public_url
    with open_context(chromium, viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        wrong: list[str] = []
        page.on("console", lambda message: wrong.append(message.text))
        page.goto(f"{url}/staff/sign-in")
        page.fill("#login", "zhiban")
        page.fill("#password", PASSWORD)
        press(page, "#sign-in")
        page.goto(f"{url}/staff/cabinets/{fake_cabinet.id}")
        expect(page.locator("body")).to_have_attribute("data-live", "yes")
        fake_cabinet.say(told.ServiceChanged(what="board", ok=False))
        expect(page.locator('[data-testid="alarm"]')).to_be_visible()
        page.goto(f"{url}/staff")
        expect(page.locator("body")).to_have_attribute("data-live", "yes")
        page.fill("#q", "王秀")
        fake_cabinet.say(told.HelpCalled("home"))
        expect(page.locator("#news")).to_be_visible()
        assert page.input_value("#q") == "王秀"
        assert page.locator('[data-kind="help_called"]').count() == 0
        page.fill("#q", "")
        page.locator("#q").blur()
        expect(page.locator('[data-kind="help_called"]')).to_be_visible()
        expect(page.locator("#news")).to_be_hidden()
        page.locator("#list-mine").focus()
        fake_cabinet.say(told.BooksEntered(3, Condition.WITHHELD, None, "staff"))
        expect(page.locator('[data-kind="look_at_door"]')).to_be_visible()
        expect(page.locator("#list-mine")).to_be_focused()
        page.hover("#list-all")
        page.mouse.down()
        fake_cabinet.say(told.ServiceChanged(what="scanner", ok=False))
        page.wait_for_timeout(500)
        with page.expect_navigation():
            page.mouse.up()
        assert "whose=all" in page.url, "the press was not lost"
    assert wrong == [], "the browser's policy refused nothing"
