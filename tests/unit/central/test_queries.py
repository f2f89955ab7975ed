"""A page asks the database as often for many rows as for few."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from fastapi.testclient import TestClient
from sqlalchemy import event

from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.test_grant import loaded

PAGES = ("/staff", "/staff/take-out", "/staff/cabinets", "/staff/unnamed", "/staff/people")
MOST = 16
"""More than this on one page is a loop somewhere."""


@contextlib.contextmanager
def counted(world: World) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(*told: object) -> None:
        asked.append(str(told[2]))

    event.listen(world.centre.database.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(world.centre.database.engine, "before_cursor_execute", note)


def asked_for(world: World, browser: TestClient, path: str) -> int:
    with counted(world) as asked:
        assert browser.get(path).status_code == 200
    return len([line for line in asked if not line.startswith(("BEGIN", "PRAGMA"))])


def more_of_everything(world: World, first: int, count: int) -> TestClient:
    """Add cabinets, each with a matter in it and one waiting; give the last resident's phone."""
    browser = world.browser()
    for number in range(first, first + count):
        cabinet = world.enrolled_cabinet(str(number))
        browser, _ = loaded(world, cabinet)
        phone.ask(browser, phone.choose(browser))
        cabinet.visit(cabinet.grants()["deposit"], "deposited", compartment=4)
    return browser


def test_no_page_asks_once_a_row(world: World) -> None:
    desk = phone.at_the_desk(world)
    more_of_everything(world, 1, 1)
    few = {path: asked_for(world, desk, path) for path in PAGES}
    resident = more_of_everything(world, 2, 2)
    many = {path: asked_for(world, desk, path) for path in PAGES}
    assert many == few
    mine = {path: asked_for(world, resident, path) for path in ("/home", "/data", "/data/looks")}
    assert max(*many.values(), *mine.values()) <= MOST, (many, mine)
