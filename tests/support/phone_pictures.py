"""Remake the pictures of the resident's handbook: `python -m tests.support.phone_pictures OUT`.

A fresh centre with a cabinet and an SMS account that is a fake, each page on a phone of 390x844.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx2
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page

from central.centre import Centre
from central.operation import acceptance, buildings, matter
from central.operation.acceptance import Seen
from central.operation.buildings import Filled
from central.provider.alibaba_sms import AlibabaSms
from central.record.case import Matter
from tests.support.centre_pictures import a_cabinet
from tests.support.chromium import open_browser, open_context, press
from tests.support.fake_provider import FakeAlibaba, served
from tests.support.served_centre import code_on_the_glass, serving
from tests.unit.central.conftest import FakeChannel
from tests.unit.central.fake_cabinet import FakeCabinet

Look = Callable[[Page, str], None]
SECRET = "k7Qz0pWm3Xv9Ls2D"
FILLED = {"name": "王秀兰", "phone": "13800138001", "building": "501"}
DELEGATE = {"name": "王小兰", "phone": "13900139001"}


class Tour:
    """One resident's phone, from the scan to My data."""

    def __init__(
        self, centre: Centre, cabinet: FakeCabinet, sms: FakeAlibaba, page: Page, look: Look
    ) -> None:
        """Begin with an empty page. `look`: what is done with each page, by its name."""
        self.centre, self.cabinet, self.sms, self.page, self.look = centre, cabinet, sms, page, look
        self.url = centre.settings.public_url

    def bound(self) -> None:
        """Scan, fill in, agree, type the code."""
        page = self.page
        page.goto(f"{self.url}/c/7")
        self._shot("public")
        page.goto(code_on_the_glass(self.centre, self.cabinet))
        self._shot("scanned")
        self._fill(FILLED)
        page.select_option("#place", index=1)
        page.select_option("#tie", "tenant")
        self._shot("details")
        press(page, "#details-next")
        self._shot("consent")
        press(page, "#consent-next")
        code = json.loads(self.sms.sent[-1]["TemplateParam"])["code"]
        page.fill("#code", code)
        self._shot("code")
        press(page, "#code-next")
        self._shot("home")

    def handed_in(self) -> Matter:
        """Choose a matter, put the papers in; two of them are missing and are photographed."""
        page = self.page
        press(page, "#choose-residence_proof")
        self._shot("prepare")
        place = page.url
        press(page, "#ask")
        self.cabinet.visit(self.cabinet.grants()["deposit"], "deposited")
        page.goto(place)
        self._shot("wait")
        self.cabinet.visit(self.cabinet.grants()["take_out"], "taken_out", staff="s1")
        case = self._checked(place.rsplit("/", 1)[1], missing=("id_copy",))
        page.goto(place)
        self._shot("missing")
        page.set_input_files(
            "#photo-id_copy", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": _paper()}
        )
        press(page, "#send-id_copy")
        self._shot("photo")
        press(page, "#send-photos")
        self._checked(case.id, photo=("id_copy",))
        page.goto(place)
        self._shot("being-done")
        return case

    def collected(self, case: Matter) -> None:
        """Collect: the code, a delegate, what the page says afterwards."""
        page, place = self.page, f"{self.url}/m/{case.id}"
        now = time.time()
        with self.centre.database.writing() as session:
            row = session.get_one(Matter, case.id)
            matter.mark_ready(session, row, keys=self.centre.keys, staff="s1", now=now)
        self.cabinet.visit(self.cabinet.grants()["load"], "loaded", compartment=3, staff="s1")
        page.goto(place)
        self._shot("collect")
        page.goto(f"{place}/delegates")
        self._fill(DELEGATE)
        press(page, "#name-delegate")
        self._shot("delegate")
        page.goto(f"{self.url}/data")
        self._shot("data")
        page.goto(f"{self.url}/data/looks")
        self._shot("looks")
        page.goto(f"{self.url}/data/erase?size=big")
        self._shot("erase-large")

    def _checked(
        self, case: str, *, missing: tuple[str, ...] = (), photo: tuple[str, ...] = ()
    ) -> Matter:
        with self.centre.database.writing() as session:
            row = session.get_one(Matter, case)
            asked = ("application", "id_copy", "home_proof") if not row.papers else photo
            seen = {
                key: Seen.MISSING if key in missing else Seen.PHOTO if key in photo else Seen.HERE
                for key in asked
            }
            denied = acceptance.check(
                session, row, seen, wrong={"id_copy": "反面没有印上"}, keys=self.centre.keys,
                staff="s1", now=time.time(),
            )  # fmt: skip
            assert denied is None, denied
            return row

    def _fill(self, fields: Mapping[str, str]) -> None:
        for field, text in fields.items():
            self.page.fill(f"#{field}", text)

    def _shot(self, name: str) -> None:
        self.page.wait_for_load_state("load")
        self.look(self.page, name)


@contextlib.contextmanager
def touring(browser: Browser, look: Look) -> Iterator[Tour]:
    """Give a tour of a fresh centre, whose buildings are listed and whose numbers are proven."""
    sms = FakeAlibaba("k", SECRET, time.time())
    with tempfile.TemporaryDirectory() as folder, served(sms) as provider:
        way = AlibabaSms("k", SECRET, "润园社区", {"proof": "SMS_6"}, provider)
        with (
            serving(Path(folder), FakeChannel(), way) as centre,
            httpx2.Client(base_url=centre.settings.public_url, timeout=60) as client,
            open_context(
                browser, viewport={"width": 390, "height": 844}, locale="zh-CN", is_mobile=True,
                has_touch=True,
            ) as phone,
        ):  # fmt: skip
            with centre.database.writing() as session:
                for house in ("3 号楼", "5 号楼"):
                    buildings.add(session, Filled("润园", house, 2))
            yield Tour(centre, a_cabinet(centre, client), sms, phone.new_page(), look)


def main(out: Path) -> None:
    """Make the pictures."""
    out.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=out / f"{name}.png", full_page=True)

    with open_browser() as browser, touring(browser, keep) as tour:
        tour.bound()
        tour.collected(tour.handed_in())


def _paper() -> bytes:
    """Draw what a photographed copy looks like from afar: a sheet with lines, nobody's card."""
    sheet = Image.new("RGB", (900, 1200), "#8a8578")
    draw = ImageDraw.Draw(sheet)
    draw.polygon(((90, 70), (820, 110), (790, 1120), (60, 1090)), fill="#f6f3ea")
    for row in range(12):
        draw.line(((160, 220 + 66 * row), (700 - 30 * (row % 3), 236 + 66 * row)), "#555", 10)
    out = io.BytesIO()
    sheet.save(out, "JPEG")
    return out.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
