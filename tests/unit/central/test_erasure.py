"""Erased is erased: nothing opens any more, the proof is signed, and the timers need no wish."""

from __future__ import annotations

import resource
from collections.abc import Sequence

import pytest
from sqlalchemy import func
from sqlmodel import SQLModel, select

from central.centre import AGAIN_S
from central.ledger import LedgerError
from central.operation import alarm, erasure, matter, retention
from central.operation.erasure import Reason
from central.record.case import Grant, Matter
from central.record.people import Audit, Binding, Resident, Tries
from central.record.privacy import (
    BlindIndex,
    Erasure,
    PersonalValue,
    PersonKey,
    Retention,
    SealedItem,
)
from tests.support.qr_picture import read_svg_qr
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_grant import loaded
from tests.unit.central.test_resident import WANG, admitted, found, opened

PERSONAL: Sequence[type[SQLModel]] = (PersonKey, PersonalValue, BlindIndex, SealedItem)
DAY_S = 86400.0


def ask(world: World, person: str) -> str | None:
    with world.centre.database.writing() as session:
        return erasure.ask(
            session, person, reason=Reason.ASKED, keys=world.centre.keys,
            ledger=world.centre.ledger, now=world.clock.at,
        )  # fmt: skip


def let_go(world: World) -> dict[str, int]:
    with world.centre.database.writing() as session:
        done = retention.run(
            session, keys=world.centre.keys, ledger=world.centre.ledger, now=world.clock.at
        )
    return dict(done.counts)


def rows_of(world: World, person: str) -> list[int]:
    with world.centre.database.reading() as session:
        return [
            session.exec(
                select(func.count()).select_from(table).where(table.resident == person)  # type: ignore[attr-defined]
            ).one()
            for table in PERSONAL
        ]


def only_person(world: World) -> str:
    with world.centre.database.reading() as session:
        return session.exec(select(Resident.id)).one()


def test_nothing_personal_is_left_and_the_proof_says_what_went(world: World) -> None:
    person, other = admitted(world), admitted(world)
    proof = ask(world, person)
    assert rows_of(world, person) == [0, 0, 0, 0]
    assert rows_of(world, other) == [1, 7, 4, 0]
    assert opened(world, person) is None
    assert found(world, "8000") == [other]
    assert proof is not None
    said = world.centre.keys.read_erasure(proof)
    assert said is not None
    assert (said["resident"], said["reason"], said["at"]) == (person, "asked", world.clock.at)
    assert said["destroyed"] == {
        "person_key": 1, "personal_value": 7, "blind_index": 4, "sealed_item": 0,
        "card": 0, "photo": 0, "phone_proof": 0,
        "subscription": 0, "code": 0,
    }  # fmt: skip
    assert world.centre.ledger.proofs() == [proof]
    with world.centre.database.reading() as session:
        assert session.get_one(Erasure, person).proof == proof


def test_a_proof_is_no_grant_and_a_changed_proof_is_none(world: World) -> None:
    proof = ask(world, admitted(world)) or ""
    keys = world.centre.keys
    head, body, signature = proof.split(".")
    assert keys.read_erasure(f"{head}.{body[:-2]}AA.{signature}") is None
    world.centre.ledger.path.write_text(f"{proof}\n{head}.{body}.{signature[:-4]}AAAA\n", "ascii")
    with pytest.raises(LedgerError, match=":2:"):
        world.centre.ledger.read(keys)


def test_papers_with_us_hold_the_erasing_until_they_are_back(
    world: World, cabinet: FakeCabinet
) -> None:
    url = loaded(world, cabinet)[1]
    person = only_person(world)
    assert ask(world, person) is None
    assert opened(world, person) is not None
    with world.centre.database.reading() as session:
        assert [task.kind for task in alarm.open_tasks(session)] == ["give_papers_back"]
    assert let_go(world)["person"] == 0
    cabinet.visit(cabinet.grants()["collect"], "collected")
    with world.centre.database.reading() as session:
        assert not alarm.open_tasks(session), "nobody is asked to give back what is back"
    assert let_go(world)["person"] == 1
    assert opened(world, person) is None
    with world.centre.database.reading() as session:
        assert session.get_one(Matter, url[3:]).state == "collected"
        assert set(session.exec(select(Grant.code))) == {""}
        assert session.exec(select(Binding)).all() == []


def test_the_wish_may_be_taken_back_while_it_waits(world: World, cabinet: FakeCabinet) -> None:
    loaded(world, cabinet)
    person = only_person(world)
    ask(world, person)
    with world.centre.database.writing() as session:
        assert erasure.take_back(session, person, now=world.clock.at)
        assert not erasure.take_back(session, person, now=world.clock.at)
    cabinet.visit(cabinet.grants()["collect"], "collected")
    assert let_go(world)["person"] == 0


