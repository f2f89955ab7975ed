"""A grant ends on the phone when it ends at the door: outages of cabinet and compartment added."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from central.operation import erasure, grant, outage, recall
from central.record.case import Consignment, Grant, Matter, Task
from locker.contract import event as told
from locker.contract.failure import Failure
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


@pytest.mark.sweep
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


def test_the_phone_says_until_when_the_code_is_good_and_shows_it_as_long(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = loaded(world, cabinet)
    row, _, _ = collection(world)
    world.clock.at += 3 * 86_400
    cabinet.now = world.clock.at
    cabinet.log_in()
    cabinet.say(told.ServiceChanged("power", ok=True, off_s=3 * 86_400.0))
    world.clock.at = row.expires_at + 86_400
    page = browser.get(url).text
    assert 'id="collect-code"' in page
    assert 'id="collect-until"' in page
    world.clock.at = row.expires_at + 4 * 86_400
    assert 'id="collect-code"' not in browser.get(url).text


def test_what_was_loaded_unseen_and_seen_at_the_glass_is_told_to_the_resident_once(
    world: World, cabinet: FakeCabinet
) -> None:
    loaded(world, cabinet, confirmed=False)
    assert len(tasks(world, "look_at_load")) == 1
    assert world.channel.sent == []
    (row,) = all_of(world, Consignment, Consignment.direction == "outbound")
    seen = told.ConsignmentMoved(
        row.id, 3, "loaded", "v9", confirmed=True, shut_in_visit=True, staff="s1"
    )
    cabinet.say(seen)
    assert not tasks(world, "look_at_load")
    (case,) = all_of(world, Matter, Matter.id == row.matter)
    assert case.state == "in_cabinet"
    assert len(world.channel.sent) == 1
    cabinet.say(replace(seen, visit="v10"))
    assert len(world.channel.sent) == 1, "at most one message a load"


def test_what_counted_as_collected_and_is_seen_in_its_box_waits_for_its_resident_again(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url = loaded(world, cabinet)
    collect = cabinet.grants()["collect"]
    cabinet.visit(collect, "collected", compartment=3, confirmed=False)
    assert len(tasks(world, "presumed_taken")) == 1
    assert 'id="collect-code"' not in browser.get(url).text
    seen = told.ConsignmentMoved(
        collect["consignment"], 3, "loaded", "v9", confirmed=True, shut_in_visit=True, staff="s1"
    )
    for visit in ("v9", "v10"):
        cabinet.say(replace(seen, visit=visit))
        assert not tasks(world, "presumed_taken")
        assert [message.kind for message in world.channel.sent] == ["ready", "ready"]
    assert 'id="collect-code"' in browser.get(url).text
    again = cabinet.grants()["collect"]
    assert again["grant"] != collect["grant"]
    with world.centre.database.writing() as session:
        live = session.get_one(Matter, url.removeprefix("/m/"))
        renewed = grant.renew_collection(session, live, keys=world.centre.keys, now=world.clock.at)
    assert renewed is Failure.MATTER_MOVED_ON, "its code is good"
    cabinet.visit(again, "collected", compartment=3)
    with world.centre.database.writing() as session:
        case = session.get_one(Matter, url.removeprefix("/m/"))
        renewed = grant.renew_collection(session, case, keys=world.centre.keys, now=world.clock.at)
    assert (case.state, renewed) == ("collected", Failure.MATTER_MOVED_ON), "nothing lies there"


def test_papers_found_again_of_who_was_erased_are_to_be_recalled_and_nobody_is_told(
    world: World, cabinet: FakeCabinet
) -> None:
    _, url = loaded(world, cabinet)
    collect = cabinet.grants()["collect"]
    cabinet.visit(collect, "collected", compartment=3, confirmed=False)
    with world.centre.database.writing() as session:
        erasure.ask(
            session, session.get_one(Matter, url.removeprefix("/m/")).resident,
            reason=erasure.Reason.ASKED, keys=world.centre.keys, ledger=world.centre.ledger,
            now=world.clock.at,
        )  # fmt: skip
    cabinet.say(
        told.ConsignmentMoved(
            collect["consignment"], 3, "loaded", "v9", confirmed=True, shut_in_visit=True,
            staff="s1",
        )
    )  # fmt: skip
    assert not tasks(world, "presumed_taken")
    assert [message.kind for message in world.channel.sent] == ["ready"]
    assert "collect" not in cabinet.grants()
    with world.centre.database.reading() as session:
        (late,) = recall.to_recall(session, now=world.clock.at).rows
    assert (late.consignment.id, late.since) == (collect["consignment"], None)


def all_of(world: World, kind: Any, where: Any) -> list[Any]:
    with world.centre.database.reading() as session:
        return list(session.exec(select(kind).where(where)))


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
    cabinet.say(told.BooksEntered(2, Condition.WITHHELD, None, "nothing"))
    cabinet.say(told.BooksEntered(2, Condition.FREE, None, "not_opened"))
    assert len(tasks(world, "look_at_door")) == 1
    cabinet.say(told.BooksEntered(2, Condition.FREE, None, "confirmed"))
    assert not tasks(world, "look_at_door"), "it was said to be empty"
    assert [task.details["compartment"] for task in tasks(world, "audit_empty")] == [3]
