"""What on a page shuts somebody out, asked of axe-core in a real Chromium."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from central.centre import Centre
from central.operation import acceptance, catalogue
from central.record.case import Matter
from tests.integration.central.test_pages_in_chromium import fake_cabinet, served
from tests.support.chromium import open_phone
from tests.unit.central.conftest import PASSWORD
from tests.unit.central.fake_cabinet import FakeCabinet

__all__ = ["fake_cabinet", "served"]

BY_DESIGN = frozenset({"meta-refresh"})
"""A page that waits asks again by itself, for no script may; nothing typed is on such a page."""
CONSOLE = (
    "", "/take-out", "/unnamed", "/cabinets", "/catalogue", "/catalogue/residence_permit", "/open",
    "/score", "/audit", "/people", "/teams", "/roster", "/hand-over",
    "/pocket", "/recall", "/figures",
)  # fmt: skip


def faults(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url} {fault['id']}: {fault['nodes'][0]['html'][:120]}"
        for fault in found
        if fault["impact"] in {"serious", "critical"} and fault["id"] not in BY_DESIGN
    ]


def press(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.tap(selector)


def press_for(page: Page, cabinet: FakeCabinet) -> None:
    """Give the number that the matter needs, put the papers in, and let staff take them out."""
    page.fill("#id_number", "11010519491231002X")
    press(page, "#give-id")
    press(page, "#ask")
    cabinet.visit(cabinet.grants()["deposit"], "deposited")
    cabinet.visit(cabinet.grants()["take_out"], "taken_out", staff="s1")


def told_what_is_missing(centre: Centre, address: str) -> None:
    """Let staff find nothing of what is asked for."""
    with centre.database.writing() as session:
        case = session.get_one(Matter, address.rsplit("/", 1)[1])
        asked = acceptance.to_tick(catalogue.item_of(session, case), case)
        denied = acceptance.check(
            session, case, dict.fromkeys(asked, acceptance.Seen.MISSING), wrong={},
            keys=centre.keys, staff="s1", now=centre.clock.now(),
        )  # fmt: skip
        assert denied is None


@pytest.mark.parametrize("size", ["normal", "big"])
def test_no_page_of_the_phone_shuts_anybody_out(
    served: Centre, fake_cabinet: FakeCabinet, chromium: Browser, size: str
) -> None:
    url, wrong = served.settings.public_url, []
    with open_phone(chromium) as context:
        page = context.new_page()
        for path in (f"/?size={size}", f"/s/{fake_cabinet.id}", "/c/7", "/bind"):
            page.goto(url + path)
            wrong += faults(page)
        page.goto(f"{url}/s/{fake_cabinet.id}?t={fake_cabinet.presence()}")
        press(page, "#begin")
        for field, text in (("name", "王秀兰"), ("phone", "13800138000"), ("building", "3 号楼")):
            page.fill(f"#{field}", text)
        press(page, "#details-next")
        wrong += faults(page)
        page.check("#agree")
        press(page, "#consent-next")
        wrong += faults(page)
        press(page, "#choose-residence_permit")
        wrong += faults(page)
        matter = page.url
        press_for(page, fake_cabinet)
        told_what_is_missing(served, matter)
        page.goto(matter)
        assert page.locator("#photo-id_copy").count() == 1
        wrong += faults(page)
        own = ("", "/correct", "/looks", "/export", "/erase")
        for path in ("/home", "/code", *(f"/data{name}" for name in own)):
            page.goto(url + path)
            wrong += faults(page)
            assert page.evaluate("document.documentElement.scrollWidth") == 390, path
        for path in (f"{matter}/delegates", f"{matter}/withdraw", f"{url}/elsewhere/kinship_proof"):
            page.goto(path)
            wrong += faults(page)
            assert page.evaluate("document.documentElement.scrollWidth") == 390, path
    assert wrong == []


def test_no_page_of_the_console_shuts_anybody_out(
    served: Centre, fake_cabinet: FakeCabinet, chromium: Browser
) -> None:
    url, wrong = served.settings.public_url, []
    with chromium.new_context(viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        page.goto(f"{url}/staff/sign-in")
        page.fill("#login", "zhiban")
        page.fill("#password", PASSWORD)
        page.click("#sign-in")
        for path in (*CONSOLE, f"/cabinets/{fake_cabinet.id}"):
            page.goto(f"{url}/staff{path}")
            wrong += faults(page)
    assert wrong == []
