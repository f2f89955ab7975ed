"""A resident's phone and a member of staff's desk over HTTP, pressing the buttons of the pages."""

from __future__ import annotations

import hashlib
import hmac
import html
import re
import uuid
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Client, Response
from sqlmodel import select

from central.key import digest
from central.operation.role import Role
from central.record.people import Staff, StaffSession
from tests.unit.central.conftest import PASSWORD, World
from tests.unit.central.fake_cabinet import FakeCabinet

DETAILS = {"name": "王秀兰", "phone": "138 0013 8000", "building": "3 号楼 2 单元 501"}


def token_of(page: Response) -> str:
    """Find the form's token in a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


def form_token(world: World, browser: TestClient) -> str:
    """Give the token that this browser's forms carry, where no page shows one."""
    text = f"form:{browser.cookies['bbg_visit']}".encode()
    return hmac.new(world.centre.keys.cookie_secret, text, hashlib.sha256).hexdigest()


def send(browser: Client, page_url: str, action: str, **fields: str) -> Response:
    """Open a page and send a form from it."""
    page = browser.get(page_url)
    fields = {"csrf_token": token_of(page)} | hidden(page, action) | fields
    answer: Response = browser.post(action, data=fields)
    return answer


def hidden(page: Response, action: str) -> dict[str, str]:
    """Give what a form of a page carries unseen."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page.text, re.DOTALL)
    found = re.findall(r'<input[^>]*type="hidden"[^>]*>', form[0]) if form else []
    return {
        name[1]: html.unescape(value[1])
        for one in found
        if (name := re.search(r'name="([^"]+)"', one))
        and (value := re.search(r'value="([^"]*)"', one))
    }


def said(page: Response) -> str:
    """Give a page's words: where lines may break is marked within them."""
    return re.sub(r"<[^>]*>", "", page.text)


def scan(browser: TestClient, cabinet: FakeCabinet) -> Response:
    """Scan the glass and follow to the landing page."""
    answer = browser.get(f"/s/{cabinet.id}", params={"t": cabinet.presence()})
    assert answer.status_code == 303, answer.text
    page: Response = browser.get(answer.headers["location"])
    return page


def bound(world: World, cabinet: FakeCabinet, **details: str) -> TestClient:
    """Give the phone of a resident who scanned and was bound."""
    browser = world.browser()
    bind(browser, cabinet, **details)
    return browser


def bind(browser: TestClient, cabinet: FakeCabinet, **details: str) -> None:
    """Let a resident scan with this phone and be bound."""
    scan(browser, cabinet)
    assert send(browser, "/bind", "/bind", **(DETAILS | details)).status_code == 303
    assert send(browser, "/consent", "/consent").headers["location"] == "/home"


def choose(browser: TestClient, item: str = "residence_proof") -> str:
    """Choose a matter and give its address."""
    answer = send(browser, "/home", "/matters", item=item)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def ask(browser: TestClient, url: str) -> Response:
    """Ask for a compartment."""
    return send(browser, url, f"{url}/ask")


def chosen(
    world: World, cabinet: FakeCabinet, item: str = "residence_proof", **details: str
) -> tuple[TestClient, str]:
    """Give the phone of a resident who chose a matter, and the matter's address."""
    browser = bound(world, cabinet, **details)
    return browser, choose(browser, item)


def asked(
    world: World, cabinet: FakeCabinet, item: str = "residence_proof", **details: str
) -> tuple[TestClient, str]:
    """Let them ask for a compartment, too."""
    browser, url = chosen(world, cabinet, item, **details)
    ask(browser, url)
    return browser, url


def dropped_off(
    world: World, cabinet: FakeCabinet, item: str = "residence_proof", **details: str
) -> tuple[TestClient, str]:
    """Let them put their papers in, too."""
    browser, url = asked(world, cabinet, item, **details)
    cabinet.visit(cabinet.grants()["deposit"], "deposited")
    return browser, url


def scene(browser: TestClient, url: str) -> Any:
    """Give what the matter's page is about."""
    page = browser.get(url)
    assert page.status_code == 200, page.text
    return page.context["page"]  # type: ignore[attr-defined]


def check_papers(desk: TestClient, url: str, *missing: str) -> Response:
    """Tick every paper that the desk asks for: here, but for those that are missing."""
    page = desk.get(f"/staff{url}")
    asked: list[str] = page.context["to_tick"]  # type: ignore[attr-defined]
    ticks = {f"seen-{key}": "missing" if key in missing else "here" for key in asked}
    notes = {f"wrong-{key}": f"请改 {key}" for key in missing}
    return send(desk, f"/staff{url}", f"/staff{url}/check", **ticks, **notes)


def at_the_desk(world: World, *, role: Role = Role.ADMINISTRATOR) -> TestClient:
    """Give the browser of a member of staff whose session is open already: no slow password."""
    now, token = world.clock.at, uuid.uuid4().hex
    with world.centre.database.writing() as session:
        person = session.exec(select(Staff).where(Staff.login == "zhiban")).first()
        if person is None:
            person = Staff(
                id="s1", login="zhiban", name="值班员", password="none",
                role=role.value, capabilities=["take_out", "load"], created_at=now,
            )  # fmt: skip
            session.add(person)
            session.flush()
        session.add(
            StaffSession(digest=digest(token), staff=person.id, created_at=now, seen_at=now)
        )
    browser = world.browser()
    browser.cookies.set("bbg_staff", token)
    return browser


def signed_in(world: World, login: str = "zhiban", password: str = PASSWORD) -> TestClient:
    """Give the browser of a member of staff who signed in."""
    browser = world.browser()
    answer = send(browser, "/staff/sign-in", "/staff/sign-in", login=login, password=password)
    assert answer.headers["location"] == "/staff", answer.text
    return browser
