"""Remake the pictures of the staff's handbook: `python -m tests.support.centre_pictures OUT`.

A fresh centre with a cabinet, two stewards and residents' matters, each page in a real Chromium.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Literal

import httpx2
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize
from sqlmodel import Session, select

from central.centre import Centre
from central.key import digest
from central.operation import enrolment
from central.operation import staff as staff_members
from central.operation.role import Role
from central.record.cabinet import Cabinet, Door, DoorVisit
from central.record.case import Grant, Matter, MatterStep
from central.record.people import Staff, StaffSession
from locker.contract import event as told
from locker.contract.centre import DoorNow
from locker.contract.local_time import local_time
from locker.contract.vocabulary import Condition
from locker.diag.wiring_map import load_layout
from tests.support.chromium import open_browser, open_phone
from tests.support.served_centre import code_on_the_glass, serving
from tests.unit.central.conftest import PASSWORD, FakeChannel
from tests.unit.central.fake_cabinet import FakeCabinet

DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
PEOPLE = (
    ("zhang", "张敏", Role.STAFF),
    ("wang", "王建国", Role.STEWARD),
    ("li", "李红", Role.STEWARD),
)
RESIDENTS = (
    ("王秀兰", "13800138001", "3 号楼 2 单元 501", "residence_proof"),
    ("赵强", "13800138002", "3 号楼 1 单元 202", "residence_permit"),
    ("陈静", "13800138003", "5 号楼 1 单元 101", "medical_insurance"),
)


def main(out: Path) -> None:
    """Make the pictures, step by step as the handbook goes."""
    out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), FakeChannel()) as centre,
        httpx2.Client(base_url=centre.settings.public_url, timeout=60) as client,
        open_browser() as browser,
    ):
        cabinet = a_cabinet(centre, client)
        guan = _administrator(centre, browser)
        ids = _people(centre, guan, out)
        _buildings(centre, guan, out)
        _teams(centre, guan, out, ids)
        _roster(centre, guan, out, ids)
        _desk(centre, browser, out, ids, cabinet)


def _administrator(centre: Centre, browser: Browser) -> Page:
    """Give the page of who makes accounts; the operator's handbook shows the second factor."""
    with centre.database.writing() as session:
        new = staff_members.NewStaff("guan", "管理员", PASSWORD, Role.ADMINISTRATOR)
        row = staff_members.create(session, new, now=time.time())
        assert not isinstance(row, str)
        row.second_factor = "set up"
        token, now = uuid.uuid4().hex, time.time()
        session.add(StaffSession(digest=digest(token), staff=row.id, created_at=now, seen_at=now))
    page = _page(browser, DESK)
    page.context.add_cookies(
        [{"name": "bbg_staff", "value": token, "url": centre.settings.public_url}]
    )
    return page


def _people(centre: Centre, page: Page, out: Path) -> dict[str, str]:
    url = f"{centre.settings.public_url}/staff/people"
    for login, name, role in PEOPLE:
        page.goto(url)
        if not page.is_visible("#create-staff"):
            page.click("#new summary")
        for field, text in (("name", name), ("login", login), ("password", PASSWORD)):
            page.fill(f"#{field}", text)
        page.select_option("#role", role.value)
        page.click("#create-staff")
    page.goto(url)
    _shot(page, out, "people")
    with centre.database.writing() as session:
        for row in session.exec(select(Staff)):
            row.password_given_at = None  # each has set one of their own
        return {row.login: row.id for row in session.exec(select(Staff))}


def a_cabinet(centre: Centre, client: httpx2.Client) -> FakeCabinet:
    """Enrol a cabinet of the community."""
    with centre.database.writing() as session:
        place = enrolment.Place("7", "润园社区", "居委会门口", "0311-00000000")
        row = enrolment.create_cabinet(session, place, now=time.time())
        assert isinstance(row, Cabinet)
        code = enrolment.new_code(session, row.id, now=time.time())
    cabinet = FakeCabinet(client, time.time(), layout=load_layout("runyuan-24"))
    cabinet.enrol(code)
    cabinet.log_in()
    cabinet.news()
    return cabinet


def _page(browser: Browser, size: ViewportSize) -> Page:
    on_phone = size is PHONE
    context = browser.new_context(
        viewport=size, locale="zh-CN", is_mobile=on_phone, has_touch=on_phone,
        device_scale_factor=2 if on_phone else 1,
    )  # fmt: skip
    return context.new_page()


def _signed_in(
    centre: Centre, browser: Browser, login: str, *, size: ViewportSize, out: Path | None = None
) -> Page:
    page = _page(browser, size)
    page.goto(f"{centre.settings.public_url}/staff/sign-in")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    if out is not None:
        _shot(page, out, "sign-in")
    page.click("#sign-in")
    return page


