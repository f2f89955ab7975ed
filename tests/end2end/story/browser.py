"""The resident's phone and the staff's console: real Chromium pages, touched and photographed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

from tests.end2end.story.cabinet import wait_for
from tests.end2end.story.pictures import Pictures
from tests.support.chromium import open_page, press


class Phone:
    """A resident's phone, 390x844, by touch."""

    def __init__(self, context: BrowserContext, pictures: Pictures, who: str = "phone") -> None:
        self._page: Page = context.new_page()
        self._pictures = pictures
        self._who = who

    def cookies(self) -> list[Any]:
        """Give what makes this phone the resident's."""
        return [*self._page.context.cookies()]

    def take_cookies(self, cookies: list[Any]) -> None:
        """Be the phone that these cookies were taken from."""
        self._page.context.add_cookies(cookies)

    def open(self, address: str) -> None:
        """Open an address, as after scanning it."""
        self._page = open_page(self._page, address)

    def picture(self, what: str) -> Path:
        """Save the whole page as it is now."""
        path = self._pictures.next_path(self._who, what)
        self._page.screenshot(path=path, full_page=True)
        return path

    def tap(self, selector: str) -> None:
        """Touch what leads to the next page, and wait until that is there.

        A picture taken between two pages would wait for ever.
        """
        with self._page.expect_navigation(wait_until="load"):
            self._page.locator(selector).tap()

    def fill(self, **fields: str) -> None:
        """Fill in fields by name."""
        for name, value in fields.items():
            self._page.locator(f"#{name}").fill(value)

    def text(self, selector: str) -> str:
        """Give the text of one thing."""
        return self._page.locator(selector).inner_text().strip()

    def attribute(self, selector: str, name: str) -> str:
        """Give an attribute of one thing."""
        return self._page.locator(selector).get_attribute(name) or ""

    def count(self, selector: str) -> int:
        """Give how many there are of something."""
        return self._page.locator(selector).count()

    def wait_for_scene(self, *scenes: str) -> str:
        """Wait until the page of a matter shows one of these scenes."""
        return self._wait_for("data-scene", scenes)

    def wait_for_state(self, *states: str) -> str:
        """Wait until the page shows the matter in one of these states, looking again if need be."""
        return self._wait_for("data-state", states)

    def wait_for_text(self, selector: str) -> str:
        """Wait until the page has one thing, looking again if need be, and give its text."""
        return self._look_until(
            lambda: self.text(selector) if self.count(selector) else "", what=selector
        )

    def _wait_for(self, attribute: str, values: tuple[str, ...]) -> str:
        def seen() -> str:
            value = self.attribute("#scene", attribute) if self.count("#scene") else ""
            return value if value in values else ""

        return self._look_until(seen, what=f"{attribute} in {values}")

    def _look_until(self, seen: Callable[[], str], *, what: str) -> str:
        def found() -> str:
            if value := seen():
                return value
            self._page.wait_for_timeout(250)
            self._page.reload()
            return ""

        return wait_for(found, what=f"{what} on the phone")


class Console:
    """The staff's console on a desk."""

    def __init__(self, context: BrowserContext, url: str, pictures: Pictures) -> None:
        self._page: Page = context.new_page()
        self._url = url
        self._pictures = pictures

    def picture(self, what: str) -> Path:
        """Save the page."""
        path = self._pictures.next_path("console", what)
        self._page.screenshot(path=path, full_page=True)
        return path

    def sign_in(self, login: str, password: str) -> None:
        """Sign in."""
        self.open("/staff/sign-in")
        self._page.locator("#login").fill(login)
        self._page.locator("#password").fill(password)
        self.picture("sign-in")
        self.click("#sign-in")
        self._page.locator("#matters").wait_for()

    def open(self, path: str) -> None:
        """Open a page of the console."""
        self._page = open_page(self._page, self._url + path)

    def fill(self, selector: str, text: str) -> None:
        """Type into a field, or choose in a list by its value."""
        field = self._page.locator(selector)
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(text)
        else:
            field.fill(text)

    def tick_all(self, selector: str) -> None:
        """Tick everything that there is of something."""
        for box in self._page.locator(selector).all():
            box.check()

    def text(self, selector: str) -> str:
        """Give the text of one thing."""
        return self._page.locator(selector).inner_text().strip()

    def click(self, selector: str) -> None:
        """Click one thing and wait for the page that follows."""
        press(self._page, selector)

    def count(self, selector: str) -> int:
        """Give how many there are of something."""
        return self._page.locator(selector).count()
