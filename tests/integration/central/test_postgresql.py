"""The same centre on PostgreSQL: the story, the hostile events, the counter, several workers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from central import migration
from central.database import Database
from central.operation import (
    assistance,
    card,
    consent,
    dispatch,
    enrolment,
    limit,
    resident,
    staff,
    wechat_identity,
)
from central.operation.recognition import Newcomer
from central.operation.role import Role
from central.provider.answer import Answer, Outcome
from central.record.case import Matter
from central.record.people import Notice, Resident, Staff
from locker.contract.failure import Failure
from tests.unit.central import phone
from tests.unit.central.conftest import World, make_world
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_cabinet_api import (
    tell,
    test_news_come_in_order_under_the_cabinets_own_counter,
    test_nobody_waits_longer_than_asked,
    test_old_news_are_dropped_and_who_missed_them_gets_a_snapshot,
    test_writers_at_once_never_lose_a_number,
)
from tests.unit.central.test_console_pages import papers_received
from tests.unit.central.test_dispatch import press
from tests.unit.central.test_erasure import (
    test_a_code_goes_a_day_after_its_papers,
    test_nothing_personal_is_left_and_the_proof_says_what_went,
    test_one_worker_does_a_chore_until_it_is_due_again,
    test_papers_with_us_hold_the_erasing_until_they_are_back,
    test_what_went_lately_is_counted_for_everybody,
)
from tests.unit.central.test_figure import (
    desk,
    test_every_bar_is_the_length_of_the_list_that_it_opens,
)
from tests.unit.central.test_grant import (
    loaded,
    test_a_cabinet_enrolled_anew_gets_its_live_grants_anew,
    test_a_load_not_seen_shut_or_not_confirmed_tells_nobody_until_staff_looked,
)
from tests.unit.central.test_health import an_erasure_fails
from tests.unit.central.test_intake import (
    test_a_gap_is_flagged_and_what_fills_it_later_is_no_fork,
    test_doors_are_kept_as_they_were_last_seen,
    test_hostile_values_are_kept_and_do_not_block,
    test_the_same_place_with_another_hash_is_a_fork_and_both_are_kept,
    test_unknown_and_invalid_kinds_are_kept_raw_and_flagged,
    test_what_our_books_cannot_follow_does_not_block,
)
from tests.unit.central.test_migration import (
    test_digests_in_events_of_before_go_and_the_rest_stays,
    test_the_schema_is_the_models,
)
from tests.unit.central.test_notice import deliver, pass_time, states
from tests.unit.central.test_recall import (
    test_residents_of_a_nearly_full_cabinet_are_nudged_once,
    test_what_is_not_collected_is_recalled_when_its_code_is_over_outages_added,
)
from tests.unit.central.test_story import test_a_matter_goes_from_the_scan_to_the_rating
from tests.unit.central.test_turn import test_the_second_phone_waits_until_the_first_is_done

__all__ = [
    "desk",
    "test_a_cabinet_enrolled_anew_gets_its_live_grants_anew",
    "test_a_code_goes_a_day_after_its_papers",
    "test_a_gap_is_flagged_and_what_fills_it_later_is_no_fork",
    "test_a_load_not_seen_shut_or_not_confirmed_tells_nobody_until_staff_looked",
    "test_a_matter_goes_from_the_scan_to_the_rating",
    "test_digests_in_events_of_before_go_and_the_rest_stays",
    "test_doors_are_kept_as_they_were_last_seen",
    "test_every_bar_is_the_length_of_the_list_that_it_opens",
    "test_hostile_values_are_kept_and_do_not_block",
    "test_news_come_in_order_under_the_cabinets_own_counter",
    "test_nobody_waits_longer_than_asked",
    "test_nothing_personal_is_left_and_the_proof_says_what_went",
    "test_old_news_are_dropped_and_who_missed_them_gets_a_snapshot",
    "test_one_worker_does_a_chore_until_it_is_due_again",
    "test_papers_with_us_hold_the_erasing_until_they_are_back",
    "test_residents_of_a_nearly_full_cabinet_are_nudged_once",
    "test_the_same_place_with_another_hash_is_a_fork_and_both_are_kept",
    "test_the_schema_is_the_models",
    "test_the_second_phone_waits_until_the_first_is_done",
    "test_unknown_and_invalid_kinds_are_kept_raw_and_flagged",
    "test_what_is_not_collected_is_recalled_when_its_code_is_over_outages_added",
    "test_what_our_books_cannot_follow_does_not_block",
    "test_what_went_lately_is_counted_for_everybody",
    "test_writers_at_once_never_lose_a_number",
]


Write = Callable[[Session, str], object]


@pytest.fixture
def cabinet(world: World) -> FakeCabinet:
    """A cabinet that is enrolled and logged in."""
    return world.enrolled_cabinet()


@pytest.fixture
def fresh(postgresql_url: str) -> Iterator[Database]:
    """A database with nothing in it."""
    database = Database(postgresql_url)
    yield database
    database.close()


@pytest.fixture
def other_worker(world: World, tmp_path: Path) -> Iterator[World]:
    """A second worker on the same database, with an event loop of its own."""
    yield from make_world(world.centre.settings.database_url, tmp_path)


def test_two_that_start_together_migrate_one_after_the_other(postgresql_url: str) -> None:
    failed: list[BaseException] = []

    def start() -> None:
        database = Database(postgresql_url)
        try:
            migration.upgrade(database)
        except BaseException as error:  # noqa: BLE001
            failed.append(error)
        finally:
            database.close()

    starters = [threading.Thread(target=start) for _ in range(2)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert failed == []


def test_news_written_by_one_worker_wake_a_cabinet_that_waits_at_another(
    world: World, other_worker: World, cabinet: FakeCabinet
) -> None:
    start = cabinet.news().n
    found = []
    waiting = threading.Thread(target=lambda: found.append(cabinet.news(start, wait=40)))
    waiting.start()
    while not world.centre.hub._waiting:
        time.sleep(0.005)
    tell(other_worker, cabinet, "shiliu")
    waiting.join(timeout=30)
    assert [item.item["word"] for item in found[0].items] == ["shiliu"]


def test_a_page_and_events_at_once_wait_for_each_other_and_never_fail(
    world: World, cabinet: FakeCabinet
) -> None:
    from locker.contract import event as told

    cabinet.news()
    browser = phone.bound(world, cabinet)
    url = phone.choose(browser)
    token = phone.token_of(browser.get(url))
    answers: list[int] = []

    def press() -> None:
        for _ in range(15):
            answer = browser.post(f"{url}/ask", data={"csrf_token": token})
            answers.append(answer.status_code)
            answers.append(browser.get(url).status_code)

    pressing = threading.Thread(target=press)
    pressing.start()
    for number in range(30):
        cabinet.say(told.HelpCalled(f"page{number}"))
    pressing.join()
    assert set(answers) == {303, 200}


def test_two_at_once_make_one_card_and_one_wechat_one_residents(
    world: World, cabinet: FakeCabinet
) -> None:
    hashed, keys, now = card.Hashed("l" * 64, "d" * 64), world.centre.keys, world.clock.at
    for browser_of in ("13800138000", "13900139000"):
        phone.bound(world, cabinet, phone=browser_of)
    with world.centre.database.reading() as session:
        first, second = session.exec(select(Resident.id)).all()

    def bind(session: Session, who: str) -> object:
        return card.bind(session, who, hashed, "4711", staff="", keys=keys, now=now)

    def keep(session: Session, who: str) -> object:
        return wechat_identity.keep(session, who, "openid-1", keys=keys, now=now)

    assert second_of(world, first, second, bind) is card.Objection.TAKEN
    assert second_of(world, first, second, keep) is Failure.WECHAT_TAKEN
    with world.centre.database.writing() as session:
        assert card.forget(session, first, keys=keys, now=now)
    assert second_of(world, first, first, bind) is None, "both bind the same to the same person"


def test_two_first_tries_at_once_are_two_tries(world: World) -> None:
    def attempt(session: Session, who: str) -> object:
        within = limit.allow(session, who, limit=1, window_s=300, now=world.clock.at)
        return None if within else "refused"

    assert second_of(world, "sign-in:zhiban", "sign-in:zhiban", attempt) == "refused"


def test_two_who_take_each_others_role_at_once_leave_one_who_makes_accounts(world: World) -> None:
    with world.centre.database.writing() as session:
        for who in ("first", "second"):
            session.add(Staff(id=who, login=who, name=who, password="none", created_at=1.0))

    def take_from_other(session: Session, who: str) -> object:
        other = session.get_one(Staff, "second" if who == "first" else "first")
        return staff.give_role(session, other, Role.STEWARD, by=who, now=world.clock.at)

    assert second_of(world, "first", "second", take_from_other) is Failure.NOT_YOUR_DUTY


def test_two_workers_at_once_send_a_notice_once_and_ask_for_its_receipt_once(
    world: World, cabinet: FakeCabinet
) -> None:
    channel = world.channel
    channel.answers = [Answer(Outcome.LATER), Answer(Outcome.UNKNOWN)]
    channel.receipts = [Answer(Outcome.ACCEPTED)]
    loaded(world, cabinet)
    for seconds, receipts in ((6, 1), (61, 0)):
        pass_time(world, cabinet, seconds)
        workers = [threading.Thread(target=deliver, args=[world]) for _ in range(2)]
        with world.centre.database.writing() as session:
            session.exec(select(Notice).with_for_update()).all()
            for worker in workers:
                worker.start()
            until_waiting(world, *workers)
        for worker in workers:
            worker.join(timeout=30)
        assert (len(channel.sent), len(channel.receipts)) == (2, receipts)
    assert states(world) == ["sent"]


def test_two_clerks_at_once_take_in_a_new_person_once(world: World, cabinet: FakeCabinet) -> None:
    details = resident.Details("王秀兰", "+8613800138000", "3 号楼")
    asked = assistance.Asked(
        "residence_proof", cabinet.id, assistance.Way.DESK, "", consent.present("zh_CN")
    )

    def open_for(session: Session, who: str) -> object:
        case = assistance.open_for(
            session, Newcomer(details), asked, keys=world.centre.keys, staff=who, now=1.0
        )
        return "asks again" if case is None else None

    assert second_of(world, "first", "second", open_for) == "asks again"
    with world.centre.database.reading() as session:
        assert len(session.exec(select(Resident)).all()) == 1


def test_what_somebody_takes_on_just_now_is_theirs_and_not_the_seconds(
    world: World, cabinet: FakeCabinet
) -> None:
    desk, url = phone.at_the_desk(world), papers_received(world, cabinet)
    answers: list[int] = []
    second = threading.Thread(
        target=lambda: answers.append(press(desk, world, f"/staff{url}/take-on"))
    )
    with world.centre.database.writing() as session:
        case = session.get_one(Matter, url.removeprefix("/m/"), with_for_update=True)
        assert dispatch.take_on(session, case, staff="first", now=1.0) is None
        second.start()
        until_waiting(world, second)
    second.join(timeout=30)
    assert answers == [409]


@pytest.mark.logs_may_warn("let_go failed")
def test_an_erasure_that_fails_is_told_by_every_worker_until_one_does_it(
    world: World, other_worker: World
) -> None:
    an_erasure_fails(world, other_worker)


def test_what_no_column_holds_is_refused_to_a_cabinet_by_its_code(
    world: World, cabinet: FakeCabinet
) -> None:
    answer = world.app.get(f"/v1/news?after={2**31}", headers=cabinet.headers)
    assert (answer.status_code, answer.json()["failure"]) == (422, Failure.FORM_INVALID)
    with world.centre.database.writing() as session:
        code = enrolment.new_code(session, cabinet.id, now=world.clock.at)
    with pytest.raises(AssertionError, match=Failure.FORM_INVALID):
        cabinet.enrol(code, software="\0")


def second_of(world: World, first: str, second: str, write: Write) -> object:
    """Let the second write while the first has not committed; give the second's answer."""
    answers: list[object] = []

    def other() -> None:
        with world.centre.database.writing() as session:
            answers.append(write(session, second))

    waiting = threading.Thread(target=other)
    with world.centre.database.writing() as session:
        assert write(session, first) is None
        session.flush()
        waiting.start()
        until_waiting(world, waiting)
    waiting.join(timeout=30)
    (answer,) = answers
    return answer


def until_waiting(world: World, *others: threading.Thread) -> None:
    """Wait until all of them wait for what this one has locked, or have done it."""
    locks = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with world.centre.database.reading() as looking:
            if looking.execute(locks).scalar_one() >= sum(one.is_alive() for one in others):
                return
        time.sleep(0.01)
