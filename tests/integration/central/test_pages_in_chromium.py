"""The pages in a real browser, without any script: codes that scanners read, nothing cut off."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page

from central.centre import Centre
from central.operation import enrolment
from central.operation import staff as staff_members
from central.operation.role import Role
from central.record.cabinet import Cabinet
from tests.support.chromium import open_page
from tests.support.served_centre import code_on_the_glass, serving
from tests.unit.central.conftest import PASSWORD, FakeChannel
from tests.unit.central.fake_cabinet import FakeCabinet


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Centre]:
    """A centre behind a real socket."""
    with serving(tmp_path, FakeChannel()) as centre:
        yield centre


@pytest.fixture
def fake_cabinet(served: Centre) -> Iterator[FakeCabinet]:
    """A cabinet enrolled over the socket."""
    with served.database.writing() as session:
        place = enrolment.Place("7", "润园社区", "居委会门口", "0311-00000000")
        row = enrolment.create_cabinet(session, place, now=time.time())
        assert isinstance(row, Cabinet)
        code = enrolment.new_code(session, row.id, now=time.time())
        new = staff_members.NewStaff("zhiban", "值班员", PASSWORD, Role.STAFF)
        staff_members.create(session, new, now=time.time())
    with httpx2.Client(base_url=served.settings.public_url, timeout=60) as client:
        cabinet = FakeCabinet(client, time.time())
        cabinet.enrol(code)
        cabinet.log_in()
        cabinet.news()
        yield cabinet


@pytest.fixture
def desk(chromium: Browser) -> Iterator[Page]:
    """A desktop with scripts switched off: no page of ours needs one."""
    with chromium.new_context(
        viewport={"width": 1280, "height": 800}, java_script_enabled=False
    ) as context:
        yield context.new_page()


@pytest.fixture
def plain_phone(chromium: Browser) -> Iterator[Page]:
    """A phone with scripts switched off."""
    with chromium.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True,
        has_touch=True, java_script_enabled=False,
    ) as context:  # fmt: skip
        yield context.new_page()


def read_codes(page: Page) -> list[str]:
    """Decode what a camera would see on the screen."""
    picture = Image.open(io.BytesIO(page.screenshot()))
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def until(page: Page, url: str, scene: str) -> Page:
    """Open the matter's page until it is about a scene."""
    tab = open_page(page, url)
    tab.wait_for_selector(f'#scene[data-scene="{scene}"]')
    return tab


def test_the_whole_way_without_a_script_and_both_codes_are_read_from_the_screen(
    served: Centre, fake_cabinet: FakeCabinet, plain_phone: Page, desk: Page
) -> None:
    url = served.settings.public_url
    phone = plain_phone
    phone.goto(code_on_the_glass(served, fake_cabinet))
    for field, text in (("name", "王秀兰"), ("phone", "13800138000"), ("building", "3 号楼")):
        phone.fill(f"#{field}", text)
    phone.tap("#details-next")
    phone.tap("#consent-next")
    phone.tap("#choose-residence_proof")
    phone.tap("#ask")
    phone.wait_for_selector('#scene[data-scene="sent"]')
    matter = phone.url
    fake_cabinet.visit(fake_cabinet.grants()["deposit"], "deposited")
    fake_cabinet.visit(fake_cabinet.grants()["take_out"], "taken_out", staff="s1")

    desk.goto(f"{url}/staff/sign-in")
    desk.fill("#login", "zhiban")
    desk.fill("#password", PASSWORD)
    desk.click("#sign-in")
    desk.click("#matters a")
    for paper in ("application", "id_copy", "home_proof"):
        desk.check(f"#here-{paper}")
    desk.click("#check-done")
    desk.click("#mark-ready")
    desk.wait_for_selector("#the-label")
    load = fake_cabinet.grants()["load"]
    assert read_codes(desk) == [f"BBG:L:{load['consignment']}"]

    fake_cabinet.visit(load, "loaded", compartment=4, staff="s1")
    phone = until(phone, matter, "collect")
    (token,) = read_codes(phone)
    assert token.count(".") == 2
    digits = phone.inner_text("#collect-code").replace(" ", "")
    assert len(digits) == 8
    assert fake_cabinet.grants()["collect"]["code_digest"]


def test_pages_follow_the_phones_own_size_of_type_and_are_never_wider_than_the_screen(
    served: Centre, fake_cabinet: FakeCabinet, phone: Page
) -> None:
    url = served.settings.public_url
    own_settings = phone.context.new_cdp_session(phone)
    for type_px in (16, 28):
        own_settings.send("Page.setFontSizes", {"fontSizes": {"standard": type_px}})
        for path in ("/", f"/s/{fake_cabinet.id}", "/bind", "/bind?lang=en", "/nowhere"):
            phone.goto(url + path)
            assert phone.evaluate("document.documentElement.scrollWidth") == 390, path
            size = phone.evaluate("getComputedStyle(document.body).fontSize")
            assert size == f"{1.125 * type_px:g}px", path


@pytest.mark.parametrize("selector", ["#details-next", "#language"])
def test_what_is_touched_is_sixty_pixels_high(
    served: Centre, fake_cabinet: FakeCabinet, phone: Page, selector: str
) -> None:
    phone.goto(code_on_the_glass(served, fake_cabinet))
    box = phone.locator(selector).bounding_box()
    assert box is not None
    assert box["height"] >= 60
