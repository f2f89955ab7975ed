"""A silent cabinet: one alarm within two minutes, one ticket with an owner, one all-clear."""

from __future__ import annotations

import threading
import time

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from central import app
from central.app import do, make_app
from central.centre import AGAIN_S, ROUND_S, Centre
from central.operation import alarm, chore, enrolment, health
from central.operation.role import Role
from central.record.cabinet import Alarm
from central.record.case import Task
from central.record.people import Tries
from locker.contract import event as told
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_erasure import DAY_S
from tests.unit.central.test_resident import admitted, opened


def rings(world: World) -> list[tuple[str, bool]]:
    with world.centre.database.reading() as session:
        rows = session.exec(select(Alarm).where(Alarm.kind == health.OFFLINE))
        return [(row.kind, row.closed_at is None) for row in rows]


def tickets(world: World) -> list[tuple[str, bool]]:
    with world.centre.database.reading() as session:
        rows = session.exec(select(Task).where(Task.kind == health.TICKET))
        return [(row.details["owner"], row.done_at is None) for row in rows]


def rounds(world: World, seconds: float) -> None:
    """Let the clock go on, a round at a time."""
    for _ in range(int(seconds // ROUND_S)):
        world.clock.at += ROUND_S
        world.centre.watch_cabinets()


def test_silence_is_known_within_two_minutes_and_told_once(
    world: World, cabinet: FakeCabinet
) -> None:
    cabinet.news()
    phone.at_the_desk(world, role=Role.TECHNICIAN)
    rounds(world, 60)
    assert rings(world) == []
    rounds(world, 60)
    assert rings(world) == [(health.OFFLINE, True)]
    rounds(world, 3600)
    assert (rings(world), tickets(world)) == ([(health.OFFLINE, True)], [("值班员", True)])
    page = phone.at_the_desk(world, role=Role.TECHNICIAN).get("/staff/cabinets").text
    assert "柜子没有声音" in page


def test_one_all_clear_when_it_is_back_and_a_new_silence_rings_anew(
    world: World, cabinet: FakeCabinet
) -> None:
    phone.at_the_desk(world)
    rounds(world, 150)
    cabinet.log_in()
    cabinet.news()
    rounds(world, 15)
    assert (rings(world), tickets(world)) == ([(health.OFFLINE, False)], [("值班员", False)])
    rounds(world, 150)
    assert [is_open for _, is_open in rings(world)] == [False, True]


def test_after_an_absence_of_the_centres_own_a_cabinet_has_a_round_to_speak(
    world: World, cabinet: FakeCabinet
) -> None:
    rounds(world, 15)
    world.clock.at += 3600
    world.centre.watch_cabinets()
    assert rings(world) == []
    cabinet.log_in()
    cabinet.news()
    rounds(world, 15)
    assert rings(world) == []
    world.clock.at += 3600
    rounds(world, 30)
    assert rings(world) == [(health.OFFLINE, True)]


def test_a_revoked_cabinet_and_one_that_never_came_ring_nothing(
    world: World, cabinet: FakeCabinet
) -> None:
    with world.centre.database.writing() as session:
        place = enrolment.Place("9", "润园社区", "西门", "0311-00000000")
        enrolment.create_cabinet(session, place, now=world.clock.at)
        enrolment.revoke(session, cabinet.id, now=world.clock.at)
    rounds(world, 600)
    assert rings(world) == []


def test_the_ticket_is_shown_with_its_owner(world: World, cabinet: FakeCabinet) -> None:
    phone.at_the_desk(world)
    rounds(world, 150)
    page = phone.at_the_desk(world).get("/staff").text
    assert "值班员" in page.split('data-testid="owner">')[1][:10]
    with world.centre.database.reading() as session:
        assert [task.kind for task in alarm.open_tasks(session)] == [health.TICKET]


def test_a_part_that_does_not_work_is_named_in_words(world: World, cabinet: FakeCabinet) -> None:
    cabinet.say(*(told.ServiceChanged(part, ok=False) for part in ("card_reader", "clock")))
    page = phone.at_the_desk(world).get("/staff/cabinets").text
    for words in ("读卡器不工作", "时钟不工作"):
        assert words in page


def monitored(world: World) -> tuple[int, str]:
    answer = world.app.get("/healthz")
    return answer.status_code, answer.text


def all_duties(world: World, *, later_s: float) -> None:
    world.clock.at += later_s
    for duty in world.centre.duties.values():
        do(duty)


def test_a_provider_that_hangs_holds_up_neither_the_start_nor_the_watch(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs, watched_meanwhile = threading.Event(), threading.Event()

    def hang(_: Centre) -> None:
        hangs.set()
        assert watched_meanwhile.wait(60)

    def watch(_: Centre) -> None:
        if hangs.is_set():
            watched_meanwhile.set()

    monkeypatch.setattr(app, "ROUND_S", 0.01)
    monkeypatch.setattr(Centre, "deliver_notices", hang)
    monkeypatch.setattr(Centre, "watch_cabinets", watch)
    with TestClient(make_app(world.centre)):
        assert watched_meanwhile.wait(60)


@pytest.mark.logs_may_warn("failed and is tried again")
def test_a_disk_that_takes_nothing_is_seen_by_who_watches_the_centre(world: World) -> None:
    engine = world.centre.database.engine
    full = "CREATE TRIGGER full BEFORE UPDATE ON chore BEGIN SELECT RAISE(ABORT, 'full'); END"
    assert monitored(world) == (200, "ok"), "it has just begun"
    all_duties(world, later_s=chore.LATE_S)
    assert monitored(world) == (200, "ok")
    with engine.begin() as connection:
        connection.exec_driver_sql(full)
    for _ in range(4):
        all_duties(world, later_s=ROUND_S)
    assert monitored(world) == (200, "ok"), "a minute late is not late"
    all_duties(world, later_s=ROUND_S + 1)
    assert monitored(world) == (503, "late: health, notices")
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER full")
    all_duties(world, later_s=0)
    assert monitored(world) == (200, "ok")


def test_a_duty_that_has_begun_is_done_before_the_database_is_closed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, done = threading.Event(), threading.Event()

    def slow() -> None:
        began.set()
        assert world.centre.ending.wait(60), "it is told that it is to end"
        time.sleep(0.2)
        done.set()

    monkeypatch.setattr(app, "ROUND_S", 0)
    monkeypatch.setattr(Centre, "duties", {"slow": slow})
    with TestClient(make_app(world.centre)):
        assert began.wait(20)
    assert done.is_set()


def test_what_nobody_ever_did_is_late_a_minute_after_the_start(world: World) -> None:
    with world.centre.database.reading() as session:
        late = [chore.late(session, ["never"], since=0.0, now=now) for now in (59.0, 60.0)]
    assert late == [[], ["never"]]


def test_a_clock_that_was_wrong_once_puts_no_duty_off(world: World) -> None:
    usual = world.clock.at
    all_duties(world, later_s=400 * DAY_S)
    with world.centre.database.writing() as session:
        session.add(Tries(key="sign-in-from:10.0.0.1", began_at=usual - 2 * DAY_S, count=1))
    world.clock.at = usual
    all_duties(world, later_s=0)
    with world.centre.database.reading() as session:
        assert session.exec(select(Tries)).all() == []
        assert chore.late(session, list(world.centre.duties), since=0, now=usual + 76) != []


@pytest.mark.logs_may_warn("let_go failed")
def test_an_erasure_that_fails_is_told_until_it_is_done(world: World) -> None:
    an_erasure_fails(world, world)


def an_erasure_fails(world: World, other: World) -> None:
    """Let the ledger refuse a proof to one worker, and the other do it when the disk is mended."""
    person, ledger = admitted(world), world.centre.ledger.path
    ledger.mkdir()
    all_duties(world, later_s=91 * DAY_S)
    other.clock.at = world.clock.at
    all_duties(other, later_s=chore.LATE_S + 1)
    assert opened(world, person) is not None
    world.clock.at = other.clock.at
    assert (monitored(world), monitored(other)) == ((503, "late: retention"),) * 2
    ledger.rmdir()
    all_duties(other, later_s=AGAIN_S - chore.LATE_S - 2)
    assert monitored(other) == (503, "late: retention"), "it is not begun again and again"
    all_duties(other, later_s=1)
    assert opened(world, person) is None
    world.clock.at = other.clock.at
    assert monitored(world) == monitored(other) == (200, "ok")
