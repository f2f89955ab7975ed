"""Every page and every form, with what nobody sane sends: refused by a page with a code, no fault.

The pages are the description of their forms: each is played with its own fields, filled with what
they offer, with what fits and with what nobody thinks of. Nothing is kept: every press meets the
same books. On PostgreSQL, which holds less than SQLite: no NUL, no number or line too long.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, time
from html.parser import HTMLParser
from types import MappingProxyType
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel import Session, select

from central.catalogue import Actor
from central.database import Database
from central.operation import (
    acceptance,
    alarm,
    buildings,
    catalogue,
    delegate,
    hand_over,
    matter,
    opening,
    roster,
    team,
)  # fmt: skip
from central.operation.acceptance import Seen
from central.record.case import Consignment, Matter
from central.record.people import Building, Staff
from locker.contract import event as told
from locker.contract.failure import Failure
from tests.unit.central import phone
from tests.unit.central.conftest import PASSWORD, World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_every_route import (
    EVERYBODY,
    OWN_MATTER,
    RESIDENT,
    SIGNED_IN,
    STAFF,
    Route,
    routes_of,
)
from tests.unit.central.test_grant import loaded

EXAMPLES = 8
"""Presses of each form, the same in every run; more, and others, are played by hand."""
ROUTES = [
    route
    for text in (EVERYBODY, RESIDENT, OWN_MATTER, SIGNED_IN, *STAFF.values())
    for route in routes_of(text)
    if not route[1].startswith(("/v1", "/healthz", "/static", "/staff/live"))
]
"""All but what is no page, or does not end."""
NAME = re.compile(r"\{(\w+)\}")
ODD = (
    "", "0", "-1", "9" * 20, "1e400", "nan", "2027-02-30", "9999-12-31T23:59", "0001-01-01",
    "24:61", "a\0b", "\u202e", "x" * 3000, "<b>'\"{{7}}%s",
)  # fmt: skip
FITS = MappingProxyType({
    "name": "欧阳修", "phone": "13900139000", "building": "5 号楼", "id_number": "E12345678",
    "login": "xin", "password": "another one", "password_now": PASSWORD, "pin": "2468",
    "code": "123456", "estate": "润园", "house": "5 号楼", "units": "3", "day": "2027-02-01",
    "first": "2027-02-01", "last": "2027-02-09", "begins": "08:00", "ends": "18:00",
    "weekday": "1", "at": "2027-02-01T09:30", "activity_at": "2027-02-01T09:30",
    "card": "0078754499", "theme": "重阳节", "reference": "7-0001", "person": "欧阳修",
    "family": "女儿 13900139000",
})  # fmt: skip
"""What is typed into the fields whose forms ask for something in particular."""


class Forms(HTMLParser):
    """The forms of a page: for each action its fields and what they offer."""

    def __init__(self, page: str) -> None:
        """Read a page."""
        super().__init__()
        self.actions: dict[str, dict[str, set[str]]] = {}
        self._form: dict[str, set[str]] = {}
        self._list = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, a field of it, or what a list offers."""
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = self.actions.setdefault(has.get("action", ""), {})
        elif tag in {"input", "textarea", "button", "select"} and has.get("name"):
            self._list = has["name"]
            self._form.setdefault(self._list, set()).add(has.get("value", ""))
        elif tag == "option":
            self._form[self._list].add(has.get("value", ""))


