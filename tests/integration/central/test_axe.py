"""What on a page shuts somebody out, asked of axe-core in a real Chromium: every page there is."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from central.catalogue import Actor
from central.centre import Centre
from central.key import digest
from central.operation import acceptance, buildings, catalogue, consent, delegate, matter
from central.operation import resident as residents
from central.operation.role import Role
from central.record.case import Consignment, Matter
from central.record.people import Staff, StaffSession
from locker.contract import event as told
from tests.integration.central.test_pages_in_chromium import fake_cabinet, served
from tests.support.chromium import open_context, press
from tests.support.phone_pictures import Tour, touring
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_every_route import (
    EVERYBODY,
    OWN_MATTER,
    RESIDENT,
    SIGNED_IN,
    STAFF,
    routes_of,
)

__all__ = ["fake_cabinet", "served"]

BY_DESIGN = frozenset({"meta-refresh"})
"""A page that waits asks again by itself, for no script may; nothing typed is on such a page."""
NO_PAGE = """
/healthz /v1/openapi.json /data/export.json /m/{matter_id}/photos/{photo_id} /staff/live
/staff/score/score.csv /staff/score/score.xlsx /staff/score/teams.csv
/staff/loading/{paper}.pdf /staff/score/{month}/poster.pdf
/staff/figures/{plot}.svg /staff/figures/months/{name}.svg
/m/{matter_id}/wechat /wechat/back /wechat/sign-in /wechat/signed-in /demo/notices
"""
"""Files, pictures, the way to WeChat's own page and back, and what only a demo has."""
PHONE = f"{EVERYBODY} {RESIDENT} {OWN_MATTER}"
STAFF_PAGES = re.findall(r"GET \S+", " ".join((SIGNED_IN, *STAFF.values())))
POCKET = " ".join(path for path in STAFF_PAGES if "/pocket" in path)
DESK = " ".join(path for path in STAFF_PAGES if "/pocket" not in path)
DESKTOP: ViewportSize = {"width": 1280, "height": 800}


SMALL = """() => {
  const shown = [...document.querySelectorAll("a, button, select, textarea, input")].filter(
    (one) => one.offsetParent);
  const touched = (one) => one.type === "file" ? one.labels[0] : one.closest("label") || one;
  const low = shown.filter((one) => touched(one).getBoundingClientRect().height < 60);
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const fine = [];
  while (words.nextNode()) {
    const one = words.currentNode.parentElement;
    const size = parseFloat(getComputedStyle(one).fontSize);
    if (words.currentNode.data.trim() && one.offsetParent && size < 18) fine.push(one);
  }
  return [...low, ...fine].map((one) => one.outerHTML.slice(0, 120));
}"""
"""What an older person would miss in large type: less than 60 px high, or of less than 18."""


STOP_FIRST = """() => {
  const found = [];
  for (const width of [360, 390]) {
    document.body.style.width = `${width}px`;
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    while (words.nextNode()) {
      const text = words.currentNode;
      for (const stop of text.data.matchAll(/[，。；：、！？”）]/g)) {
        if (!stop.index) continue;
        const [before, at] = [stop.index - 1, stop.index].map((place) => {
          range.setStart(text, place);
          range.setEnd(text, place + 1);
          return range.getBoundingClientRect();
        });
        if (before.width && at.left < before.left) found.push(`${width}: ${text.data.trim()}`);
      }
    }
  }
  document.body.style.width = "";
  return found;
}"""
"""A comma or a full stop that a line begins with."""


class Looked:
    """What axe found on the pages that were looked at, and which these were."""

    def __init__(self) -> None:
        """Nothing was looked at."""
        self.wrong: list[str] = []
        self.paths: set[str] = set()

    def at(self, page: Page, name: str = "") -> None:
        """Look at a page as it stands."""
        path = urlsplit(page.url).path
        self.paths.add(path)
        self._run_axe(page, f"{path} {name}")
        narrow = page.viewport_size
        if narrow is not None and narrow["width"] == 390:
            page.emulate_media(color_scheme="dark")
            self._run_axe(page, f"{path} {name} dark", runOnly=["color-contrast"])
            page.emulate_media(color_scheme="light")
            width = page.evaluate("document.documentElement.scrollWidth")
            self.wrong += [f"{path} {name} is {width} wide"] if width > 390 else []
            self.wrong += [f"{path} {name} begins {one}" for one in page.evaluate(STOP_FIRST)]
            if page.locator("html.elder").count():
                self.wrong += [f"{path} {name} small: {one}" for one in page.evaluate(SMALL)]

    def _run_axe(self, page: Page, where: str, **options: object) -> None:
        for fault in Axe().run(page, options=options).response["violations"]:
            if fault["impact"] in {"serious", "critical"} and fault["id"] not in BY_DESIGN:
                self.wrong.append(f"{where} {fault['id']}: {fault['nodes'][0]['html'][:120]}")

    def open(self, page: Page, url: str, paths: Iterable[str]) -> None:
        """Open pages one by one and look at each."""
        for path in paths:
            answer = page.goto(url + path)
            assert answer is not None
            assert answer.status == 200, path
            self.at(page)

    def missed(self, routes: str) -> list[str]:
        """Give the pages of these routes that were not looked at."""
        pages = {path for method, path in routes_of(routes) if method == "GET"} - set(
            NO_PAGE.split()
        )
        return sorted(
            path
            for path in pages
            if not any(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), seen) for seen in self.paths)
        )


