"""What lies too long: recalled in walking order, nudged where a cabinet is nearly full."""

from __future__ import annotations

from sqlmodel import select

from central.operation import desk as desk_lists
from central.operation import grant, recall
from central.record.cabinet import CabinetOutage, Door
from central.record.case import Consignment, Grant
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_dispatch import press
from tests.unit.central.test_grant import loaded

DAY_S = 86400.0


def late(world: World) -> list[tuple[str, int | None]]:
    with world.centre.database.reading() as session:
        rows = recall.to_recall(session, now=world.clock.at).rows
    return [(row.cabinet.short, row.consignment.compartment) for row in rows]


def doors(world: World, cabinet: FakeCabinet, *conditions: str) -> None:
    with world.centre.database.writing() as session:
        for row in session.exec(select(Door)):
            session.delete(row)
        session.flush()
        for n, condition in enumerate(conditions, 1):
            session.add(
                Door(cabinet=cabinet.id, compartment=n, state="closed", condition=condition, at=1)
            )


def test_what_is_not_collected_is_recalled_when_its_code_is_over_outages_added(
    world: World, cabinet: FakeCabinet
) -> None:
    _, url = loaded(world, cabinet)
    assert late(world) == []
    began = world.clock.at + DAY_S
    world.clock.at += 31 * DAY_S
    assert late(world) == [("7", 3)]
    with world.centre.database.writing() as session:
        session.add(
            CabinetOutage(cabinet=cabinet.id, what="power", began=began, ended=began + 2 * DAY_S)
        )
    assert late(world) == [], "the cabinet could not be opened for two of these days"
    world.clock.at += 2 * DAY_S
    assert late(world) == [("7", 3)]
    desk = phone.at_the_desk(world)
    assert 'data-testid="late"' in desk.get("/staff/recall").text
    assert "02-16\u00a016:00 到期了，请收回" in desk.get(f"/staff{url}").text


def test_codes_last_thirty_days_from_when_their_resident_is_told(
    world: World, cabinet: FakeCabinet
) -> None:
    _, url = loaded(world, cabinet, shut_in_visit=False)
    made = cabinet.grants()["collect"]
    world.clock.at += 20 * DAY_S
    desk = phone.at_the_desk(world)
    assert press(desk, world, f"/staff{url}/looked") == 303
    cabinet.log_in()
    lengthened = cabinet.grants()["collect"]
    assert lengthened["grant"] == made["grant"]
    assert lengthened["expires_at"] == int(world.clock.at + 30 * DAY_S)
    world.clock.at += 29 * DAY_S
    assert late(world) == []
    world.clock.at += 2 * DAY_S
    assert late(world) == [("7", 3)]


def test_only_live_codes_last_longer_and_not_for_less_than_a_day(
    world: World, cabinet: FakeCabinet
) -> None:
    loaded(world, cabinet)
    made = cabinet.grants()["collect"]
    with world.centre.database.writing() as session:
        row = session.get_one(Grant, made["grant"])
        others = [
            Grant.model_validate(row.model_dump() | {"id": key} | changes)
            for key, changes in (("g1", {"state": "revoked"}), ("g2", {"purpose": "recall"}))
        ]
        session.add_all(others)
        for later_s, won_s in ((DAY_S - 1, 0), (2 * DAY_S, 2 * DAY_S)):
            grant.lengthen(session, row.consignment, now=made["issued_at"] + later_s)
            assert row.expires_at == made["expires_at"] + won_s
        assert {other.expires_at for other in others} == {made["expires_at"]}


def test_the_list_is_in_walking_order(world: World, cabinet: FakeCabinet) -> None:
    loaded(world, cabinet)
    with world.centre.database.writing() as session:
        first = session.exec(select(Consignment).where(Consignment.direction == "outbound")).one()
        for n, door in enumerate((9, 1)):
            more = first.model_dump() | {"id": f"k{n}", "compartment": door}
            session.add(Consignment.model_validate(more))
    world.clock.at += 31 * DAY_S
    assert late(world) == [("7", 1), ("7", 3), ("7", 9)]


def test_cabinets_stand_in_the_order_of_their_numbers(world: World) -> None:
    for short in ("10", "9", "2"):
        world.enrolled_cabinet(short)
    with world.centre.database.reading() as session:
        shown = desk_lists.cabinets(session, now=world.clock.at).rows
    assert [view.cabinet.short for view in shown] == ["2", "9", "10"]


def test_residents_of_a_nearly_full_cabinet_are_nudged_once(
    world: World, cabinet: FakeCabinet
) -> None:
    loaded(world, cabinet)
    desk = phone.at_the_desk(world)
    nudge = {"cabinet": cabinet.id}
    doors(world, cabinet, *["occupied"] * 3, "free", "jammed")
    assert press(desk, world, "/staff/recall/nudge", **nudge) == 409, "three of four usable"
    doors(world, cabinet, *["occupied"] * 4, "free", "jammed")
    assert "5 个门，4 个有东西" in desk.get("/staff/recall").text
    cabinet.news()
    assert press(desk, world, "/staff/recall/nudge", **nudge) == 303
    assert press(desk, world, "/staff/recall/nudge", **nudge) == 409
    assert [message.kind for message in world.channel.sent][-1] == "nudge"
    assert "提醒过" in desk.get("/staff/recall").text
