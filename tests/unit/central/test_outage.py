"""A grant ends on the phone when it ends at the door: outages of cabinet and compartment added."""

from __future__ import annotations

import pytest
from sqlmodel import select

from central.operation import grant, outage
from central.record.case import Grant, Task
from locker.contract import event as told
from locker.contract.vocabulary import Condition, Contact, Found, Purpose
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_grant import loaded

HOUR_S = 3600.0


def collection(world: World) -> tuple[Grant, float, bool]:
    """Give the collection's grant, when it really ends, and whether it is good now."""
    with world.centre.database.reading() as session:
        row = session.exec(select(Grant).where(Grant.purpose == Purpose.COLLECT.value)).one()
        now = world.clock.at
        return row, outage.ends(session, row, now=now), grant.is_good(session, row, now=now)


def out(cabinet: FakeCabinet, world: World, what: str) -> None:
    """Let something be away for an hour; `what` names it."""
    match what:
        case "power":
            world.clock.at += HOUR_S
            cabinet.now = world.clock.at
            cabinet.say(told.ServiceChanged("power", ok=True, off_s=HOUR_S))
            return
        case "board" | "recording" | "scanner":
            began: told.Event = told.ServiceChanged(what, ok=False)
            ended: told.Event = told.ServiceChanged(what, ok=True)
        case _:
            number = 3 if what == "its compartment" else 4
            began = told.BooksEntered(number, Condition.OUT_OF_SERVICE, None, "staff")
            ended = told.BooksEntered(number, Condition.OCCUPIED, None, "in_service")
    cabinet.say(began)
    world.clock.at += HOUR_S
    cabinet.now = world.clock.at
    cabinet.say(ended)


@pytest.mark.parametrize(
    ("what", "added_s"),
    [
        ("power", HOUR_S), ("board", HOUR_S), ("recording", HOUR_S), ("its compartment", HOUR_S),
        ("another compartment", 0.0), ("scanner", 0.0),
    ],
)  # fmt: skip
def test_a_grant_ends_later_by_what_could_not_be_served(
    world: World, cabinet: FakeCabinet, *, what: str, added_s: float
) -> None:
    loaded(world, cabinet)
    out(cabinet, world, what)
    row, ends, _ = collection(world)
    assert ends - row.expires_at == pytest.approx(added_s, abs=2)
    world.clock.at = row.expires_at + HOUR_S / 2
    assert collection(world)[2] is bool(added_s)


def test_an_outage_that_lasts_is_added_so_far(world: World, cabinet: FakeCabinet) -> None:
    loaded(world, cabinet)
    cabinet.say(told.ServiceChanged("board", ok=False))
    cabinet.say(told.ServiceChanged("board", ok=False))
    world.clock.at += 600
    row, ends, _ = collection(world)
    assert ends - row.expires_at == pytest.approx(600, abs=2)


def test_the_cabinet_s_own_reckoning_is_taken_where_its_clock_was_not_believed(
    world: World, cabinet: FakeCabinet
) -> None:
    loaded(world, cabinet)
    at = world.clock.at
    cabinet.now = 1000.0  # no clock chip
    cabinet.say(told.ServiceChanged("board", ok=False, at=at))
    cabinet.say(told.ServiceChanged("board", ok=True, at=at + 60))
    world.clock.at += 100
    row, ends, _ = collection(world)
    assert ends - row.expires_at == pytest.approx(60)


def tasks(world: World, kind: str) -> list[Task]:
    with world.centre.database.reading() as session:
        wanted = select(Task).where(Task.kind == kind, Task.done_at == None)  # noqa: E711
        return list(session.exec(wanted))


def test_a_contact_that_is_not_believed_is_a_task_until_it_is(
    world: World, cabinet: FakeCabinet
) -> None:
    cabinet.say(told.ContactJudged(2, Contact.FLICKERING, "changes"))
    assert [task.details["compartment"] for task in tasks(world, "contact")] == [2]
    cabinet.say(told.ContactJudged(2, Contact.TRUSTED, "in_service"))
    assert not tasks(world, "contact")


def test_what_an_audit_found_otherwise_is_a_task_and_what_was_seen_is_none(
    world: World, cabinet: FakeCabinet
) -> None:
    cabinet.say(told.BooksEntered(2, Condition.WITHHELD, None, "presumed"))
    assert len(tasks(world, "look_at_door")) == 1
    cabinet.say(
        told.AuditFound("i1", 2, Found.EMPTY, Condition.WITHHELD, None, agrees=True, staff="s1"),
        told.AuditFound("i1", 3, Found.EMPTY, Condition.OCCUPIED, "k1", agrees=False, staff="s1"),
    )
    assert not tasks(world, "look_at_door")
    assert [task.details["compartment"] for task in tasks(world, "audit_empty")] == [3]