def _open_for(centre: Centre, page: Page, case: tuple[str, str, str, str]) -> str:
    """Open a matter at the desk and give its address."""
    name, phone, building, item = case
    page.goto(f"{centre.settings.public_url}/staff/open")
    page.check("#way-desk")
    for field, text in (("person", "本人"), ("name", name), ("phone", phone)):
        page.fill(f"#{field}", text)
    page.fill("#building", building)
    page.select_option("#item", item)
    page.click("#open-matter")
    address = page.url
    page.click("#submit")
    return address


def _look(centre: Centre, page: Page, out: Path) -> None:
    """Look who is known, and point to them."""
    page.goto(f"{centre.settings.public_url}/staff/open")
    page.check("#way-call")
    page.fill("#person", "女儿")
    page.fill("#find", RESIDENTS[0][1][-4:])
    page.press("#find", "Enter")
    page.check('[data-testid="known"] input')
    _shot(page, out, "open")


def _ready(page: Page, out: Path, address: str) -> None:
    """Tick every paper, and print the label."""
    page.goto(address)
    for tick in page.query_selector_all('input[value="here"]'):
        tick.check()
    _shot(page, out, "check")
    page.click("#check-done")
    page.click("#mark-ready")
    _shot(page, out, "label")


def _desk(
    centre: Centre, browser: Browser, out: Path, ids: dict[str, str], cabinet: FakeCabinet
) -> None:
    url = centre.settings.public_url
    zhang = _signed_in(centre, browser, "zhang", size=DESK, out=out)
    cases = [_open_for(centre, zhang, one) for one in RESIDENTS]
    _look(centre, zhang, out)
    zhang.goto(cases[0])
    _shot(zhang, out, "give")
    zhang.select_option("#give-to", f"s:{ids['wang']}")
    zhang.click("#give")
    wang = _signed_in(centre, browser, "wang", size=DESK)
    wang.goto(cases[0])
    wang.click("#take-on")
    wang.click("#hand-on summary")
    _shot(wang, out, "hand-on")
    _ready(wang, out, cases[0])
    wang.goto(f"{url}/staff/hand-over")
    wang.fill("#text", "柜子 7 右下角的门要轻关，已经报修。")
    wang.click("#leave")
    zhang.goto(f"{url}/staff/hand-over")
    _shot(zhang, out, "hand-over")
    _ready(zhang, out, cases[2])
    cabinet.visit(cabinet.grants()["load"], "loaded", compartment=13)
    _pocket(_signed_in(centre, browser, "wang", size=PHONE), out, cases, cabinet)
    _said(centre, browser, out, cabinet)
    zhang.goto(f"{url}/staff?whose=all")
    _shot(zhang, out, "today")
    _ready(zhang, out, cases[1])
    _too_long(centre, zhang, out, cabinet)
    cabinet.post(reads_cards=True)
    _card(zhang, out, cases[2])


def _card(page: Page, out: Path, address: str) -> None:
    """Tap a resident's card and show where the digits go, as its reader types."""
    page.goto(f"{address}/card")
    page.wait_for_selector("input:focus")
    page.keyboard.type("0078754499")
    page.keyboard.press("Enter")
    page.wait_for_selector("#digits")
    _shot(page, out, "card")


def _pocket(page: Page, out: Path, cases: list[str], cabinet: FakeCabinet) -> None:
    """Follow a steward with a phone; `cases`: the desk's addresses of matters."""
    mine, other = (case.replace("/staff/m/", "/staff/pocket/m/") for case in cases[:2])
    cabinet.say(told.HelpCalled("code"))
    page.goto(mine.partition("/m/")[0])
    _shot(page, out, "pocket")
    page.click('[data-testid="call"]')
    page.click('[id^="answer-"]')
    _shot(page, out, "pocket-call")
    page.goto(f"{other}?size=big")
    _shot(page, out, "pocket-take-on")
    page.goto(f"{mine}?size=normal")
    page.fill("#words", "送到家，本人签收。")
    _shot(page, out, "pocket-done")
    page.click("#done-go")


def _too_long(centre: Centre, page: Page, out: Path, cabinet: FakeCabinet) -> None:
    """Show a loader's round as it happens, then the lists of what lies too long."""
    url, now = f"{centre.settings.public_url}/staff", time.time()
    page.goto(f"{url}/cabinets/{cabinet.id}")
    cabinet.visit(cabinet.grants()["load"], "loaded", compartment=3)
    collected = cabinet.grants()["collect"]
    visit = cabinet.begin_visit(collected, compartment=3)
    cabinet.post(doors=[_door(number).model_dump(mode="json") for number in range(1, 25)])
    page.wait_for_selector('[data-testid="visit"][data-door="open"]')
    _shot(page, out, "live")
    cabinet.end_visit(visit, collected, "collected", compartment=3)
    with centre.database.writing() as session:
        for door in session.exec(select(Door).where(Door.compartment <= 20)):
            door.condition = "occupied"
        _months_of_work(session, cabinet, now=now)
        for grant in session.exec(select(Grant).where(Grant.purpose == "collect")):
            grant.expires_at = now - 86400
    page.goto(f"{url}/recall")
    _shot(page, out, "recall")
    page.goto(f"{url}/figures")
    _shot(page, out, "figures")
    page.goto(f"{url}/score")
    _shot(page, out, "score")


