"""The cabinet API: who gets in, what the news say, and what is refused how."""

from __future__ import annotations

import threading
import time

import pytest

from central.operation import enrolment, grant, news
from central.operation import staff as staff_members
from central.record.case import Grant
from central.record.people import Staff
from locker.contract import event as told
from locker.contract.centre import PhoneNews
from locker.contract.digest import badge_digest, badge_lookup
from locker.contract.vocabulary import Purpose
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import BADGE_KEY, FakeCabinet, b64


def tell(world: World, cabinet: FakeCabinet, word: str) -> int:
    with world.centre.database.writing() as session:
        return news.put(
            session, cabinet.id, PhoneNews(word=word, at=world.clock.at), now=world.clock.at,
            life_s=60,
        )  # fmt: skip


def test_an_enrolment_code_works_once(world: World, cabinet: FakeCabinet) -> None:
    with world.centre.database.writing() as session:
        code = enrolment.new_code(session, cabinet.id, now=world.clock.at)
    cabinet.enrol(code)
    with pytest.raises(AssertionError, match="BBG-508"):
        cabinet.enrol(code)


def test_an_enrolment_code_ends_after_a_day(world: World, cabinet: FakeCabinet) -> None:
    with world.centre.database.writing() as session:
        code = enrolment.new_code(session, cabinet.id, now=world.clock.at)
    world.clock.at += enrolment.CODE_LIFE_S + 1
    with pytest.raises(AssertionError, match="BBG-508"):
        cabinet.enrol(code)


def test_guessing_enrolment_codes_is_slowed(world: World, cabinet: FakeCabinet) -> None:
    said = []
    for _ in range(12):
        with pytest.raises(AssertionError) as error:
            cabinet.enrol("WRONGWRONGWR")
        said.append("BBG-509" in str(error.value))
    assert (said[0], said[-1]) == (False, True)


def test_enrolling_anew_ends_the_sessions_of_before(world: World, cabinet: FakeCabinet) -> None:
    with world.centre.database.writing() as session:
        code = enrolment.new_code(session, cabinet.id, now=world.clock.at)
    cabinet.enrol(code)
    assert world.app.get("/v1/news", headers=cabinet.headers).status_code == 401


def test_a_nonce_is_good_for_one_login_and_one_minute(world: World, cabinet: FakeCabinet) -> None:
    from locker.contract.credential import login_message

    def log_in(nonce: str) -> int:
        signature = b64(cabinet.login.sign(login_message(cabinet.id, nonce)))
        ask = {"cabinet": cabinet.id, "nonce": nonce, "signature": signature}
        return int(world.app.post("/v1/login/sessions", json=ask).status_code)

    nonce = world.app.post("/v1/login/nonces", json={"cabinet": cabinet.id}).json()["nonce"]
    assert log_in(f"{nonce}\0") == 422, "no column of PostgreSQL holds this"
    assert log_in(nonce) == 200
    assert log_in(nonce) == 401
    late = world.app.post("/v1/login/nonces", json={"cabinet": cabinet.id}).json()["nonce"]
    world.clock.at += 61
    assert log_in(late) == 401


def test_another_key_does_not_log_in(world: World, cabinet: FakeCabinet) -> None:
    other = world.enrolled_cabinet("8")
    other.id = cabinet.id
    with pytest.raises(AssertionError, match="BBG-508"):
        other.log_in()


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic x", "Bearer \xff"])
def test_without_a_session_nothing_opens(world: World, cabinet: FakeCabinet, header: str) -> None:
    headers = {b"Authorization": header.encode("latin-1")}
    assert world.app.get("/v1/news", headers=headers).status_code == 401
    post = {"journal": "j1", "events": []}
    assert world.app.post("/v1/events", json=post, headers=headers).status_code == 401


def test_a_session_ends_after_an_hour(world: World, cabinet: FakeCabinet) -> None:
    world.clock.at += enrolment.SESSION_LIFE_S + 1
    assert world.app.get("/v1/news", headers=cabinet.headers).status_code == 401


def test_a_revoked_cabinet_is_told_to_stop(world: World, cabinet: FakeCabinet) -> None:
    with world.centre.database.writing() as session:
        enrolment.revoke(session, cabinet.id, now=world.clock.at)
    answer = world.app.get("/v1/news", headers=cabinet.headers)
    assert (answer.status_code, answer.json()["failure"]) == (403, "BBG-104")
    assert cabinet.post_raw([]).status_code == 403
    ask = world.app.post("/v1/login/nonces", json={"cabinet": cabinet.id})
    assert ask.status_code == 403


def test_a_malformed_post_is_refused_with_its_places(world: World, cabinet: FakeCabinet) -> None:
    answer = world.app.post(
        "/v1/events", json={"journal": "no blanks here", "events": []}, headers=cabinet.headers
    )
    assert answer.status_code == 422
    assert answer.json() == {"failure": "BBG-505", "detail": "body.journal"}


def test_unknown_fields_are_accepted(world: World, cabinet: FakeCabinet) -> None:
    assert not cabinet.post([], weather="rain").fork


