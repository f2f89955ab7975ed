"""A served centre with one cabinet, and people who meet it through a real browser.

Time is counted as in `person`: what is read, pressed, typed and done with hands, not what is waited
for here.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

from playwright.sync_api import Page
from sqlmodel import Session, select
from starlette.responses import Response

from central.centre import Centre
from central.key import digest, new_id
from central.operation import acceptance, catalogue, consent, delegate
from central.operation import resident as residents
from central.operation.acceptance import Seen
from central.operation.role import Role
from central.record.case import Matter
from central.record.people import Notice, Staff, StaffSession
from central.route.visitor import set_bound
from locker.contract.digest import code_digest
from tests.end2end.people.person import DOOR_S, PRESS_S, READS_PER_S, figures
from tests.support.chromium import open_page, press
from tests.support.served_centre import code_on_the_glass
from tests.unit.central.fake_cabinet import CODE_SALT, FakeCabinet

TYPES_S = 0.8
"""A character on a phone's keyboard."""


@dataclass
class Town:
    """The centre, its cabinet, and what staff do there between two visits of a resident."""

    centre: Centre
    cabinet: FakeCabinet

    @property
    def url(self) -> str:
        """The centre's address."""
        return self.centre.settings.public_url

    def code_on_the_glass(self) -> str:
        """Give the address that the glass shows now."""
        return code_on_the_glass(self.centre, self.cabinet)

    def bind(self, page: Page, name: str, phone: str) -> None:
        """Let somebody have bound this phone long ago."""
        details = residents.Details(name=name, phone=phone, building="3 号楼 2 单元 501")
        answer = Response()
        with self.centre.database.writing() as session:
            who = residents.admit(
                session, details, consent.present("zh_CN"), language="zh_CN", how="phone",
                keys=self.centre.keys, now=time.time(),
            )  # fmt: skip
            set_bound(answer, residents.bind(session, who, now=time.time()), self.centre)
        value = SimpleCookie(answer.headers["set-cookie"])["bbg_bound"].value
        page.context.add_cookies([{"name": "bbg_bound", "value": value, "url": self.url}])

    def asked(self, page: Page, who: str, *, name: str, phone: str) -> Visitor:
        """Let a bound resident scan, choose the letter of residence and ask for a door."""
        self.bind(page, name, phone)
        person = Visitor(who, page)
        person.opens(self.code_on_the_glass())
        person.presses("#choose-residence_proof")
        person.presses("#ask")
        return person

    def sign_in(self, page: Page, name: str, role: Role) -> None:
        """Let a member of staff have signed in at this desk."""
        token, now, who = new_id("t"), time.time(), new_id("s")
        with self.centre.database.writing() as session:
            session.add(
                Staff(id=who, login=who, name=name, password="-", role=role, created_at=now)
            )
            session.flush()
            row = StaffSession(digest=digest(token), staff=who, created_at=now, seen_at=now)
            session.add(row)
        page.context.add_cookies([{"name": "bbg_staff", "value": token, "url": self.url}])

    def grant(self, purpose: str, number: str) -> dict[str, Any]:
        """Give what the cabinet was told that a matter may do."""
        (found,) = [
            item.item
            for item in self.cabinet.news().items
            if item.item.get("purpose") == purpose and item.item["reference"] == number
        ]
        return found

    def grant_of_code(self, code: str) -> dict[str, Any]:
        """Give what eight typed digits open."""
        typed = code_digest(code, salt=CODE_SALT)
        (found,) = [
            item.item for item in self.cabinet.news().items if item.item.get("code_digest") == typed
        ]
        return found

    def command(self, grant: dict[str, Any]) -> str:
        """Give the command by which a phone has asked for that door."""
        (found,) = [
            str(item.item["command"])
            for item in self.cabinet.news().items
            if item.item["item"] == "open" and item.item["grant"] == grant["grant"]
        ]
        return found

    def told(self, number: str) -> list[str]:
        """Give what a matter's resident was told, by its kind."""
        with self.centre.database.reading() as session:
            told = select(Notice.kind).where(Notice.matter == _case(session, number).id)
            return list(session.exec(told))

    def take_out(self, number: str, *, missing: dict[str, str] | None = None) -> None:
        """Let staff take the papers out and tick them; `missing`: what is wrong, by paper."""
        self.cabinet.visit(self.grant("take_out", number), "taken_out", staff="s1")
        wrong = missing or {}
        with self.centre.database.writing() as session:
            case = _case(session, number)
            asked = acceptance.to_tick(catalogue.item_of(session, case), case)
            seen = {key: Seen.MISSING if key in wrong else Seen.HERE for key in asked}
            denied = acceptance.check(
                session, case, seen, wrong=wrong, keys=self.centre.keys, staff="s1",
                now=time.time(),
            )  # fmt: skip
            assert denied is None

    def load(self, number: str, *, door: int) -> None:
        """Let staff pack the certificate and put it into a box."""
        with self.centre.database.writing() as session:
            case = _case(session, number)
            denied = delegate.mark_ready(
                session, case, keys=self.centre.keys, staff="s1", now=time.time()
            )
            assert denied is None
        self.cabinet.visit(self.grant("load", number), "loaded", compartment=door, staff="s1")


