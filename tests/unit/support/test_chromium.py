"""The phone is a phone: its size, its touch, its language, and no memory of another test."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

from tests.support import chromium
from tests.support.chromium import ChromiumMissingError, open_browser


def test_phone_has_a_phones_size_touch_and_language(phone: Page) -> None:
    phone.goto("data:text/html,<meta name=viewport content='width=device-width'><h1>柜</h1>")
    assert phone.evaluate("[innerWidth, innerHeight]") == [390, 844]
    assert phone.evaluate("navigator.maxTouchPoints") > 0
    assert phone.evaluate("navigator.language") == "zh-CN"


def test_phone_can_be_tapped(phone: Page) -> None:
    phone.set_content("<button onclick=\"this.textContent='done'\">open</button>")
    phone.tap("button")
    assert phone.text_content("button") == "done"


def test_a_page_that_would_ask_again_by_itself_stays(phone: Page) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body="<meta http-equiv=refresh content=0>", content_type="text/html")

    phone.route("http://centre.test/", answer)
    phone.goto("http://centre.test/")
    phone.wait_for_timeout(300)
    assert len(asked) == 1


def test_missing_browser_is_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(chromium, "_PROGRAM", tmp_path / "none")
    with pytest.raises(ChromiumMissingError, match="chromium-headless-shell"), open_browser():
        pass