def test_a_matter_of_which_nothing_is_with_us_ends_and_its_grant_with_it(
    world: World, cabinet: FakeCabinet
) -> None:
    _, url = phone.asked(world, cabinet)
    assert ask(world, only_person(world)) is not None
    with world.centre.database.reading() as session:
        assert session.get_one(Matter, url[3:]).outcome == "withdrawn"
    assert "deposit" not in cabinet.grants()


def test_a_visit_at_the_door_holds_the_erasing(world: World, cabinet: FakeCabinet) -> None:
    browser = phone.bound(world, cabinet)
    phone.ask(browser, phone.choose(browser))
    cabinet.begin_visit(cabinet.grants()["deposit"])
    assert ask(world, only_person(world)) is None


def test_erasing_twice_gives_the_same_proof(world: World) -> None:
    person = admitted(world)
    assert ask(world, person) == ask(world, person)
    assert len(world.centre.ledger.proofs()) == 1


@pytest.mark.parametrize(("days", "gone"), [(89, 0), (91, 1)])
def test_who_never_began_a_matter_goes_after_ninety_days(
    world: World, days: int, gone: int
) -> None:
    person = admitted(world)
    world.clock.at += days * DAY_S
    assert let_go(world)["person"] == gone
    assert (opened(world, person) is None) == bool(gone)


def test_a_draft_or_papers_that_never_came_keep_nobody_for_ever(
    world: World, cabinet: FakeCabinet
) -> None:
    phone.choose(phone.bound(world, cabinet))
    asked = phone.bound(world, cabinet, name="李四光", phone="13700137001")
    phone.ask(asked, phone.choose(asked))
    for days, gone in ((89, 0), (2, 1), (638, 0), (2, 1)):
        world.clock.at += days * DAY_S
        assert let_go(world)["person"] == gone


@pytest.mark.sweep
@pytest.mark.parametrize(("days", "gone"), [(729, 0), (731, 1)])
def test_a_person_goes_two_years_after_the_last_matter(
    world: World, cabinet: FakeCabinet, days: int, gone: int
) -> None:
    loaded(world, cabinet)
    world.clock.at += 800 * DAY_S
    assert let_go(world)["person"] == 0, "a running matter has no end of its time"
    cabinet.log_in()
    cabinet.visit(cabinet.grants()["collect"], "collected")
    world.clock.at += days * DAY_S
    assert let_go(world)["person"] == gone


def test_an_id_number_goes_a_month_after_the_last_matter(
    world: World, cabinet: FakeCabinet
) -> None:
    person = admitted(world)
    with world.centre.database.writing() as session:
        matter.new(
            session, resident=person, cabinet=cabinet.id, item="residence_permit",
            keys=world.centre.keys, now=world.clock.at,
        )  # fmt: skip
    world.clock.at += 29 * DAY_S
    assert let_go(world)["id_number"] == 0
    world.clock.at += 2 * DAY_S
    assert let_go(world)["id_number"] == 1
    known = opened(world, person)
    assert known is not None
    assert (known.id_number, known.name) == ("", WANG.name)


def test_a_code_goes_a_day_after_its_papers(world: World, cabinet: FakeCabinet) -> None:
    loaded(world, cabinet)
    cabinet.visit(cabinet.grants()["collect"], "collected")
    assert let_go(world)["code"] == 0
    world.clock.at += DAY_S + 1
    assert let_go(world)["code"] == 1
    assert let_go(world)["code"] == 0


def test_addresses_that_tried_to_sign_in_go_after_a_day(world: World) -> None:
    with world.centre.database.writing() as session:
        session.add(Tries(key="sign-in-from:10.0.0.1", began_at=world.clock.at, count=1))
    world.clock.at += DAY_S + 1
    assert let_go(world)["address"] == 1


def test_what_went_lately_is_counted_for_everybody(world: World) -> None:
    for _ in range(2):
        admitted(world)
    world.clock.at += 91 * DAY_S
    let_go(world)
    with world.centre.database.reading() as session:
        lately = retention.erased_lately(session, now=world.clock.at)
        assert session.exec(select(Retention)).all()
    assert lately["person"] == 2
    with world.centre.database.reading() as session:
        assert retention.erased_lately(session, now=world.clock.at + 31 * DAY_S) == {}


def test_one_worker_does_a_chore_until_it_is_due_again(world: World) -> None:
    first, second = admitted(world), admitted(world)
    world.clock.at += 91 * DAY_S
    with world.centre.database.writing() as session:
        session.get_one(Resident, second).created_at = world.clock.at - 90 * DAY_S + 60
    for later_s, known in ((0, [False, True]), (3599, [False, True]), (1, [False, False])):
        world.clock.at += later_s
        world.centre.let_go()
        assert [opened(world, person) is not None for person in (first, second)] == known