class Town:
    """A resident, a clerk, matters in many states, and what the pages about them offer."""

    def __init__(self, world: World, cabinet: FakeCabinet) -> None:
        """Make them, and read every page once."""
        self.world = world
        self.resident, url = loaded(world, cabinet)
        self.desk, self.visitor = phone.at_the_desk(world), world.browser_with_cookie()
        self.known = defaultdict[str, set[str]](
            set, cabinet={cabinet.id}, cabinet_id={cabinet.id}, staff_id={"s1"}, short={"7"},
            consignment={"kwalkin"}, month={"2027-01"}, measure={"done"}, paper={"roll"},
            plot={"hours"}, name={"overdue"}, key={"kinship_proof"}, command=set(settle(world)),
            matter_id={url[3:], *matters(world, url[3:])},
        )  # fmt: skip
        call(world, cabinet)
        self.fields = defaultdict[Route, dict[str, set[str]]](dict)
        self._seen: set[tuple[str, str]] = set()
        for route in ROUTES:
            for at in self.addresses(route) if route[0] == "GET" else ():
                self._learn(self.browser(at).get(at).text)

    def browser(self, path: str) -> TestClient:
        """Give the browser of who may."""
        if path.startswith("/staff"):
            return self.visitor if path == "/staff/sign-in" else self.desk
        return self.visitor if path.startswith(("/bind", "/consent", "/code")) else self.resident

    def addresses(self, route: Route) -> Iterator[str]:
        """Give a route's addresses, as far as its names are known."""
        for values in itertools.product(*(self.known[name] for name in NAME.findall(route[1]))):
            yield fill(route[1], values)

    def _learn(self, page: str) -> None:
        for action, fields in Forms(page).actions.items():
            for route in self._name("POST", action):
                for name, values in fields.items():
                    self.fields[route].setdefault(name, set()).update(values)
        for link in re.findall(r'(?:href|src)="([^"?]+)', page):
            self._name("GET", link)

    def _name(self, method: str, address: str) -> list[Route]:
        """Give the routes that an address leads to, and learn what it names."""
        if (method, address) in self._seen and method == "GET":
            return []
        self._seen.add((method, address))
        led = [
            route for route in ROUTES if route[0] == method and whole(route[1]).fullmatch(address)
        ]
        for _, path in led:
            found = whole(path).fullmatch(address)
            assert found is not None
            for name, value in zip(NAME.findall(path), found.groups(), strict=True):
                self.known[name].add(value)
        return led

    def ask(self, route: Route, values: Iterable[str], sent: dict[str, str]) -> Response:
        """Ask for a page, or send its form with the browser's own token."""
        method, path = route
        browser, url = self.browser(path), fill(path, values)
        if method == "GET":
            return browser.get(url, params=sent)
        sent["csrf_token"] = phone.form_token(self.world, browser)
        return browser.post(url, data=sent)


@functools.cache
def whole(path: str) -> re.Pattern[str]:
    """Give what every address of a route looks like."""
    return re.compile(NAME.sub("([^/]+)", path))


def fill(path: str, values: Iterable[str]) -> str:
    """Put values into the names of a route's path."""
    parts = [quote(value, safe="") for value in values]
    return NAME.sub(lambda _: parts.pop(0), path)


def matters(world: World, like: str) -> list[str]:
    """Make a matter of each shape, tell one what is missing, and name a delegate."""
    now, keys, made = world.clock.at, world.centre.keys, []
    with world.centre.database.writing() as session:
        first = session.get_one(Matter, like)
        for number, item in enumerate(i for i in catalogue.offered(session) if i.is_ours):
            case = matter.new(
                session, resident=first.resident, cabinet=first.cabinet, item=item.key, keys=keys,
                now=now,
            )  # fmt: skip
            made.append(case.id)
            if number % 3:
                matter.submit(session, case, by="staff", staff="s1", now=now)
                found = (Seen.HERE, Seen.MISSING)[number % 2]
                seen = dict.fromkeys(acceptance.to_tick(item, case), found)
                acceptance.check(session, case, seen, wrong={}, keys=keys, staff="s1", now=now)
        named = delegate.Person("王小兰", "+8613900139000", Actor.DELEGATE)
        delegate.name(session, first, named, keys=keys, now=now)
    return made


