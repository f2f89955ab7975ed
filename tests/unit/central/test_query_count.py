"""How many questions a page asks the database: as many for many rows as for one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from central.record.cabinet import Cabinet, Door
from central.record.case import Consignment, Matter
from central.record.people import Building, Resident
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet

PAGES = {
    "/staff": 10, "/staff/take-out": 5, "/staff/recall": 9, "/staff/cabinets": 8,
    "/staff/teams": 8, "/staff/buildings": 3,
    "/staff/score": 5, "/staff/figures": 9, "/staff/score/2027-01/done": 5, "/staff/catalogue": 5,
}  # fmt: skip
"""The most queries each page may ask."""


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


def fill(world: World, cabinet: FakeCabinet) -> None:
    now = world.clock.at
    with world.centre.database.writing() as session:
        session.add(Resident(id="p1", created_at=now))
        for n in range(20):
            session.add(
                Cabinet(
                    id=f"c{n}", short=f"8-{n}", community="甲", site="乙", telephone="1",
                    created_at=now,
                )
            )  # fmt: skip
        session.flush()
        for n in range(60):
            state = ("papers_received", "in_cabinet", "collected")[n % 3]
            session.add(Door(cabinet=f"c{n % 20}", compartment=n, state="closed",
                             condition="occupied", at=now))  # fmt: skip
            session.add(Building(id=f"h{n}", estate="甲", house=f"{n} 号楼"))
            session.add(
                Matter(
                    id=f"m{n}", reference=f"R-{n}", resident="p1", cabinet=f"c{n % 20}",
                    item="residence_proof", state=state, outcome="done" if n % 3 == 2 else "",
                    state_since=now, created_at=now,
                )
            )  # fmt: skip
            for direction in ("inbound", "outbound"):
                session.add(
                    Consignment(
                        id=f"{direction}{n}", cabinet=f"c{n % 20}", matter=f"m{n}",
                        direction=direction, state="inside", compartment=n, created_at=now,
                    )
                )  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_as_much_for_many_rows_as_for_few(
    world: World, cabinet: FakeCabinet, path: str
) -> None:
    desk = phone.at_the_desk(world)
    with counted(world) as few:
        assert desk.get(path).status_code == 200
    fill(world, cabinet)
    with counted(world) as many:
        assert desk.get(path).status_code == 200
    assert len(many) <= max(len(few) + 1, 1)
    assert len(many) <= PAGES[path], many