def test_news_come_in_order_under_the_cabinets_own_counter(
    world: World, cabinet: FakeCabinet
) -> None:
    other = world.enrolled_cabinet("8")
    start = cabinet.news().n
    tell(world, cabinet, "shiliu")
    tell(world, other, "lizhi")
    tell(world, cabinet, "putao")
    found = cabinet.news(start)
    assert [(item.n, item.item["word"]) for item in found.items] == [
        (start + 1, "shiliu"),
        (start + 2, "putao"),
    ]
    assert (found.n, found.snapshot, found.centre_time) == (start + 2, False, world.clock.at)
    assert cabinet.news(start + 2).items == ()


@pytest.mark.parametrize("known", [0, 999])
def test_an_unknown_number_gets_everything_anew(
    world: World, cabinet: FakeCabinet, known: int
) -> None:
    tell(world, cabinet, "shiliu")
    found = cabinet.news(known)
    assert found.snapshot
    assert {item.item["item"] for item in found.items} == {"key", "phone"}
    world.clock.at += 61
    assert {item.item["item"] for item in cabinet.news(known).items} == {"key"}


def test_a_snapshot_names_what_was_withdrawn_of_the_grants_that_the_cabinet_gave_itself(
    world: World, cabinet: FakeCabinet
) -> None:
    until = world.clock.at + 14 * 86400
    cabinet.say(told.GrantPut("gw", Purpose.COLLECT, "kw", world.clock.at, until, "cabinet"))
    with world.centre.database.writing() as session:
        grant.revoke(session, session.get_one(Grant, "gw"), reason="moved", now=world.clock.at)
    named = [one.item["grant"] for one in cabinet.news(0).items if one.item["item"] == "revoke"]
    assert named == ["gw"]


def test_old_news_are_dropped_and_who_missed_them_gets_a_snapshot(
    world: World, cabinet: FakeCabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "KEPT_ITEMS", 5)
    monkeypatch.setattr(news, "_PRUNE_EVERY", 1)
    start = cabinet.news().n
    last = [tell(world, cabinet, "shiliu") for _ in range(8)][-1]
    assert cabinet.news(start).snapshot
    assert [item.n for item in cabinet.news(last - 5).items] == list(range(last - 4, last + 1))


def test_a_waiting_cabinet_is_woken_by_news(world: World, cabinet: FakeCabinet) -> None:
    start = cabinet.news().n
    found = []
    waiting = threading.Thread(target=lambda: found.append(cabinet.news(start, wait=20)))
    waiting.start()
    while not world.centre.hub._waiting:
        time.sleep(0.005)
    tell(world, cabinet, "shiliu")
    waiting.join(timeout=20)
    assert [item.item["word"] for item in found[0].items] == ["shiliu"]


def test_nobody_waits_longer_than_asked(world: World, cabinet: FakeCabinet) -> None:
    found = cabinet.news(cabinet.news().n, wait=0.01)
    assert found.items == ()


def test_writers_at_once_never_lose_a_number(world: World, cabinet: FakeCabinet) -> None:
    start = cabinet.news().n

    def write() -> None:
        for _ in range(10):
            tell(world, cabinet, "shiliu")

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [item.n for item in cabinet.news(start).items] == list(range(start + 1, start + 41))


def test_a_badge_reaches_cabinets_enrolled_before_and_after_it(
    world: World, cabinet: FakeCabinet
) -> None:
    person = world.staff()
    with world.centre.database.writing() as session:
        badge = staff_members.issue_badge(
            session, session.get_one(Staff, person), pin="2468", keys=world.centre.keys,
            now=world.clock.at,
        )  # fmt: skip
        assert not isinstance(badge, str)
        secret = staff_members.badge_text(badge, keys=world.centre.keys).removeprefix("BBG:B:")
    later = world.enrolled_cabinet("8")
    for each in (cabinet, later):
        (item,) = [i.item for i in each.news().items if i.item["item"] == "staff"]
        assert item["lookup"] == badge_lookup(secret, badge_key=BADGE_KEY)
        assert item["digest"] == badge_digest(secret, "2468", badge_key=BADGE_KEY)


def test_news_after_a_number_that_no_column_holds_are_refused_by_their_code(
    world: World, cabinet: FakeCabinet
) -> None:
    for after in (2**31, 10**30):
        answer = world.app.get(f"/v1/news?after={after}", headers=cabinet.headers)
        assert (answer.status_code, answer.json()["failure"]) == (422, "BBG-505")


def test_the_api_describes_itself_and_only_itself(world: World) -> None:
    paths = world.app.get("/v1/openapi.json").json()["paths"]
    assert set(paths) == {
        "/enrolments",
        "/login/nonces",
        "/login/sessions",
        "/events",
        "/news",
        "/asks",
        "/bulletin",
    }


def test_a_body_beyond_the_limit_is_refused(world: World, cabinet: FakeCabinet) -> None:
    answer = world.app.post("/bind", content=b"x" * 70_000)
    assert answer.status_code == 413