def settle(world: World) -> list[str]:
    """Make a building, a team, a shift and what it hands over; ask for a door, and give the ask."""
    now, keys = world.clock.at, world.centre.keys
    with world.centre.database.writing() as session:
        quick = PasswordHash([Argon2Hasher(1, 8, 1)]).hash(PASSWORD)
        session.get_one(Staff, "s1").password = quick
        steward = Staff(
            id="s2", login="wang", name="王芳", password=quick, role="steward", created_at=now
        )
        session.add(steward)
        buildings.add(session, buildings.Filled("润园", "3 号楼", 2))
        places = tuple(session.exec(select(Building.id)))
        team.keep(session, team.Filled("三号楼组", places, ("s2",)), keys=keys, now=now)
        days = (date(2027, 1, 16), date(2027, 1, 17), frozenset(range(7)), time(8), time(18))
        roster.plan(session, roster.Plan("s2", "", "", *days))
        hand_over.leave(session, "三号门要看", staff="s2", keys=keys, now=now)
        lying = session.exec(select(Consignment).where(Consignment.state == "inside")).one()
        asked = opening.ask(
            session, lying.id, opening.Reason.LOOK, cabinet=lying.cabinet, staff="s1", now=now
        )
        assert not isinstance(asked, Failure)
        return [asked.id]


def call(world: World, cabinet: FakeCabinet) -> None:
    """Let an envelope come without a phone, an alarm ring and somebody call from the glass."""
    with world.centre.database.writing() as session:
        session.add(
            Consignment(
                id="kwalkin", cabinet=cabinet.id, direction="inbound", state="inside",
                compartment=4, walk_in="7-0001", created_at=world.clock.at,
            )
        )  # fmt: skip
        alarm.ring(session, cabinet.id, "head.unsigned", now=world.clock.at)
    cabinet.say(told.HelpCalled("code"))
    cabinet.post(reads_cards=True)


class NotKept(Exception):  # noqa: N818  (it ends a transaction, it is no fault)
    """Takes back what a press wrote."""


@pytest.fixture
def town(world: World, monkeypatch: pytest.MonkeyPatch) -> Town:
    """Give a town in which nothing is changed any more."""
    town, real = Town(world, world.enrolled_cabinet()), Database.writing

    @contextlib.contextmanager
    def writing(database: Database) -> Iterator[Session]:
        with contextlib.suppress(NotKept), real(database) as session:
            yield session
            session.flush()
            raise NotKept

    monkeypatch.setattr(Database, "writing", writing)
    return town


@pytest.mark.untraced
def test_no_page_and_no_form_is_answered_by_a_fault(town: Town) -> None:
    answers = {route: play(town, route) for route in ROUTES}
    forms = [route for route, fields in town.fields.items() if fields.keys() != {"csrf_token"}]
    taken = [route for route in forms if 303 in answers[route]]
    assert len(taken) > 25, "the forms are hardly ever filled in right"


def play(town: Town, route: Route) -> set[int]:
    """Ask for one route over and over, and give what it answered."""
    statuses = set()
    odd = st.sampled_from(ODD) | st.text(max_size=20)
    known = [sorted(town.known[name]) or ["1"] for name in NAME.findall(route[1])]
    values = st.tuples(*map(st.sampled_from, known)) | st.tuples(*(odd.filter(bool) for _ in known))
    fits = {
        name: st.sampled_from([FITS[name]] if name in FITS else sorted(offered))
        for name, offered in sorted(town.fields[route].items())[:39]
    }
    sent = {name: one | odd for name, one in fits.items()}

    @given(values, st.fixed_dictionaries(fits) | st.fixed_dictionaries({}, optional=sent))
    @settings(
        max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    def ask(values: tuple[str, ...], sent: dict[str, str]) -> None:
        answer = town.ask(route, values, sent)
        statuses.add(answer.status_code)
        if answer.status_code >= 400:
            said = re.search('BBG-|class="error"|role="alert"', answer.text)
            assert said, (route, values, sent, answer.text)

    ask()
    return statuses