def _door(number: int) -> DoorNow:
    """Give a door as it is while number 3 is open: some hold something, one is to be looked at."""
    condition = Condition.OCCUPIED if number == 3 or number % 3 else Condition.FREE
    if number == 8:
        condition = Condition.WITHHELD
    state: Literal["open", "closed"] = "open" if number == 3 else "closed"
    return DoorNow(compartment=number, state=state, condition=condition)


def _said(centre: Centre, browser: Browser, out: Path, cabinet: FakeCabinet) -> None:
    """Let a resident complain from home."""
    url = centre.settings.public_url
    with open_phone(browser) as context:
        page = context.new_page()
        page.goto(code_on_the_glass(centre, cabinet))
        for field, text in (("name", "孙丽"), ("phone", "13800138009")):
            page.fill(f"#{field}", text)
        page.select_option("#place", label="润园小区 3 号楼 2 单元")
        page.fill("#building", "302")
        page.tap("#details-next")
        page.tap("#consent-next")
        page.wait_for_selector("#choose-complaint")
        context.clear_cookies(name="bbg_presence")
        page.goto(f"{url}/home")
        _shot(page, out, "phone-home")
        page.tap("#choose-complaint")
        page.fill("#words", "三号楼前面的下水道又堵了，雨天进不了门。")
        _shot(page, out, "phone-complaint")
        page.tap("#submit")
        page.wait_for_selector("#said")
        _shot(page, out, "phone-said")


def _months_of_work(session: Session, cabinet: FakeCabinet, *, now: float) -> None:
    """Put in what one morning cannot make: months of matters and days of doors, for the plots."""
    case = session.exec(select(Matter).where(Matter.team != "")).first()
    assert case is not None
    for n in range(60):
        rating = ("satisfied", "satisfied", "fair", "satisfied", "dissatisfied")[n % 5]
        ended = now - n * 4.3 * 86400
        more = case.model_dump() | {
            "id": f"x{n}", "reference": f"X-{n}", "state": "collected", "outcome": "done",
            "state_since": ended, "due_at": ended + (3600 if n % 7 else -3600), "rating": rating,
        }  # fmt: skip
        session.add(Matter.model_validate(more))
        session.flush()
        for trigger, at in (("loaded", ended - n % 9 * 50_000), ("collected", ended)):
            session.add(
                MatterStep(
                    matter=f"x{n}", trigger=trigger, before="", after="", at=at, by="cabinet"
                )
            )
        opened = now - n * 3600 * 7
        session.add(
            DoorVisit(
                cabinet=cabinet.id, visit=f"x{n}", grant="g", purpose="collect", consignment="k",
                compartment=n % 4 + 1, credential="phone", opened_at=opened,
                attempt_state="failed" if n % 17 == 1 else "completed", outcome="confirmed",
                pulses=2 if n % 11 == 1 else 1,
            )
        )  # fmt: skip


def _buildings(centre: Centre, page: Page, out: Path) -> None:
    page.goto(f"{centre.settings.public_url}/staff/buildings")
    for house in ("3 号楼", "5 号楼"):
        for field, text in (("estate", "润园小区"), ("house", house), ("units", "2")):
            page.fill(f"#{field}", text)
        page.click("#add-building")
    _shot(page, out, "buildings")


def _teams(centre: Centre, page: Page, out: Path, ids: dict[str, str]) -> None:
    page.goto(f"{centre.settings.public_url}/staff/teams")
    page.fill("#name", "三号楼组")
    for place in ("3 号楼 1 单元", "3 号楼 2 单元", "5 号楼 1 单元"):
        page.check(f'input[aria-label="润园小区 {place}"]')
    for login in ("wang", "li"):
        page.check(f'input[value="{ids[login]}"]')
    page.click("#make-team")
    page.click("[data-testid=team] a")
    _shot(page, out, "teams")


def _roster(centre: Centre, page: Page, out: Path, ids: dict[str, str]) -> None:
    page.goto(f"{centre.settings.public_url}/staff/roster")
    today = local_time(time.time()).date()
    page.select_option("#staff", ids["wang"])
    page.select_option("#deputy", ids["li"])
    page.fill("#first", today.isoformat())
    page.fill("#last", (today + timedelta(days=6)).isoformat())
    page.fill("#begins", "00:00")
    page.fill("#ends", "23:59")
    page.click("#plan")
    _shot(page, out, "roster")


def _shot(page: Page, out: Path, name: str) -> None:
    """Keep a picture of the whole page, in few colours: a handbook is no photograph."""
    page.wait_for_load_state("load")
    with Image.open(io.BytesIO(page.screenshot(full_page=True))) as picture:
        picture.convert("RGB").quantize(64).save(out / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
