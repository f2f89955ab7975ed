"""A person's own card: bound at the desk as hashes, told to cabinets, gone when it is to go."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from central.operation import card, consent, erasure, grant, matter, resident, retention
from central.record.cabinet import Cabinet
from central.record.case import Grant, Matter, Task
from central.record.people import Audit
from central.record.privacy import Card
from locker.contract import event as told
from locker.contract.digest import card_at, card_digest, card_lookup
from locker.contract.vocabulary import CredentialKind, Purpose
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import BADGE_KEY, CODE_SALT, FakeCabinet, b64
from tests.unit.central.test_erasure import DAY_S
from tests.unit.central.test_grant import loaded

TYPED, NUMBER, DIGITS = "0078754499", "04B1B2C3", "4711"


def bind(
    desk: TestClient, url: str, *, digits: str = DIGITS, again: str = DIGITS, typed: str = TYPED,
    second: str = TYPED,
) -> Any:  # fmt: skip
    """Tap, type the digits twice and tap again; give the last answer."""
    page = f"/staff{url}/card"
    sealed = tap(desk, url, typed).context["sealed"]
    return phone.send(
        desk, page, f"{page}/bind", sealed=sealed, digits=digits, digits_again=again, card=second
    )


def tap(desk: TestClient, url: str, typed: str = TYPED) -> Any:
    return phone.send(desk, f"/staff{url}/card", f"/staff{url}/card", card=typed)


@pytest.fixture
def reader(cabinet: FakeCabinet) -> FakeCabinet:
    """A cabinet that says that it reads cards."""
    cabinet.post(reads_cards=True)
    return cabinet


def cards_here(digits: str = DIGITS) -> dict[str, str]:
    """What the cabinet of the tests makes of this card and these digits."""
    slow = {"card_lookup": card_lookup(NUMBER), "card_digest": card_digest(NUMBER, digits)}
    return {name: card_at(value, badge_key=BADGE_KEY) for name, value in slow.items()}


def told_of(cabinet: FakeCabinet) -> dict[str, Any]:
    news = cabinet.grants()["collect"]
    return {name: news[name] for name in ("card_lookup", "card_digest")}


def test_what_is_bound_opens_what_waits_and_binding_again_takes_its_place(
    world: World, reader: FakeCabinet
) -> None:
    _, url = loaded(world, reader)
    desk = phone.at_the_desk(world)
    before = reader.grants()["collect"]
    assert before["card_digest"] is None
    with world.centre.database.writing() as session:  # enrolled before keys were sealed
        old = session.get_one(Cabinet, reader.id)
        old.sealed_salt, old.sealed_key = "", ""
        old.code_salt, old.badge_key = b64(CODE_SALT), b64(BADGE_KEY)
    assert bind(desk, url).status_code == 303
    assert told_of(reader) == cards_here()
    with world.centre.database.reading() as session:
        kept = session.get_one(Cabinet, reader.id)
        assert kept.code_salt == "", "with it, codes could be"
        assert kept.badge_key == "", "with it, cards could be tried out on what the rows hold"
        assert b64(BADGE_KEY) not in str(kept)
    assert reader.grants()["collect"]["issued_at"] > before["issued_at"]
    page = desk.get(f"/staff{url}/card").text
    assert "登记了一张卡" in page
    assert "还没有用过" in page
    assert bind(desk, url, digits="5926", again="5926").status_code == 303
    assert told_of(reader) == cards_here("5926")
    with world.centre.database.reading() as session:
        assert len(session.exec(select(Card)).all()) == 1


def test_neither_number_nor_digits_are_kept_or_on_any_page(
    world: World, reader: FakeCabinet
) -> None:
    browser, url = loaded(world, reader)
    desk = phone.at_the_desk(world)
    step = tap(desk, url)
    assert bind(desk, url).status_code == 303
    pages = [step.text, desk.get(f"/staff{url}/card").text, browser.get("/data/export.json").text]
    with world.centre.database.reading() as session:
        held = [str(session.exec(select(Card)).one()), str(session.exec(select(Audit)).all())]
        held.append(str(session.exec(select(Grant)).all()))
    for text in pages + held:
        for secret in (TYPED, NUMBER, card_lookup(NUMBER), card_digest(NUMBER, DIGITS)):
            assert secret not in text
    notes = browser.get("/data/export.json").json()["who_looked"]
    assert ("card_bound", ["card"]) in [(row["act"], row["fields"]) for row in notes]


REFUSED: tuple[tuple[dict[str, str], str], ...] = (
    ({"digits": "1234", "again": "1234"}, "太好猜"),
    ({"digits": "8000", "again": "8000"}, "最后四位"),
    ({"digits": "471", "again": "471"}, "四位数字"),
    ({"again": "4712"}, "两次不一样"),
    ({"second": "0078754500"}, "两次读到的卡号不一样"),
)


def test_what_a_finder_would_guess_and_what_differs_is_refused(
    world: World, reader: FakeCabinet
) -> None:
    url, desk = phone.choose(phone.bound(world, reader)), phone.at_the_desk(world)
    for changes, word in REFUSED:
        refused = bind(desk, url, **changes)
        assert (refused.status_code, word in refused.text) == (422, True), word
    refused = tap(desk, url, "12345678")
    assert (refused.status_code, "不是读卡器" in refused.text) == (422, True)
    with world.centre.database.reading() as session:
        assert session.exec(select(Card)).all() == []


def test_the_end_of_ones_id_number_is_no_good_and_binding_again_begins_the_year_anew(
    world: World, reader: FakeCabinet
) -> None:
    keys, now, hashed = world.centre.keys, world.clock.at, card.Hashed("l" * 64, "d" * 64)
    details = resident.Details("王秀兰", "+8613800138000", "3 号楼", id_number="E9871357")
    with world.centre.database.writing() as session:
        who = resident.admit(
            session,
            details,
            consent.present("zh_CN"),
            language="zh_CN",
            how="phone",
            keys=keys,
            now=now,
        )
        for digits, said in (("1357", card.Objection.KNOWN), (DIGITS, None)):
            found = card.bind(session, who, hashed, digits, staff="", keys=keys, now=now)
            assert found is said
        bound = session.get_one(Card, who)
        bound.used_at = now
        card.bind(session, who, hashed, DIGITS, staff="", keys=keys, now=now)
        assert bound.used_at is None, "the year begins anew"


@pytest.mark.parametrize(
    ("digits", "trivial"),
    [("0000", True), ("1234", True), ("9876", True), ("8901", True), ("1212", True)]
    + [(digits, False) for digits in ("4711", "1357", "1221", "0314")],
)
def test_trivial_is_what_a_finder_tries_first(digits: str, *, trivial: bool) -> None:
    assert card.is_trivial(digits) is trivial


def test_a_form_of_another_matter_or_too_old_binds_nothing(
    world: World, reader: FakeCabinet
) -> None:
    url, desk = phone.choose(phone.bound(world, reader)), phone.at_the_desk(world)
    page, sealed = f"/staff{url}/card", tap(desk, url).context["sealed"]
    fields = {"digits": DIGITS, "digits_again": DIGITS, "card": TYPED}
    assert phone.send(desk, page, f"{page}/bind", sealed="x", **fields).status_code == 410
    world.clock.at += 601
    late = phone.send(desk, page, f"{page}/bind", sealed=sealed, **fields)
    assert (late.status_code, "请从头再刷一次" in late.text) == (410, True)


def test_one_card_is_one_persons(world: World, reader: FakeCabinet) -> None:
    url = phone.choose(phone.bound(world, reader))
    other = phone.choose(phone.bound(world, reader, phone="13900139000"))
    desk = phone.at_the_desk(world)
    assert bind(desk, url).status_code == 303
    refused = bind(desk, other)
    assert (refused.status_code, "登记给别人" in refused.text) == (422, True)


def test_who_lost_the_card_lets_it_open_nothing_any_more(world: World, reader: FakeCabinet) -> None:
    browser, url = loaded(world, reader)
    bind(phone.at_the_desk(world), url)
    assert "在社区窗口登记了一张卡" in browser.get("/data").text
    assert phone.send(browser, "/data", "/data/card").status_code == 303
    assert told_of(reader) == {"card_lookup": None, "card_digest": None}
    assert "在社区窗口登记了一张卡" not in browser.get("/data").text
    assert "停用了登记的卡" in browser.get("/data/looks").text


def test_a_use_is_noted_and_five_wrong_are_told_to_staff_who_free_the_card(
    world: World, reader: FakeCabinet
) -> None:
    browser, url = loaded(world, reader)
    desk = phone.at_the_desk(world)
    bind(desk, url)
    waits = reader.grants()["collect"]
    for count in range(1, 6):
        reader.say(told.DigitsCounted("c" * 16, count, 740_000, waits["grant"]))
    assert "输错五次" in desk.get("/staff").text
    page = f"/staff{url}/card"
    freed = phone.send(desk, page, f"{page}/free")
    assert (freed.status_code, 'id="freed"' in desk.get(page).text) == (303, False)
    assert 'id="freed"' in desk.get(freed.headers["location"]).text
    assert "输错五次" not in desk.get("/staff").text
    assert reader.grants()["collect"]["issued_at"] > waits["issued_at"]
    opened = told.VisitOpened(
        "v9-1", waits["grant"], Purpose.COLLECT, waits["consignment"], 3, CredentialKind.CARD
    )
    reader.say(opened)
    assert "最近一次用" in browser.get("/data").text
    assert phone.send(desk, page, f"{page}/forget").status_code == 303
    assert phone.send(desk, page, f"{page}/forget").status_code == 409
    assert told_of(reader) == {"card_lookup": None, "card_digest": None}


def test_wrong_digits_for_no_known_card_are_nobodys(world: World, reader: FakeCabinet) -> None:
    reader.say(told.DigitsCounted("c" * 16, 5, 740_000, None))
    with world.centre.database.reading() as session:
        assert session.exec(select(Task)).all() == []


def test_a_code_that_rests_is_told_to_staff_until_it_is_withdrawn(
    world: World, reader: FakeCabinet
) -> None:
    loaded(world, reader)
    desk = phone.at_the_desk(world)
    waits = reader.grants()["collect"]["grant"]
    reader.say(told.DigitsCounted(waits, 5, 740_000, waits))
    page = desk.get("/staff").text
    assert "后四位今天输错五次" in page
    assert "卡今天输错五次" not in page
    with world.centre.database.writing() as session:
        given = session.get_one(Grant, waits)
        given.last_four = "phone"
        grant.revoke(session, given, reason="replaced", now=world.clock.at)
    assert "后四位今天输错五次" not in desk.get("/staff").text


def test_a_code_that_rests_is_free_once_what_waits_is_issued_anew(
    world: World, reader: FakeCabinet
) -> None:
    _, url = loaded(world, reader)
    desk, given = phone.at_the_desk(world), reader.grants()["collect"]
    reader.say(told.DigitsCounted(given["grant"], 5, 740_000, given["grant"]))
    assert bind(desk, url).status_code == 303
    assert "后四位今天输错五次" not in desk.get("/staff").text


def test_a_code_that_rests_is_nobodys_work_once_its_papers_are_collected(
    world: World, reader: FakeCabinet
) -> None:
    loaded(world, reader)
    desk, given = phone.at_the_desk(world), reader.grants()["collect"]
    reader.say(told.DigitsCounted(given["grant"], 5, 740_000, given["grant"]))
    assert "后四位今天输错五次" in desk.get("/staff").text
    reader.visit(given, "collected")
    assert "后四位今天输错五次" not in desk.get("/staff").text


def test_what_comes_later_carries_the_card_and_a_delegates_grant_does_not(
    world: World, reader: FakeCabinet
) -> None:
    _, url = loaded(world, reader)
    bind(phone.at_the_desk(world), url)
    with world.centre.database.writing() as session:
        case = session.exec(select(Matter)).one()
        packed = matter.outbound(session, case.id)
        assert packed is not None
        own, others = (
            grant.make_collection(
                session, packed, case, keys=world.centre.keys, now=world.clock.at, delegate=whose
            )
            for whose in ("", "d1")
        )
        session.flush()
        for tells_anew in (False, True):
            if tells_anew:
                card.tell(session, case.resident, keys=world.centre.keys, now=world.clock.at)
                here = session.get_one(Cabinet, reader.id)
                grant.issue_anew(session, here, keys=world.centre.keys, now=world.clock.at)
            assert (own.card_lookup, own.card_digest) == tuple(cards_here().values())
            assert (others.card_lookup, others.card_digest) == ("", "")


def test_a_cabinet_with_a_wrong_clock_takes_no_card_away_and_another_cabinet_moves_no_timer(
    world: World, reader: FakeCabinet
) -> None:
    _, url = loaded(world, reader)
    bind(phone.at_the_desk(world), url)
    waits, centre = reader.grants()["collect"], world.centre
    opened = told.VisitOpened(
        "v9-1", waits["grant"], Purpose.COLLECT, waits["consignment"], 3, CredentialKind.CARD
    )
    elsewhere = world.enrolled_cabinet("8")
    elsewhere.say(opened)
    reader.now = 0.0
    with centre.database.writing() as session:
        assert session.exec(select(Card.used_at)).one() is None
    reader.say(opened)
    with centre.database.writing() as session:
        assert session.exec(select(Card.used_at)).one() == world.clock.at
        retention.run(session, keys=centre.keys, ledger=centre.ledger, now=world.clock.at)
        assert len(session.exec(select(Card)).all()) == 1


def test_a_card_goes_after_a_year_without_use(world: World, reader: FakeCabinet) -> None:
    _, url = loaded(world, reader)
    desk, centre = phone.at_the_desk(world), world.centre
    bind(desk, url)
    with centre.database.writing() as session:
        later = world.clock.at + 366 * DAY_S
        assert retention.run(session, keys=centre.keys, ledger=centre.ledger, now=later).counts[
            "card"
        ]
        assert session.exec(select(Card)).all() == []
        assert {row.card_digest for row in session.exec(select(Grant))} == {""}
        assert session.exec(select(Audit.act)).all()[-1] == "card_expired"


def test_a_card_goes_with_its_person(world: World, reader: FakeCabinet) -> None:
    _, url = loaded(world, reader)
    bind(phone.at_the_desk(world), url)
    with world.centre.database.writing() as session:
        whose = session.exec(select(Card.resident)).one()
        erasure.destroy(session, [whose])
        assert session.exec(select(Card)).all() == []
        assert {row.card_digest for row in session.exec(select(Grant))} == {""}


def test_where_no_cabinet_reads_cards_none_is_offered(world: World, cabinet: FakeCabinet) -> None:
    url = phone.choose(phone.bound(world, cabinet))
    desk = phone.at_the_desk(world)
    assert f"/staff{url}/card" not in desk.get(f"/staff{url}").text
    assert "还没有柜子装读卡器" in desk.get(f"/staff{url}/card").text
    cabinet.post(reads_cards=True)
    assert f"/staff{url}/card" in desk.get(f"/staff{url}").text
    with world.centre.database.writing() as session:
        session.get_one(Cabinet, cabinet.id).revoked_at = world.clock.at
    assert f"/staff{url}/card" not in desk.get(f"/staff{url}").text, "it reads none here any more"