def _case(session: Session, number: str) -> Matter:
    return session.exec(select(Matter).where(Matter.reference == number)).one()


@dataclass
class Visitor:
    """Somebody before our pages. `dead_ends`: pages without a way on, or cut off at the side."""

    who: str
    page: Page
    touches: int = 0
    seconds: float = 0.0
    dead_ends: list[str] = field(default_factory=list)

    def opens(self, address: str) -> None:
        """Open an address: a scan, or a page that was kept."""
        self.page = open_page(self.page, address)
        self._reads()

    def presses(self, selector: str) -> None:
        """Press what leads to another page."""
        self.touches += 1
        self.seconds += PRESS_S
        press(self.page, selector)
        self._reads()

    def picks(self, selector: str, choice: str) -> None:
        """Choose from a list: one press opens it, one chooses."""
        self.touches += 2
        self.seconds += 2 * PRESS_S
        self.page.select_option(selector, choice)

    def types(self, selector: str, text: str) -> None:
        """Fill in a field."""
        self.touches += 1
        self.seconds += PRESS_S + TYPES_S * len(text)
        self.page.fill(selector, text)

    def finds(self, scene: str) -> None:
        """See that the matter's page, which asks again by itself, is about something."""
        if not self.page.locator("meta[http-equiv=refresh]").count():
            self.dead_ends.append(f"{self.page.url}: stays as it is")
        self.page = open_page(self.page, self.page.url)
        self.page.wait_for_selector(f'#scene[data-scene="{scene}"]')
        self._reads()

    def is_at_the_door(self) -> None:
        """Take the time that hands take."""
        self.seconds += DOOR_S

    def number(self) -> str:
        """Give the matter's number, as its page says it."""
        return str(self.page.get_attribute("#scene", "data-reference"))

    def says(self, selector: str = "main") -> str:
        """Give what the page says to this person."""
        return self.page.inner_text(selector)

    def is_done(self, how: str = "done") -> str:
        """End: `done` or an honest way out; say the figures. A person who was stuck fails."""
        return figures(self.who, self.touches, self.seconds, self.dead_ends, how)

    def _reads(self) -> None:
        page = self.page
        self.seconds += len(self.says()) / READS_PER_S
        ways = page.locator("main button, main a, footer a[href^='tel:']").count()
        if not ways and not page.locator("meta[http-equiv=refresh]").count():
            self.dead_ends.append(f"{page.url}: no way on and nobody to call")
        size = page.viewport_size
        assert size is not None
        if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
            self.dead_ends.append(f"{page.url}: cut off at the side")
