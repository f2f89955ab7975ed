"""How many questions a page asks the database: as many for many rows as for one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlmodel import select

from central.record.cabinet import Cabinet, Door
from central.record.case import Consignment, Matter
from central.record.people import Building, Resident
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet

PAGES = {
    "/staff": 10, "/staff/take-out": 5, "/staff/loading": 5, "/staff/recall": 9,
    "/staff/cabinets": 8, "/staff/unnamed": 5, "/staff/people": 5, "/staff/m/m0": 20,
    "/staff/teams": 8, "/staff/buildings": 3, "/staff/score": 5, "/staff/figures": 9,
    "/staff/score/2027-01/done": 5, "/staff/catalogue": 5,
}  # fmt: skip
"""The most queries each page of staff may ask."""
OWN = {"/home": 8, "/m/m0": 9, "/data": 17, "/data/looks": 3}
"""And each of a resident's."""


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    engine = world.centre.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def fill(world: World, first: int, end: int) -> None:
    """Add cabinets, buildings and the one resident's matters, numbered from `first` on."""
    now = world.clock.at
    with world.centre.database.writing() as session:
        resident = session.exec(select(Resident.id)).one()
        for n in range(first, end):
            session.add(
                Cabinet(
                    id=f"c{n}", short=f"8-{n}", community="甲", site="乙", telephone="1",
                    created_at=now,
                )
            )  # fmt: skip
        session.flush()
        for n in range(first, end):
            state = ("papers_received", "in_cabinet", "collected", "ready_to_load")[n % 4]
            session.add(Door(cabinet=f"c{n}", compartment=n, state="closed",
                             condition="occupied", at=now))  # fmt: skip
            session.add(Building(id=f"h{n}", estate="甲", house=f"{n} 号楼"))
            session.add(
                Matter(
                    id=f"m{n}", reference=f"R-{n}", resident=resident, cabinet=f"c{n}",
                    item="residence_proof", state=state,
                    outcome="done" if state == "collected" else "",
                    state_since=now, created_at=now,
                )
            )  # fmt: skip
            for direction in ("inbound", "outbound"):
                session.add(
                    Consignment(
                        id=f"{direction}{n}", cabinet=f"c{n}", matter=f"m{n}",
                        direction=direction,
                        state="expected" if state == "ready_to_load" else "inside",
                        compartment=n, created_at=now,
                    )
                )  # fmt: skip


def test_a_page_asks_as_much_for_many_rows_as_for_few(world: World, cabinet: FakeCabinet) -> None:
    desk, resident = phone.at_the_desk(world), phone.bound(world, cabinet)
    fill(world, 0, 4)
    few = asked_for(world, desk, PAGES) | asked_for(world, resident, OWN)
    fill(world, 4, 60)
    many = asked_for(world, desk, PAGES) | asked_for(world, resident, OWN)
    assert many == few
    bound = PAGES | OWN
    assert {path: count for path, count in many.items() if count > bound[path]} == {}


def asked_for(world: World, browser: TestClient, paths: Iterable[str]) -> dict[str, int]:
    """Count what each page asks."""
    found = {}
    for path in paths:
        with counted(world) as asked:
            assert browser.get(path).status_code == 200, path
        found[path] = len(asked)
    return found