def erased(tour: Tour, looked: Looked) -> None:
    """Ask for it while the papers are in the cabinet, collect them, and read the proof."""
    tour.page.goto(f"{tour.url}/data/erase")
    press(tour.page, "#erase-now")
    tour.page.wait_for_selector("#erase-waits")
    looked.at(tour.page, "waits")
    tour.cabinet.visit(tour.cabinet.grants()["collect"], "collected", compartment=3)
    tour.page.reload()
    press(tour.page, "#erase-now")
    tour.page.wait_for_selector("#proof")
    looked.open(tour.page, tour.url, ["/data/erased"])


@pytest.mark.parametrize("size", ["normal", "big"])
def test_no_page_of_the_phone_shuts_anybody_out(chromium: Browser, size: str) -> None:
    looked = Looked()
    with touring(chromium, looked.at) as tour:
        first = (f"/?size={size}", "/bind/again", "/elsewhere/kinship_proof", "/staff/sign-in")
        looked.open(tour.page, tour.url, first)
        tour.bound()
        case = tour.handed_in()
        looked.open(tour.page, tour.url, [f"/m/{case.id}/withdraw", f"/s/{tour.cabinet.id}"])
        tour.collected(case)
        own = ("consent", "correct", "looks", "export", "wechat", f"erase?size={size}")
        back_from_wechat(tour)
        looked.open(tour.page, tour.url, [f"/data/{name}" for name in own])
        erased(tour, looked)
    assert looked.wrong == []
    assert looked.missed(PHONE) == []


def back_from_wechat(tour: Tour) -> None:
    """Let the phone carry an openid that WeChat has told."""
    here = tour.page.context
    visit = next(cookie["value"] for cookie in here.cookies() if cookie["name"] == "bbg_visit")
    sealed = tour.centre.keys.sealer.seal("oA", place=f"openid:{visit}")
    here.add_cookies([{"name": "bbg_openid", "value": sealed, "url": tour.url}])


def signed_in(
    centre: Centre, context: BrowserContext, login: str, *, factor: str = "set up",
    waits: bool = False,
) -> Page:  # fmt: skip
    """Give the page of an administrator, or of one who is on the way to the second factor."""
    now, url = centre.clock.now(), centre.settings.public_url
    with centre.database.writing() as session:
        session.add(
            Staff(
                id=login, login=login, name="李红", password="none", role=Role.ADMINISTRATOR.value,
                second_factor=factor, capabilities=["load"], created_at=now,
            )
        )  # fmt: skip
        session.flush()
        session.add(
            StaffSession(
                digest=digest(login), staff=login, created_at=now, seen_at=now, waits=waits
            )
        )
    context.add_cookies([{"name": "bbg_staff", "value": login, "url": url}])
    return context.new_page()


def lying(centre: Centre, cabinet: FakeCabinet) -> Matter:
    """Put somebody's certificate into the cabinet, with a delegate; another envelope is unnamed."""
    now, keys = centre.clock.now(), centre.keys
    details = residents.Details("王秀兰", "+8613800138000", "3 号楼")
    with centre.database.writing() as session:
        buildings.add(session, buildings.Filled("润园", "3 号楼", 2))
        person = residents.admit(
            session,
            details,
            consent.present("zh_CN"),
            language="zh_CN",
            how="paper",
            keys=keys,
            now=now,
        )
        case = matter.open_draft(
            session, resident=person, cabinet=cabinet.id, item="residence_proof", keys=keys, now=now
        )
        assert isinstance(case, Matter)
        matter.submit(session, case, by="staff", now=now)
        asked = acceptance.to_tick(catalogue.item_of(session, case), case)
        seen = dict.fromkeys(asked, acceptance.Seen.HERE)
        acceptance.check(session, case, seen, wrong={}, keys=keys, staff="", now=now)
        named = delegate.Person("王小兰", "+8613900139000", Actor.DELEGATE)
        delegate.name(session, case, named, keys=keys, now=now)
        assert delegate.mark_ready(session, case, keys=keys, staff="", now=now) is None
        session.add(
            Consignment(
                id="kwalkin", cabinet=cabinet.id, direction="inbound", state="inside",
                compartment=5, walk_in="7-0001", created_at=now,
            )
        )  # fmt: skip
    cabinet.visit(cabinet.grants()["load"], "loaded", compartment=3)
    cabinet.say(told.HelpCalled("code"))
    return case