def test_the_erased_bytes_leave_the_files(world: World) -> None:
    person = admitted(world)
    with world.centre.database.reading() as session:
        wrapped = session.get_one(PersonKey, person).wrapped
    folder = world.centre.settings.data.parent
    assert any(wrapped.encode() in path.read_bytes() for path in folder.glob("centre.db*"))
    ask(world, person)
    world.centre.database.scrub(retention.TABLES)
    assert not any(wrapped.encode() in path.read_bytes() for path in folder.glob("centre.db*"))


def test_many_people_are_erased_in_transactions_of_a_few(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        admitted(world)
    monkeypatch.setattr(retention, "BATCH", 2)
    world.clock.at += 91 * DAY_S
    world.centre.let_go()
    with world.centre.database.reading() as session:
        assert session.exec(select(Resident.id).where(Resident.erased_at == None)).all() == []  # noqa: E711
        counts = session.exec(select(Retention.count).where(Retention.kind == "person")).all()
    assert list(counts) == [2, 2, 1]


def test_whose_rows_are_broken_holds_up_nobody_else_and_no_proof_is_written_twice(
    world: World, cabinet: FakeCabinet
) -> None:
    broken, well = admitted(world), admitted(world)
    with world.centre.database.writing() as session:
        for person in (broken, well):
            session.get_one(Resident, person).erase_asked_at = world.clock.at
        case = matter.new(
            session, resident=broken, cabinet=cabinet.id, item="residence_proof",
            keys=world.centre.keys, now=world.clock.at,
        )  # fmt: skip
        case.item_version += 1
    for _ in range(2):
        with pytest.raises(ExceptionGroup, match="not let go of"):
            world.centre.let_go()
        assert proved(world) == [well]
        assert [opened(world, person) is None for person in (broken, well)] == [False, True]
        world.clock.at += AGAIN_S
    with world.centre.database.writing() as session:
        session.exec(select(Matter)).one().item_version -= 1
    world.centre.let_go()
    assert proved(world) == [well, broken]


def proved(world: World) -> list[str]:
    """Give whose erasure the ledger proves, once for each line."""
    return [said["resident"] for said in world.centre.ledger.read(world.centre.keys)]


def test_a_disk_that_is_full_leaves_no_half_a_proof(world: World) -> None:
    person, other = admitted(world), admitted(world)
    ask(world, person)
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    whole = world.centre.ledger.path.stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (whole + 10, usual[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            world.centre.ledger.add("A" * 60)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    ask(world, other)
    assert proved(world) == [person, other]


def test_who_has_no_phone_is_erased_at_the_desk_and_the_record_says_who_wrote_it_down(
    world: World, cabinet: FakeCabinet
) -> None:
    page = f"/staff{loaded(world, cabinet)[1]}/erase"
    desk, person = phone.at_the_desk(world), only_person(world)
    assert phone.send(desk, page, page, way="").status_code == 422
    phone.send(desk, page, page, way="desk")
    assert 'id="holds"' in desk.get(page).text
    assert opened(world, person) is not None, "the certificate lies in the cabinet"
    phone.send(desk, page, f"{page}/keep")
    assert 'id="erase-now"' in desk.get(page).text
    phone.send(desk, page, page, way="call")
    cabinet.visit(cabinet.grants()["collect"], "collected")
    assert let_go(world)["person"] == 1
    with world.centre.database.reading() as session:
        proof = session.get_one(Erasure, person).proof
        rows = session.exec(select(Audit).where(Audit.resident == person)).all()
    assert proof in desk.get(page).text
    said = [(row.act, row.reason) for row in rows if row.staff and row.act.startswith("erase")]
    assert said == [("erase_asked", "desk"), ("erase_taken_back", ""), ("erase_asked", "call")]


def test_erasing_at_the_desk_is_done_at_once_where_nothing_is_held(
    world: World, cabinet: FakeCabinet
) -> None:
    page = f"/staff{phone.choose(phone.bound(world, cabinet))}/erase"
    desk, person = phone.at_the_desk(world), only_person(world)
    phone.send(desk, page, page, way="desk")
    paper = desk.get(page).text
    matter = desk.get(page.removesuffix("/erase")).text
    assert 'id="erased"' in matter
    assert 'id="open-person"' not in matter, "there is no name to open"
    assert 'id="delegates"' not in matter
    assert opened(world, person) is None
    with world.centre.database.reading() as session:
        done = session.get_one(Erasure, person)
    assert done.by != ""
    assert read_svg_qr(paper) == done.proof, "nobody types a signature"
    assert paper.count("<li>") == len([count for count in done.destroyed.values() if count])
    for text in ("本人要求。", "经手：值班员", f"资料编号 {person}"):
        assert text in paper
