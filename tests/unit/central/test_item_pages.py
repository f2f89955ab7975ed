"""The catalogue written by staff: versions, clear errors, and what residents then see."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from central.catalogue import AtDoor, Item, Kind, Paper, Shape, problems
from central.item_form import FIELD_OF, ItemForm, filled
from central.operation import catalogue, reminder
from central.record.case import CatalogueItem
from locker.contract.bulletin import Words
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet

NEW = {
    "title_zh": "开介绍信", "kind": "ours", "day_kind": "working", "clock": "community",
    "shape": "both", "days": "2", "offered": "y", "papers-0-title_zh": "申请表",
    "papers-0-kind": "kept", "papers-0-mend": "desk", "order": "5",
}  # fmt: skip


OF_A_PAPER = {
    "no_paper_title": "papers-0-title_zh", "no_mend": "papers-0-mend",
    "photo_of_a_thing": "papers-0-mend",
}  # fmt: skip


@pytest.fixture
def desk(world: World) -> TestClient:
    """The browser of a member of staff."""
    return phone.at_the_desk(world)


def shown(world: World, key: str) -> tuple[Item, dict[str, Any]]:
    with world.centre.database.reading() as session:
        item = catalogue.find(session, key)
    assert item is not None
    form = ItemForm(data=filled(item), meta={"csrf_context": "t"})
    fields: dict[str, Any] = {}
    for field in form:
        if field.name == "papers":
            for entry in form.papers:
                fields |= {f.name: f.data for f in entry.form if f.data}
        elif field.data and field.name != "csrf_token":
            fields[field.name] = field.data
    return item, {name: "y" if value is True else value for name, value in fields.items()}


def save(desk: TestClient, key: str, fields: dict[str, Any]) -> Any:
    page = f"/staff/catalogue/{key}"
    return desk.post(page, data={"csrf_token": phone.token_of(desk.get(page)), **fields})


def test_saving_what_was_shown_makes_no_new_version(world: World, desk: TestClient) -> None:
    with world.centre.database.reading() as session:
        keys = [item.key for item in catalogue.newest(session)]
    for key in keys:
        _, fields = shown(world, key)
        assert save(desk, key, fields).status_code == 303, key
        with world.centre.database.reading() as session:
            assert catalogue.version_of(session, key) == 1, key


def test_a_change_is_a_new_version_that_residents_see(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    _, fields = shown(world, "residence_proof")
    assert save(desk, "residence_proof", fields | {"days": "2"}).status_code == 303
    browser = phone.bound(world, cabinet)
    assert phone.scene(browser, phone.choose(browser)).item.days == 2
    with world.centre.database.reading() as session:
        assert len(catalogue.history(session, "residence_proof")) == 2


def test_a_new_item_is_offered_first_where_its_place_says_so(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    assert save(desk, "new", NEW).status_code == 303
    items = phone.bound(world, cabinet).get("/home").context["items"]  # type: ignore[attr-defined]
    assert (items[0].title.zh, items[0].papers[0].title.zh) == ("开介绍信", "申请表")


def test_one_more_row_keeps_what_was_typed(desk: TestClient) -> None:
    page = save(desk, "new", NEW | {"add_paper": "y"})
    assert (page.status_code, page.text.count('data-testid="paper"')) == (200, 2)
    assert 'value="开介绍信"' in page.text


def test_enter_in_a_field_saves_and_adds_no_row(desk: TestClient) -> None:
    page = desk.get("/staff/catalogue/new").text
    buttons = re.findall(r"<button[^>]*>", page.partition('action="/staff/catalogue/new"')[2])
    assert "name=" not in buttons[0], "a browser presses the first one"


def test_a_removed_paper_is_gone(world: World, desk: TestClient) -> None:
    item, fields = shown(world, "residence_proof")
    save(desk, "residence_proof", fields | {"papers-1-gone": "y"})
    after, _ = shown(world, "residence_proof")
    assert [p.key for p in after.papers] == [item.papers[0].key, item.papers[2].key]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"title_zh": ""}, "no_title"),
        ({"papers-0-title_zh": "", "papers-0-text_zh": "签好名"}, "no_paper_title"),
        ({"papers-0-title_zh": ""}, "no_papers"),
        ({"kind": "elsewhere"}, "no_desk"),
        ({"kind": "assisted"}, "no_decider"),
        ({"clock": "decider"}, "decider_is_us"),
        ({"days": "0"}, "no_days"),
        ({"longest_days": "1"}, "longest_too_short"),
        ({"shape": "collect"}, "collect_has_papers"),
        ({"papers-0-gone": "y"}, "no_papers"),
        ({"shape": "hand_in", "papers-0-kind": "original"}, "original_not_returned"),
        ({"papers-0-mend": []}, "no_mend"),
        ({"papers-0-mend": "photo", "papers-0-kind": "original"}, "photo_of_a_thing"),
    ],
)
def test_what_contradicts_itself_is_said_and_not_kept(
    desk: TestClient, change: dict[str, Any], problem: str
) -> None:
    page = save(desk, "new", NEW | change)
    assert (page.status_code, f'data-problem="{problem}"' in page.text) == (422, True)
    field = FIELD_OF.get(problem) or OF_A_PAPER[problem]
    said, marked = f'<a href="#{field}">', rf'(id="{field}"[^>]* aria-invalid|wrong" id="{field}")'
    assert (said in page.text, bool(re.search(marked, page.text))) == (True, True)


@pytest.mark.parametrize(
    "change",
    [
        {"days": "many"},
        {"days": "²"},
        {"days": "9999"},
        {"kind": "emperor"},
        {"title_zh": "长" * 401},
        {"papers-0-text_zh": "长" * 401},
    ],
)
def test_what_cannot_be_read_is_named(desk: TestClient, change: dict[str, str]) -> None:
    page = save(desk, "new", NEW | change)
    (field,) = change
    assert re.search(rf'id="{field}"[^>]* aria-invalid', page.text)
    assert (page.status_code, 'id="problems"' in page.text) == (422, True)


def test_a_choice_that_no_page_offers_is_not_kept(desk: TestClient) -> None:
    page = save(desk, "new", NEW | {"papers-0-mend": "pray"})
    assert (page.status_code, 'id="problems"' in page.text) == (422, True)


def test_an_item_that_is_not_there_is_not_found(desk: TestClient) -> None:
    assert desk.get("/staff/catalogue/nothing").status_code == 404
    token = phone.token_of(desk.get("/staff/catalogue/new"))
    answer = desk.post("/staff/catalogue/nothing", data={"csrf_token": token, **NEW})
    assert answer.status_code == 404


def test_an_entry_that_is_not_ours_says_where_to_go_and_opens_no_matter(
    world: World, cabinet: FakeCabinet
) -> None:
    browser = phone.bound(world, cabinet)
    page = browser.get("/elsewhere/marriage_status")
    assert "民政局婚姻登记处" in page.text
    assert phone.send(browser, "/home", "/matters", item="marriage_status").status_code == 404
    assert browser.get("/elsewhere/residence_proof").status_code == 404


def test_no_mend_and_a_twice_named_paper_are_problems() -> None:
    paper = Paper(key="one", title=Words(zh="表"), mend=())
    item = Item(key="it", title=Words(zh="事"), days=1, shape=Shape.BOTH, papers=(paper, paper))
    assert set(problems(item)) == {"paper_twice", "no_mend"}
    assert problems(Item(key="it", title=Words(zh="事"), kind=Kind.ELSEWHERE)) == ("no_desk",)


def test_what_cannot_be_asked_at_the_door_is_a_problem() -> None:
    item = Item(key="it", title=Words(zh="事"), days=1, shape=Shape.COLLECT)
    known = item.model_copy(update={"at_door": AtDoor.ID_NUMBER, "id_number": True})
    assert problems(known) == ()
    assert problems(known.model_copy(update={"id_number": False})) == ("asks_unknown_id",)
    nothing = {"at_door": AtDoor.PHONE, "shape": Shape.NONE}
    assert problems(item.model_copy(update=nothing)) == ("asks_for_nothing",)


def test_a_steward_opens_a_matter_for_who_asked_and_it_is_written_down(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    asked = {**phone.DETAILS, "item": "residence_proof", "cabinet": cabinet.id, "way": "call"}
    for lacking in ("way", "name", "item"):
        bad = asked | {"person": "女儿"} | {lacking: ""}
        assert phone.send(desk, "/staff/open", "/staff/open", **bad).status_code == 422
    answer = phone.send(desk, "/staff/open", "/staff/open", **asked, person="女儿")
    place = answer.headers["location"]
    assert "女儿 · 打电话" in desk.get(place).text
    assert place in desk.get("/staff").text, "who was promised it on a call is not forgotten"
    assert phone.send(desk, place, f"{place}/submit").status_code == 303
    assert desk.get(place).context["story"].matter.state == "to_be_checked"  # type: ignore[attr-defined]
    other = {**asked, "person": "女儿", "cabinet": "c404", "known": "new"}
    assert phone.send(desk, "/staff/open", "/staff/open", **other).status_code == 404


def test_the_yearly_reminder_goes_once_in_the_month_before(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    from tests.unit.central.test_acceptance import handed_in, press, told

    _, url = handed_in(world, cabinet, "residence_permit_endorsement")
    phone.check_papers(desk, url)
    press(desk, url, "ready")
    press(desk, url, "hand-over")
    collected = world.clock.at
    made = []
    for days in (1, 334, 336, 340, 364):
        with world.centre.database.writing() as session:
            made.append(reminder.run(session, now=collected + days * 86400))
    assert made == [0, 0, 1, 0, 0]
    assert told(world) == ["yearly"]


def test_an_older_centre_gets_what_a_new_one_starts_with_by_one_press(
    world: World, desk: TestClient
) -> None:
    assert "add-missing" not in desk.get("/staff/catalogue").text
    with world.centre.database.writing() as session:
        for row in session.exec(select(CatalogueItem)):
            if row.body["module"] == "convenience":
                session.delete(row)
        gone = {item.key for item in catalogue.missing(session)}
    assert gone
    page = desk.get("/staff/catalogue")
    assert "上门帮忙" in page.text
    token = phone.token_of(page)
    assert desk.post("/staff/catalogue", data={"csrf_token": token}).status_code == 303
    with world.centre.database.reading() as session:
        assert gone <= {item.key for item in catalogue.offered(session)}
    assert "add-missing" not in desk.get("/staff/catalogue").text