def test_no_page_of_the_console_shuts_anybody_out(
    served: Centre, fake_cabinet: FakeCabinet, chromium: Browser
) -> None:
    url, looked, case = served.settings.public_url, Looked(), lying(served, fake_cabinet)
    with open_context(chromium, viewport=DESKTOP) as context:
        looked.open(signed_in(served, context, "half", waits=True), url, ["/staff/second"])
        first = signed_in(served, context, "first", factor="")
        looked.open(first, url, ["/staff/second/set-up"])
        page = signed_in(served, context, "guan")
        month = f"/score/{time.strftime('%Y-%m')}/done"
        looked.open(page, f"{url}/staff", (
            "", "/take-out", "/loading", "/unnamed", "/unnamed/form", "/unnamed/kwalkin",
            "/cabinets", "/catalogue", "/catalogue/residence_permit", "/open", "/score", month,
            "/figures",
            "/figures/hours/09", f"/audit?number={case.reference}", "/roster", "/hand-over",
            "/recall", "/buildings", "/people", "/password", f"/m/{case.id}/label",
        ))  # fmt: skip
        pressed(page, looked, f"{url}/staff", case, fake_cabinet)
    assert looked.wrong == []
    assert looked.missed(DESK) == []


def pressed(page: Page, looked: Looked, url: str, case: Matter, cabinet: FakeCabinet) -> None:
    """Look at what comes after a button: a team, a badge, a slip, a person, a door."""
    looked.open(page, url, ["/teams"])
    page.fill("#name", "三号楼组")
    page.check('input[name="place"] >> nth=0')
    press(page, "#make-team")
    press(page, '[data-testid="team"] a')
    looked.at(page)
    looked.open(page, url, ["/open"])
    page.fill("#find", "王秀兰")
    press(page, "#look")
    page.wait_for_selector("[data-testid=known]")
    looked.at(page, "known")
    looked.open(page, url, ["/people/guan"])
    page.fill("#pin", "2468")
    press(page, "#issue-badge")
    looked.at(page, "badge")
    for form in ("#own-slip", f'form[action="/staff/m/{case.id}/person"]'):
        looked.open(page, url, [f"/m/{case.id}"])
        page.select_option(f"{form} select", "handle")
        press(page, f"{form} button")
        looked.at(page, form)
    cabinet.post(reads_cards=True)
    looked.open(page, url, [f"/m/{case.id}/correct", f"/m/{case.id}/erase", f"/m/{case.id}/card"])
    page.wait_for_selector("input:focus")
    page.keyboard.type("0078754499")
    page.keyboard.press("Enter")
    page.wait_for_selector("#digits")
    looked.at(page, "digits")
    looked.open(page, url, [f"/cabinets/{cabinet.id}"])
    press(page, 'form[action$="/openings"] button')
    looked.at(page)


@pytest.mark.parametrize("size", ["normal", "big"])
def test_no_page_of_the_stewards_phone_shuts_anybody_out(
    served: Centre, fake_cabinet: FakeCabinet, chromium: Browser, size: str
) -> None:
    url, looked, case = served.settings.public_url, Looked(), lying(served, fake_cabinet)
    with open_context(chromium, viewport={"width": 390, "height": 844}) as context:
        page = signed_in(served, context, "wang")
        looked.open(page, f"{url}/staff/pocket", (f"?size={size}", f"/m/{case.id}"))
        looked.open(page, f"{url}/staff/open", ["?from=pocket"])
        page.goto(f"{url}/staff/pocket")
        press(page, '[data-testid="call"]')
        looked.at(page)
        press(page, 'form[action$="/openings"] button')
        looked.at(page)
    assert looked.wrong == []
    assert looked.missed(POCKET) == []
