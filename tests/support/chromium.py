"""A resident's phone: a real Chromium, Debian's headless shell, driven by Playwright."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

_PROGRAM = Path("/usr/bin/chromium-headless-shell")
# It talks to this machine's own pages only: everything that calls out by itself is switched off.
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

_PATIENCE_MS = 60_000
_STAY = """addEventListener("load", () => {
  if (document.querySelector("meta[http-equiv=refresh]")) stop();
});"""


class ChromiumMissingError(Exception):
    """Debian's package is not installed; the message says what to do."""


@contextlib.contextmanager
def open_browser() -> Iterator[Browser]:
    """Start a browser and stop it at the end.

    Raises:
        ChromiumMissingError: Debian's chromium-headless-shell is not installed.
    """
    if not _PROGRAM.exists():
        raise ChromiumMissingError(
            f"no {_PROGRAM}: install Debian's chromium-headless-shell (./run test does), "
            "or leave these tests out with -m 'not needs_chromium'"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_PROGRAM, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def open_context(browser: Browser, **options: Any) -> BrowserContext:
    """Open a browser of its own, in which a page stays until it is left.

    What asks again by itself may do so under a press or a picture: the new page of a press would be
    the old one, and an address that is opened at that moment is not reached. It says in its head
    that it would; that it does is seen where scripts are switched off, for this is one.
    """
    context = browser.new_context(**options)
    context.set_default_timeout(_PATIENCE_MS)
    context.add_init_script(_STAY)
    return context


@contextlib.contextmanager
def open_phone(browser: Browser) -> Iterator[BrowserContext]:
    """Open a phone of its own: 390x844, touch, Chinese, with no cookie and no history."""
    phone = open_context(
        browser,
        viewport={"width": 390, "height": 844},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    try:
        yield phone
    finally:
        phone.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser, for the whole test run."""
    expect.set_options(timeout=_PATIENCE_MS)
    with open_browser() as browser:
        yield browser


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """An empty page on a phone that nobody has used before."""
    with open_phone(chromium) as context:
        yield context.new_page()


def press(page: Page, selector: str) -> None:
    """Press what leads to another page, and wait until that is there."""
    with page.expect_navigation(wait_until="load"):
        page.click(selector)


def open_page(page: Page, address: str) -> Page:
    """Open an address in a tab of its own, as a scan does, close the one before, and give the new.

    In the same tab, a page that asks again by itself at that moment would end the way there.
    """
    tab = page.context.new_page()
    page.close()
    tab.goto(address)
    return tab
